/**
 * Subspace iteration of several platforms together (subspace-iteration.ts), over one vocabulary. Every round asks for one
 * masked sum: the item counts and a step's S side by side, so that no round is spent on counts alone. The next shared model
 * is a public function of the present one and of that sum: a step *replaces* the directions, and counts are averaged over
 * the rounds.
 *
 * The directions of the first round are random and its weights all equal, because there are no counts yet. Its rows are
 * weighted afterwards, by the counts of the same sum.
 *
 * A contribution is as sparse as the history: a platform that holds a tenth of the vocabulary sums over all of it, and
 * adds nothing but its share of the noise elsewhere.
 * @module
 */
import type { History } from '../../data/domain.ts';
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import { Prng } from '../../random/prng.ts';
import type { OpenedRound, SharedBlock, SharedModel } from '../encoder.ts';
import type { ItemWeighting, Subspace } from './subspace-iteration.ts';
import {
  countContributions,
  itemWeights,
  principalSubspace,
  shrinkRows,
  startingSubspace,
  subspaceContributions,
} from './subspace-iteration.ts';

export interface SharedSubspaceShape {
  /** V: places of the vocabulary. */
  readonly places: number;
  /** k. */
  readonly dimension: number;
}

export interface SharedSubspaceMethod extends ItemWeighting {
  /** Share of a contribution's squared length that the counts take. */
  readonly countShare: number;
  /** Strength of the shrinkage of rows that are near the noise. */
  readonly rowShrink: number;
}

export const sharedSubspaceMethod: SharedSubspaceMethod = {
  weightExponent: 0.5,
  countFloor: 10,
  countShare: 0.03,
  rowShrink: 1,
};

/** The shared model as the numbers that it holds. */
export interface SharedSubspace extends Subspace {
  /** Noisy count of each place: a person with n items adds 1/√n to each. */
  readonly counts: Float64Array /* [places] */;
}

/** The blocks of the shared model, in their order. */
export function sharedBlocks({ places, dimension }: SharedSubspaceShape): readonly SharedBlock[] {
  return [
    { name: 'counts', shape: [places] },
    { name: 'directions', shape: [places, dimension] },
    { name: 'evening', shape: [dimension] },
  ];
}

/** Number of coordinates of a round's sum: the length of the shared model. Persons add nothing at the coordinates of `evening`. */
export function sharedSize({ places, dimension }: SharedSubspaceShape): number {
  return places + places * dimension + dimension;
}

/** The shape for which {@link sharedBlocks} laid the blocks out. */
export function sharedShapeOf(blocks: readonly SharedBlock[]): SharedSubspaceShape {
  const [, directions] = blocks;
  const [places, dimension] = directions.shape;
  return { places, dimension };
}

/** The shared model before the first round, from public facts: random directions and counts of 0. */
export function initialSharedSubspace(shape: SharedSubspaceShape, seed: string): SharedModel {
  const prng = new Prng(`${seed}/shared-subspace`);
  return packed(shape, {
    ...startingSubspace(shape.places, shape.dimension, prng),
    counts: new Float64Array(shape.places),
  });
}

/** The numbers of a shared model, in float64. */
export function unpacked({ places, dimension }: SharedSubspaceShape, shared: SharedModel): SharedSubspace {
  const at = places + places * dimension;
  return {
    counts: Float64Array.from(shared.subarray(0, places)),
    directions: Float64Array.from(shared.subarray(places, at)),
    evening: Float64Array.from(shared.subarray(at, at + dimension)),
  };
}

function packed(shape: SharedSubspaceShape, { counts, directions, evening }: SharedSubspace): SharedModel {
  const shared = new Float32Array(sharedSize(shape));
  shared.set(counts);
  shared.set(directions, shape.places);
  shared.set(evening, shape.places + directions.length);
  return shared;
}

/**
 * One contribution per person, of length 1 or less; nothing for a person without an item of the vocabulary. Histories are
 * over the vocabulary (core/data/vocabulary.ts).
 */
export function sharedContributions(
  shape: SharedSubspaceShape,
  shared: SharedModel,
  method: SharedSubspaceMethod,
): (batch: readonly History[]) => Generator<WrittenContribution> {
  const subspace = unpacked(shape, shared);
  const stepOf = subspaceContributions(itemWeights(subspace.counts, method), subspace);
  return (batch) => sideBySide(batch, stepOf, shape, method);
}

function* sideBySide(
  batch: readonly History[],
  stepOf: (batch: readonly History[]) => Generator<WrittenContribution>,
  shape: SharedSubspaceShape,
  method: SharedSubspaceMethod,
): Generator<WrittenContribution> {
  const counts = countContributions(batch);
  const ofCounts = Math.sqrt(method.countShare);
  const ofStep = Math.sqrt(1 - method.countShare);
  for (const step of stepOf(batch)) {
    const count = counts.next().value as WrittenContribution;
    const length = count.values.length;
    const indices = new Uint32Array(length + step.values.length);
    const values = new Float32Array(indices.length);
    if (count.indices !== undefined && step.indices !== undefined) {
      indices.set(count.indices);
      for (let i = 0; i < step.indices.length; i++) indices[length + i] = shape.places + step.indices[i];
    }
    for (let i = 0; i < length; i++) values[i] = ofCounts * count.values[i];
    for (let i = 0; i < step.values.length; i++) values[length + i] = ofStep * step.values[i];
    yield { indices, values };
  }
}

/** The shared model after a round. */
export function advanceSharedSubspace(
  shape: SharedSubspaceShape,
  shared: SharedModel,
  { sum, earlier, noiseDeviation }: OpenedRound,
  method: SharedSubspaceMethod,
): SharedModel {
  const { places, dimension: k } = shape;
  const before = unpacked(shape, shared);
  const ofCounts = Math.sqrt(method.countShare);
  const ofStep = Math.sqrt(1 - method.countShare);
  const counts = before.counts.map((count, place) => count + (sum[place] / ofCounts - count) / (earlier + 1));
  const step = sum.slice(places, places + places * k).map((value) => value / ofStep);
  shrinkRows(step, k, noiseDeviation / ofStep, method.rowShrink);
  const [old, now] = [before.counts, counts].map((known) => itemWeights(known, method));
  for (let place = 0; place < places; place++) {
    for (let j = 0; j < k; j++) step[place * k + j] *= now[place] / old[place];
  }
  return packed(shape, { ...principalSubspace(step, before.evening), counts });
}
