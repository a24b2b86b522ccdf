/**
 * Item vectors by private subspace iteration (subspace-iteration.ts): the leading right singular vectors of the weighted
 * person-item matrix, from noisy sums of one platform alone.
 *
 * Every quantity here depends on persons only through the released sums, so the result may be used in anything that
 * leaves.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import type { RandomSource } from '../../random/source.ts';
import { TransferError } from '../errors.ts';
import type { Ask, PersonSums } from '../per-person.ts';
import type { ItemVectors } from './item-vectors.ts';
import {
  countContributions,
  itemWeights,
  principalSubspace,
  shrinkRows,
  startingSubspace,
  subspaceContributions,
  weightedVectors,
} from './subspace-iteration.ts';
import type { ItemWeighting } from './subspace-iteration.ts';

export interface SubspaceSettings extends ItemWeighting {
  /** Length of an item's vector: 3 to 32. */
  readonly dimension: number;
  /** Steps of the iteration. Each step is one charged sum. Without a step the directions stay random. */
  readonly steps: number;
  /** Share of the budget (of zero-concentrated DP) for the item counts. The steps share the rest evenly. */
  readonly countShare: number;
}

export const subspaceDefaults: SubspaceSettings = {
  dimension: 8,
  steps: 3,
  countShare: 0.03,
  weightExponent: 0.5,
  countFloor: 10,
};

const countsLabel = 'encoder/counts';
const stepLabel = 'encoder/subspace';

/** Strength of the shrinkage of rows that are near the noise. */
const ROW_SHRINK = 1 / 4;

/** The charged sums of one platform. @param items most items the catalogue may have. */
export function subspaceAsks(items: number, { dimension, steps, countShare }: SubspaceSettings): readonly Ask[] {
  const counts = { label: countsLabel, dimension: items, clip: 1, repetitions: 1 };
  if (steps === 0) return [{ ...counts, portion: 1 }];
  return [
    { ...counts, portion: countShare },
    { label: stepLabel, dimension: items * dimension, clip: 1, repetitions: steps, portion: 1 - countShare },
  ];
}

export interface SubspaceProgress {
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * @param items catalogue size, at most that of the queries: coordinates beyond it are noise, and left aside.
 * @param random for the public starting directions only.
 * @throws TransferError TRANSFER_CANCELLED if the signal is aborted.
 */
export async function trainSubspace(
  items: number,
  settings: SubspaceSettings,
  sums: PersonSums,
  random: RandomSource,
  progress: SubspaceProgress = {},
): Promise<ItemVectors> {
  const k = settings.dimension;
  const counts = (await sums.release(countsLabel, countContributions)).subarray(0, items);
  const weights = itemWeights(counts, settings);
  let subspace = startingSubspace(items, k, Prng.fromSource(random));
  for (let step = 0; step < settings.steps; step++) {
    if (progress.signal?.aborted === true) {
      throw new TransferError('TRANSFER_CANCELLED', 'training of the encoder was cancelled');
    }
    const released = await sums.release(stepLabel, subspaceContributions(weights, subspace));
    const sum = released.subarray(0, items * k);
    shrinkRows(sum, k, sums.noiseDeviation(stepLabel), ROW_SHRINK);
    subspace = principalSubspace(sum, subspace.evening);
    progress.onProgress?.((step + 1) / settings.steps);
  }
  return { dimension: k, vectors: weightedVectors(subspace, weights) };
}
