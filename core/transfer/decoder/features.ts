/**
 * Turns a released vector into the features of the decoder's regression, depending on what is known about the noise.
 *
 * The regression does the debiasing: it is fitted on codes with the same noise as those it will meet, so it learns the
 * shrinkage of the posterior mean instead of assuming it. The noise model decides only which functions of the code are
 * the features: codes where there are prototypes, directions otherwise (the length of a noisy sample carries no information).
 * @module
 */
import type { NoiseModel } from '../../release/release.ts';

export interface FeatureShape {
  /** Number of leading dimensions of the vector that are used. A code is always used whole. */
  readonly dimensions: number;
  /**
   * Number of leading dimensions whose pairwise products are added. They make the decoder nonlinear: a linear map
   * cannot use all of a person's position on a small sphere.
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
  if (noise.prototypes !== undefined) return [{ dimensions: dimension, products: 0 }];
  // A noisy sample has noise in every dimension, so a leading part of it is not better than any other part.
  const leading = noise.kind === 'exact' ? [4, 8, 16].filter((d) => d < dimension) : [];
  return [...leading, dimension].flatMap((dimensions) => [
    { dimensions, products: 0 },
    { dimensions, products: Math.min(dimensions, mostWithProducts) },
  ]);
}

const mostWithProducts = 8;

export function featureMap(noise: NoiseModel, dimension: number, shape: FeatureShape): FeatureMap {
  return noise.prototypes === undefined ? directionFeatures(shape) : codeFeatures(noise.prototypes, dimension);
}

function directionFeatures({ dimensions, products }: FeatureShape): FeatureMap {
  return {
    width: dimensions + (products * (products + 1)) / 2,
    write(vectors, from, out, at) {
      // Both parts get about unit variance per feature, so that one penalty suits both.
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
 * The prototype and the code itself. The prototype lets neighbouring codes share what is learned, the code lets each
 * one differ. The truth probability scales all features by the same factor, which the regression learns.
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
