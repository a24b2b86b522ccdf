/**
 * Private subspace: each source makes item vectors by differentially private subspace iteration. A person's
 * representation is their sum over the history, and the target fits a ridge regression to its factors. Nothing is
 * shared.
 *
 * Noisy power method (Hardt and Price, NeurIPS 2014) with person-level contributions, and the billboard argument of Hsu
 * et al. (STOC 2014) and Chien et al. (ICML 2021): a representation is a function of one person's history and of values
 * released under the ledger. So the encoder's epsilon protects everybody else, whatever happens to the representation.
 * @module
 */
import { z } from 'zod';
import { isLocalMode } from '../../release/registry.ts';
import { encodeHistory, leadingDimensions } from '../encoder/item-vectors.ts';
import { publicProjection } from '../encoder/projection.ts';
import type { SubspaceSettings } from '../encoder/private-subspace.ts';
import { subspaceDefaults, subspaceQueries, trainSubspace } from '../encoder/private-subspace.ts';
import { releasedDimension, releaseQueries } from '../encoder/release-shape.ts';
import { TransferError } from '../errors.ts';
import { isSource, publicPlatform } from '../public-shape.ts';
import { parseSettings } from '../settings.ts';
import type { PublicShape, TransferStrategy } from '../encoder.ts';
import { EncoderModel, emptyPlan } from './encoder-model.ts';

export interface PrivateSubspaceSettings extends Omit<SubspaceSettings, 'dimension'> {
  /**
   * Length of a representation, 2 to 32. Null: as many numbers as the release mode can carry, or all of them without
   * noise.
   */
  readonly dimension: number | null;
  /**
   * Directions that the iteration works on, at least `dimension`. The leading ones become more accurate among more
   * directions.
   */
  readonly rank: number;
  /**
   * Numbers of a public random projection of the person's own history, sent beside the directions: 0 to 256. They depend
   * on nobody else, so they cost no epsilon. But the chosen target may reconstruct the history from them, and the
   * statement says so. A local release mode sends none.
   */
  readonly ownNumbers: number;
}

const { dimension: rank, ...rest } = subspaceDefaults;
const defaults: PrivateSubspaceSettings = { ...rest, dimension: null, rank, ownNumbers: 0 };

/** Share of a representation's squared length that its own numbers take. */
const OWN_SHARE = 0.6;

const schema: z.ZodType<PrivateSubspaceSettings> = z.strictObject({
  dimension: z.int().min(2).max(32).nullable().default(defaults.dimension),
  rank: z.int().min(2).max(32).default(defaults.rank),
  ownNumbers: z.int().min(0).max(256).default(defaults.ownNumbers),
  steps: z.int().min(1).max(10).default(subspaceDefaults.steps),
  countShare: z.number().min(0.001).max(0.9).default(subspaceDefaults.countShare),
  weightExponent: z.number().min(0).max(1).default(subspaceDefaults.weightExponent),
  countFloor: z.number().min(0.1).max(1000).default(subspaceDefaults.countFloor),
});

export const privateSubspace: TransferStrategy<PrivateSubspaceSettings> = {
  name: 'private-subspace',
  summary: 'item vectors by differentially private subspace iteration in each source, ridge regression at the target',
  reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
  privacy: 'private-encoder',
  defaults,
  settings: (raw) => parseSettings(schema, raw, 'private-subspace'),
  ownNumbers: ({ ownNumbers }) => ownNumbers,
  queries(shape, platform, settings) {
    const { items, releases } = publicPlatform(shape, platform);
    return releaseQueries(shape, platform, directionsOf(shape, settings), (share) =>
      releases ? subspaceQueries(items, iterated(shape, settings), share) : [],
    );
  },
  dimension: dimensionOf,
  plan: () => emptyPlan,
  initialModel: () => new Float32Array(0),
  join(context) {
    const { domain, onProgress, random, settings, shape, signal } = context;
    return new EncoderModel(context, async (sums) => {
      if (!isSource(shape, domain.name)) {
        return () => {
          throw new TransferError(
            'TRANSFER_NOT_PREPARED',
            `"${domain.name}" is not a source in this federation, so it has no encoder: add it to privacy.sources in the manifest`,
          );
        };
      }
      const vectors = await trainSubspace(domain, domain.catalogue.length, iterated(shape, settings), sums, random, {
        onProgress: (fraction) => onProgress?.('encoder', fraction),
        ...(signal && { signal }),
      });
      const kept = leadingDimensions(vectors, directionsOf(shape, settings));
      const ownNumbers = ownNumbersOf(shape, settings);
      if (ownNumbers === 0) return (history) => encodeHistory(history.items, kept);
      const own = publicProjection(domain.name, domain.catalogue, ownNumbers);
      return ({ items }) => joined(encodeHistory(items, kept), encodeHistory(items, own));
    });
  },
};

function directionsOf(shape: PublicShape, settings: PrivateSubspaceSettings): number {
  return settings.dimension ?? releasedDimension(shape, settings.rank);
}

function iterated(shape: PublicShape, settings: PrivateSubspaceSettings): SubspaceSettings {
  return { ...settings, dimension: Math.max(settings.rank, directionsOf(shape, settings)) };
}

function dimensionOf(shape: PublicShape, settings: PrivateSubspaceSettings): number {
  return directionsOf(shape, settings) + ownNumbersOf(shape, settings);
}

function ownNumbersOf({ release }: PublicShape, { ownNumbers }: PrivateSubspaceSettings): number {
  return release !== undefined && isLocalMode(release.mode) ? 0 : ownNumbers;
}

function joined(directions: Float32Array, own: Float32Array): Float32Array {
  const out = new Float32Array(directions.length + own.length);
  directions.forEach((value, i) => (out[i] = Math.sqrt(1 - OWN_SHARE) * value));
  own.forEach((value, i) => (out[directions.length + i] = Math.sqrt(OWN_SHARE) * value));
  return out;
}
