/**
 * Linear bridge: implicit matrix factorisation on each side alone, and a linear map from source factors to target
 * factors over the persons known on both sides (EMCDR: Man, Shen, Jin and Cheng, "Cross-domain recommendation: an
 * embedding and mapping approach", IJCAI 2017, eq. 5, with implicit ALS as its factor model). Nothing is shared, and
 * there are no rounds.
 *
 * It is the reference strategy. A person's vector is folded in through item factors that were trained on everybody's
 * data on the source. So it promises nothing beyond sealing, not even to other persons of the source.
 * @module
 */
import { z } from 'zod';
import { factorEncoder } from '../encoder/factor-encoder.ts';
import { releasedDimension, releaseQueries } from '../encoder/release-shape.ts';
import { factorSettings } from '../decoder/target-factors.ts';
import { parseSettings } from '../settings.ts';
import type { PublicShape, TransferStrategy } from '../encoder.ts';
import { EncoderModel, emptyPlan } from './encoder-model.ts';

export interface LinearBridgeSettings {
  /**
   * Length of a representation, 2 to 48. The decoder uses only as many leading numbers as help. Null: as many as the
   * release mode can carry, or all 48 without noise.
   */
  readonly dimension: number | null;
}

const schema: z.ZodType<LinearBridgeSettings> = z.strictObject({
  dimension: z.int().min(2).max(factorSettings.dimension).nullable().default(null),
});

export const linearBridge: TransferStrategy<LinearBridgeSettings> = {
  name: 'linear-bridge',
  summary: 'matrix factorisation on each side alone, a linear map between the factors (no differential privacy)',
  reference: 'EMCDR, Man et al., IJCAI 2017, eq. 5; Hu, Koren and Volinsky, ICDM 2008',
  privacy: 'sealed-only',
  defaults: { dimension: null },
  settings: (raw) => parseSettings(schema, raw, 'linear-bridge'),
  /** Asks only for prototypes, if the release mode needs them. The encoder charges nothing and claims nothing. */
  queries: (shape, platform, settings) => releaseQueries(shape, platform, dimensionOf(shape, settings), () => []),
  dimension: dimensionOf,
  plan: () => emptyPlan,
  initialModel: () => new Float32Array(0),
  join(context) {
    const { domain, factorise, onProgress, settings, shape, signal } = context;
    return new EncoderModel(context, () => {
      const factors = factorise(domain, {
        onProgress: (fraction) => onProgress?.('encoder', fraction),
        ...(signal && { signal }),
      });
      const encode = factorEncoder(factors, dimensionOf(shape, settings));
      return Promise.resolve((history) => encode(history.items));
    });
  },
};

function dimensionOf(shape: PublicShape, { dimension }: LinearBridgeSettings): number {
  return dimension ?? releasedDimension(shape, factorSettings.dimension);
}
