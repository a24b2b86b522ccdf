/**
 * Turns a released vector into the features of a readout's regression, depending on what is known about the noise.
 *
 * The regression does the debiasing: it is fitted on codes with the same noise as those it will meet, so it learns the
 * shrinkage of the posterior mean instead of assuming it.
 * @module
 */
import type { NoiseModel } from '../../release/release.ts';

/** A way to make features, one per readout that is a regression. */
export interface FeatureKind<State extends object = object> {
  /** The variants worth trying on held-out persons for vectors of this dimension under this noise. */
  variants(noise: NoiseModel, dimension: number): readonly FeatureVariant<State>[];
  map(state: State, noise: NoiseModel, dimension: number): FeatureMap;
}

export interface FeatureVariant<State extends object = object> {
  /** Names the variant in a decoder's report. */
  readonly text: string;
  /** The variant's numbers as plain data. @param vectors of the persons to fit on, float32 [persons, dimension] */
  fit(vectors: Float32Array): State;
}

export interface FeatureMap {
  readonly width: number;
  /** Writes `width` features of the vector that starts at `from` in `vectors` to `out` at `at`. */
  write(vectors: Float32Array, from: number, out: Float64Array, at: number): void;
}

/**
 * The prototype and the code itself. The prototype lets neighbouring codes share what is learned, the code lets each
 * one differ. The truth probability scales all features by the same factor, which the regression learns.
 */
export function codeFeatures(prototypes: Float32Array, dimension: number): FeatureMap {
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
