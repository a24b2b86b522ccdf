/**
 * Item vectors from a shared subspace, for the items of one platform. A platform of the federation represents persons with
 * them; a newcomer with few persons of its own ranks with them beside what it knows by itself (newcomer.ts). They are made
 * of released sums alone.
 * @module
 */
import type { Places } from '../../data/vocabulary.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { itemWeights, weightedVectors } from '../encoder/subspace-iteration.ts';
import type { SharedSubspace, SharedSubspaceMethod } from '../encoder/shared-subspace.ts';

export interface SharedVectors {
  readonly dimension: number;
  /** U: the direction of each item. Zeros for an item outside the vocabulary, or lost in the noise. */
  readonly directions: Float32Array /* [items, dimension] row-major */;
  /** Weight of an item in a history. */
  readonly weights: Float64Array /* [items] */;
  /** Noisy count of the item over all platforms; 0 outside the vocabulary. */
  readonly counts: Float64Array /* [items] */;
}

/** @param places of the platform's items in the vocabulary */
export function sharedVectors(subspace: SharedSubspace, places: Places, method: SharedSubspaceMethod): SharedVectors {
  const k = subspace.evening.length;
  const directions = new Float32Array(places.length * k);
  const counts = new Float64Array(places.length);
  places.forEach((place, item) => {
    if (place < 0) return;
    directions.set(subspace.directions.subarray(place * k, (place + 1) * k), item * k);
    counts[item] = subspace.counts[place];
  });
  return { dimension: k, directions, counts, weights: itemWeights(counts, method) };
}

/** Vectors whose sum over a history represents a person. */
export function encodingVectors(shared: SharedVectors, evening: Float64Array): ItemVectors {
  const directions = Float64Array.from(shared.directions);
  return { dimension: shared.dimension, vectors: weightedVectors({ directions, evening }, shared.weights) };
}
