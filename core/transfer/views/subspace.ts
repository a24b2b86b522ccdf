/**
 * Private subspace: each source makes item vectors by differentially private subspace iteration. A person's numbers are
 * their sum over the history.
 *
 * Noisy power method (Hardt and Price, NeurIPS 2014) with person-level contributions, and the billboard argument of Hsu
 * et al. (STOC 2014) and Chien et al. (ICML 2021): the numbers are a function of one person's history and of values
 * released under the ledger. So the encoder's epsilon protects everybody else, whatever happens to the numbers.
 * @module
 */
import { z } from 'zod';
import { encodeHistory, leadingDimensions } from '../encoder/item-vectors.ts';
import type { SubspaceSettings } from '../encoder/private-subspace.ts';
import { subspaceAsks, subspaceDefaults, trainSubspace } from '../encoder/private-subspace.ts';
import { releasedDimension } from '../encoder/release-shape.ts';
import type { PublicRelease } from '../encoder.ts';
import { parseSettings } from '../settings.ts';
import type { ChargedView } from './view.ts';

export interface SubspaceViewSettings extends Omit<SubspaceSettings, 'dimension'> {
  /** Numbers of a person, 2 to 32. Null: as many as the release mode can carry, or all of them without noise. */
  readonly dimension: number | null;
  /**
   * Directions that the iteration works on, at least `dimension`. The leading ones become more accurate among more
   * directions.
   */
  readonly rank: number;
}

const { dimension: rank, ...rest } = subspaceDefaults;
const defaults: SubspaceViewSettings = { ...rest, dimension: null, rank };

const schema: z.ZodType<SubspaceViewSettings> = z.strictObject({
  dimension: z.int().min(2).max(32).nullable().default(defaults.dimension),
  rank: z.int().min(2).max(32).default(defaults.rank),
  steps: z.int().min(0).max(10).default(subspaceDefaults.steps),
  countShare: z.number().min(0.001).max(0.9).default(subspaceDefaults.countShare),
  weightExponent: z.number().min(0).max(1).default(subspaceDefaults.weightExponent),
  countFloor: z.number().min(0.1).max(1000).default(subspaceDefaults.countFloor),
});

export const subspace: ChargedView<SubspaceViewSettings> = {
  name: 'subspace',
  summary: 'item vectors by differentially private subspace iteration in each source',
  reference: 'Hardt and Price, NeurIPS 2014, algorithm 1; Chien et al., ICML 2021',
  law: 'charged',
  defaults,
  draws: {
    rank: [4, 8, 12, 16],
    steps: [1, 2, 3, 4],
    countShare: [0.01, 0.03, 0.1],
    weightExponent: [0.25, 0.5, 0.75],
    countFloor: [3, 10, 30],
  },
  ablation: { off: 'directions as they start, without a step', settings: { steps: 0 } },
  settings: (raw) => parseSettings(schema, raw, 'subspace'),
  width: directionsOf,
  asks: ({ items }, release, settings) => subspaceAsks(items, iterated(release, settings)),
  async make({ catalogue, onProgress, random, release, settings, signal, sums }) {
    const vectors = await trainSubspace(catalogue.ids.length, iterated(release, settings), sums, random, {
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
    const items = leadingDimensions(vectors, directionsOf(release, settings));
    return { items, encode: (history) => encodeHistory(history.items, items) };
  },
};

function directionsOf(release: PublicRelease | undefined, settings: SubspaceViewSettings): number {
  return settings.dimension ?? releasedDimension(release, settings.rank);
}

function iterated(release: PublicRelease | undefined, settings: SubspaceViewSettings): SubspaceSettings {
  return { ...settings, dimension: Math.max(settings.rank, directionsOf(release, settings)) };
}
