/**
 * A released vector's own numbers as features, with or without their products.
 * @module
 */
import type { NoiseModel } from '../../release/release.ts';
import { codeFeatures } from './features.ts';
import type { FeatureKind, FeatureMap, FeatureVariant } from './features.ts';

export interface NumbersShape {
  /** Number of leading dimensions of the vector that are used. A code is always used whole. */
  readonly dimensions: number;
  /**
   * Number of leading dimensions whose pairwise products are added. They make the decoder nonlinear: a linear map
   * cannot use all of a person's position on a small sphere.
   */
  readonly products: number;
}

const mostWithProducts = 8;

/**
 * The noise model decides only which functions of the code are the features: codes where there are prototypes,
 * directions otherwise (the length of a noisy sample carries no information).
 */
export const numberFeatures: FeatureKind<NumbersShape> = {
  variants: (noise, dimension) => shapes(noise, dimension).map(variantOf),
  map: (shape, noise, dimension) =>
    noise.prototypes === undefined ? directionFeatures(shape) : codeFeatures(noise.prototypes, dimension),
};

/** All numbers of the vector, without products. */
export const wholeFeatures: FeatureKind<NumbersShape> = {
  variants: (_, dimension) => [variantOf({ dimensions: dimension, products: 0 })],
  map: (shape, noise, dimension) => numberFeatures.map(shape, noise, dimension),
};

function shapes(noise: NoiseModel, dimension: number): readonly NumbersShape[] {
  if (noise.prototypes !== undefined) return [{ dimensions: dimension, products: 0 }];
  // A noisy sample has noise in every dimension, so a leading part of it is not better than any other part.
  const leading = noise.kind === 'exact' ? [4, 8, 16].filter((d) => d < dimension) : [];
  return [...leading, dimension].flatMap((dimensions) => [
    { dimensions, products: 0 },
    { dimensions, products: Math.min(dimensions, mostWithProducts) },
  ]);
}

function variantOf(shape: NumbersShape): FeatureVariant<NumbersShape> {
  const { dimensions, products } = shape;
  return { text: `${dimensions}${products > 0 ? ` and products of ${products}` : ''}`, fit: () => shape };
}

function directionFeatures({ dimensions, products }: NumbersShape): FeatureMap {
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
