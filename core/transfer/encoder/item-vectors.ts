/**
 * A released encoder: a vector for every item. A person's representation is a sum over the history. Nothing else of the
 * platform goes into it.
 * @module
 */

export interface ItemVectors {
  readonly dimension: number;
  /** Row i is item i's vector, its weight included. An item lost in the noise has zeros. */
  readonly vectors: Float32Array /* [items, dimension] row-major */;
}

/** Vectors of one platform's items that all platforms of a federation made together. */
export interface SharedVectors {
  readonly dimension: number;
  /** U: the direction of each item. Zeros for an item outside the vocabulary, or lost in the noise. */
  readonly directions: Float32Array /* [items, dimension] row-major */;
  /** Weight of an item in a history. */
  readonly weights: Float64Array /* [items] */;
  /** Noisy count of the item over all platforms; 0 outside the vocabulary. */
  readonly counts: Float64Array /* [items] */;
}

/**
 * Sum of the vectors of the history's items, scaled to unit length; zeros if none of them is known.
 * @param weights of the items, in their order; absent: all alike.
 */
export function encodeHistory(items: Uint32Array, encoder: ItemVectors, weights?: Float64Array): Float32Array {
  const { dimension, vectors } = encoder;
  const sum = new Float64Array(dimension);
  for (let position = 0; position < items.length; position++) {
    const base = items[position] * dimension;
    const weight = weights === undefined ? 1 : weights[position];
    for (let j = 0; j < dimension; j++) sum[j] += weight * vectors[base + j];
  }
  return unit(sum);
}

/** The vector scaled to length 1 (float32). Zeros where it has no direction: zero, or not finite. */
export function unit(vector: Float64Array | Float32Array): Float32Array {
  let square = 0;
  for (let j = 0; j < vector.length; j++) square += vector[j] * vector[j];
  if (!(square > 0 && square < Infinity)) return new Float32Array(vector.length);
  const inverse = 1 / Math.sqrt(square);
  return Float32Array.from(vector, (value) => value * inverse);
}

/** The first `dimension` numbers of every item's vector. */
export function leadingDimensions({ dimension: from, vectors }: ItemVectors, dimension: number): ItemVectors {
  const items = vectors.length / from;
  const kept = new Float32Array(items * dimension);
  for (let item = 0; item < items; item++) {
    kept.set(vectors.subarray(item * from, item * from + dimension), item * dimension);
  }
  return { dimension, vectors: kept };
}
