/**
 * Item vectors from a shared subspace, for the items of one platform. A platform of the federation represents persons with
 * them; a newcomer with few persons of its own ranks with them beside what it knows by itself (newcomer.ts). They are made
 * of released sums alone.
 * @module
 */
import type { Places } from '../../data/vocabulary.ts';
import type { ItemVectors, SharedVectors } from '../encoder/item-vectors.ts';
import { itemWeights, weightedVectors } from '../encoder/subspace-iteration.ts';
import type { SharedSubspace, SharedSubspaceMethod } from '../encoder/shared-subspace.ts';

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
