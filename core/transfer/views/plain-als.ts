/**
 * Plain factors: implicit matrix factorisation of the platform's rows. A person is folded in through item factors that
 * were trained on everybody's data. So it promises nothing beyond sealing, not even to other persons of the source.
 *
 * With the ridge readout this is EMCDR (Man, Shen, Jin and Cheng, "Cross-domain recommendation: an embedding and mapping
 * approach", IJCAI 2017, eq. 5, with implicit ALS as its factor model).
 * @module
 */
import { z } from 'zod';
import { factorSettings } from '../decoder/target-factors.ts';
import { factorEncoder } from '../encoder/factor-encoder.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import type { PublicRelease } from '../encoder.ts';
import { parseSettings } from '../settings.ts';
import { startingSpace } from '../spaces/folded.ts';
import type { RawView } from './view.ts';

export interface PlainFactorSettings {
  /**
   * Numbers of a person, 2 to 48. The decoder uses only as many leading numbers as help. Null: as many as the release
   * mode can carry, or all 48 without noise.
   */
  readonly dimension: number | null;
  /** False: item factors stay random, as they start. */
  readonly trained: boolean;
}

const schema: z.ZodType<PlainFactorSettings> = z.strictObject({
  dimension: z.int().min(2).max(factorSettings.dimension).nullable().default(null),
  trained: z.boolean().default(true),
});

export const plainAls: RawView<PlainFactorSettings> = {
  name: 'plain-als',
  summary: 'matrix factorisation of the raw rows of each source (no differential privacy)',
  reference: 'Hu, Koren and Volinsky, ICDM 2008',
  law: 'sealed-only',
  defaults: { dimension: null, trained: true },
  ablation: { off: 'item factors as they start, not trained', settings: { trained: false } },
  settings: (raw) => parseSettings(schema, raw, 'plain-als'),
  width: dimensionOf,
  make({ domain, factorise, onProgress, release, settings, signal }) {
    const factors = settings.trained
      ? factorise(domain, { ...(onProgress && { onProgress }), ...(signal && { signal }) })
      : startingSpace(domain, factorSettings.dimension);
    const encode = factorEncoder(factors, dimensionOf(release, settings));
    return Promise.resolve({ encode: (history) => encode(history.items) });
  },
};

function dimensionOf(release: PublicRelease | undefined, { dimension }: PlainFactorSettings): number {
  return dimension ?? releasedDimension(release, factorSettings.dimension);
}
