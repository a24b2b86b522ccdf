/**
 * From a released vector to what the decoder's regression sees, by what is known of the release's noise.
 *
 * Debiasing is left to the regression: it is fitted on codes that carry the same noise as those it will meet, so that it
 * learns the shrinkage of the posterior mean instead of assuming it. What the noise model adds is the right functions of
 * the code to regress on: directions for PrivUnit (the length of a sample says nothing), codes for randomised response.
 * @module
 */
import type { NoiseModel } from '../../release/release.ts';

export interface FeatureShape {
  /** Leading dimensions of the vector that are used; a randomised response always uses its whole code. */
  readonly dimensions: number;
  /**
   * Leading dimensions whose products of pairs are added, so that the decoder may bend: a person's place on a small sphere
   * says more than a plane can.
   */
  readonly products: number;
}

export interface FeatureMap {
  readonly width: number;
  /** Writes `width` features of the vector that starts at `from` in `vectors` to `out` at `at`. */
  write(vectors: Float32Array, from: number, out: Float64Array, at: number): void;
}

/** The shapes worth trying for vectors of this dimension under this noise. */
export function featureShapes(noise: NoiseModel, dimension: number): readonly FeatureShape[] {
  if (noise.kind === 'randomised-response') return [{ dimensions: dimension, products: 0 }];
  // A noisy sample has its noise in every dimension: a part of it is worth no more than its share.
  const leading = noise.kind === 'exact' ? [4, 8, 16].filter((d) => d < dimension) : [];
  return [...leading, dimension].flatMap((dimensions) => [
    { dimensions, products: 0 },
    { dimensions, products: Math.min(dimensions, mostWithProducts) },
  ]);
}

const mostWithProducts = 8;

export function featureMap(noise: NoiseModel, dimension: number, shape: FeatureShape): FeatureMap {
  return noise.kind === 'randomised-response' ? codeFeatures(noise.prototypes, dimension) : directionFeatures(shape);
}

function directionFeatures({ dimensions, products }: FeatureShape): FeatureMap {
  return {
    width: dimensions + (products * (products + 1)) / 2,
    write(vectors, from, out, at) {
      // Both parts at about unit variance a feature, so that one penalty fits them.
      const inverse = inverseLength(vectors, from, dimensions) * Math.sqrt(dimensions);
      for (let i = 0; i < dimensions; i++) out[at + i] = vectors[from + i] * inverse;
      const bent = inverseLength(vectors, from, products) ** 2 * products;
      let pair = at + dimensions;
      for (let i = 0; i < products; i++) {
        for (let j = 0; j <= i; j++) out[pair++] = vectors[from + i] * vectors[from + j] * bent;
      }
    },
  };
}

function inverseLength(vectors: Float32Array, from: number, length: number): number {
  let square = 0;
  for (let i = 0; i < length; i++) square += vectors[from + i] ** 2;
  return square > 0 ? 1 / Math.sqrt(square) : 0;
}

/**
 * The prototype and the code itself: the first lets codes that lie together share what they learn, the second lets each
 * differ. The truth probability scales all of it alike, which the regression finds by itself.
 */
function codeFeatures(prototypes: Float32Array, dimension: number): FeatureMap {
  const codes = prototypes.length / dimension;
  return {
    width: dimension + codes,
    write(vectors, from, out, at) {
      const code = nearest(prototypes, dimension, vectors, from);
      for (let i = 0; i < dimension; i++) out[at + i] = prototypes[code * dimension + i];
      out.fill(0, at + dimension, at + dimension + codes);
      out[at + dimension + code] = 1;
    },
  };
}

function nearest(prototypes: Float32Array, dimension: number, vectors: Float32Array, from: number): number {
  let best = 0;
  let least = Infinity;
  for (let code = 0; code * dimension < prototypes.length; code++) {
    let distance = 0;
    for (let i = 0; i < dimension; i++) distance += (prototypes[code * dimension + i] - vectors[from + i]) ** 2;
    if (distance < least) {
      least = distance;
      best = code;
    }
  }
  return best;
}
