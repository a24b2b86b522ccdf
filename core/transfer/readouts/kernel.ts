/**
 * Kernel ridge regression with the exponential kernel exp((x·z - 1) / width) of centred unit vectors x and z. Near persons count
 * for more than far ones, at a scale that held-out persons choose.
 *
 * Persons are many, so the kernel is approximated from a sample of them, the landmarks: features k(x, landmarks) L^-1/2,
 * where L is the kernel among the landmarks (Nyström).
 * @module
 */
import { z } from 'zod';
import { Prng } from '../../random/prng.ts';
import type { FeatureKind, FeatureMap } from '../decoder/features.ts';
import { codeFeatures } from '../decoder/features.ts';
import { NOTHING } from '../decoder/received-features.ts';
import { regressionReadout } from '../decoder/regression-readout.ts';
import type { Readout } from '../decoder/readout.ts';
import { unit } from '../encoder/item-vectors.ts';
import { adjustable } from '../settings.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

interface KernelState {
  /** Mean of the persons' unit vectors. It is subtracted, because the part that all persons share says nothing about one. */
  readonly mean: Float64Array /* [dimension] */;
  readonly width: number;
  /** Unit vectors, row-major [landmarks, dimension]. */
  readonly landmarks: Float32Array;
  /** Turns kernel values at the landmarks into features, row-major [features, landmarks]. */
  readonly root: Float64Array;
}

/** Directions of the kernel among landmarks that are weaker than this share of the strongest are rounding errors. */
const weakest = 1e-6;

/**
 * @param widths of the kernel, to choose from. An infinite one is the linear kernel.
 * @param landmarks most persons in the sample
 */
function kernelReadout(widths: readonly number[], landmarks: number): Readout {
  const features: FeatureKind<KernelState> = {
    variants: (noise, dimension) =>
      (noise.prototypes === undefined ? widths : widths.slice(0, 1)).map((width) => ({
        text: `kernel of width ${width}`,
        fit: (vectors) => landmarksOf(vectors, dimension, width, landmarks),
      })),
    map: (state, noise, dimension) =>
      noise.prototypes === undefined ? kernelFeatures(state, dimension) : codeFeatures(noise.prototypes, dimension),
  };
  return regressionReadout({ ...about, features });
}

const about = {
  name: 'kernel',
  summary: 'kernel ridge regression with an exponential kernel, its width chosen on held-out persons',
  reference: 'Saunders, Gammerman and Vovk, ICML 1998; Williams and Seeger, NIPS 2000',
};

const schema = z.strictObject({ landmarks: z.int().min(16).max(1024).default(256) });

export const kernel: Readout = adjustable(
  about.name,
  schema,
  { landmarks: [64, 128, 256, 512] },
  ({ landmarks }): Readout => ({
    ...kernelReadout([0.25, 0.5, 1, 2], landmarks),
    ablation: { off: 'an infinite width: the linear kernel', readout: kernelReadout([Infinity], landmarks) },
  }),
);

function landmarksOf(vectors: Float32Array, dimension: number, width: number, most: number): KernelState {
  const order = new Prng('landmarks').shuffle(Array.from({ length: vectors.length / dimension }, (_, row) => row));
  const rows = order.slice(0, most);
  const units = order.map((row) => unit(vectors.subarray(row * dimension, (row + 1) * dimension)));
  const mean = new Float64Array(dimension);
  for (const own of units) own.forEach((value, i) => (mean[i] += value / units.length));
  const landmarks = new Float32Array(rows.length * dimension);
  rows.forEach((_, at) => landmarks.set(centred(units[at], mean), at * dimension));
  const n = rows.length;
  const among = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      among[i * n + j] = among[j * n + i] = kernelAt(
        landmarks,
        i * dimension,
        landmarks,
        j * dimension,
        dimension,
        width,
      );
    }
  }
  const { values, vectors: axes } = symmetricEigen(among, n);
  const kept = Array.from(values.keys()).filter((r) => values[r] > weakest * values[0]);
  const root = new Float64Array(kept.length * n);
  kept.forEach((r, at) => {
    for (let i = 0; i < n; i++) root[at * n + i] = axes[r * n + i] / Math.sqrt(values[r]);
  });
  return { mean, width, landmarks, root };
}

function kernelFeatures({ landmarks, mean, root, width }: KernelState, dimension: number): FeatureMap {
  const n = landmarks.length / dimension;
  const near = new Float64Array(n);
  return {
    width: root.length / n,
    write(vectors, from, out, at) {
      const own = centred(unit(vectors.subarray(from, from + dimension)), mean);
      for (let i = 0; i < n; i++) near[i] = kernelAt(own, 0, landmarks, i * dimension, dimension, width);
      for (let f = 0; f * n < root.length; f++) {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += root[f * n + i] * near[i];
        out[at + f] = sum;
      }
    },
  };
}

/** The vector less the mean, at unit length; zeros if it is the mean. */
function centred(vector: Float32Array, mean: Float64Array): Float32Array {
  const own = vector.map((value, i) => value - mean[i]);
  return own.reduce((sum, value) => sum + value * value, 0) > NOTHING ? unit(own) : new Float32Array(own.length);
}

function kernelAt(
  a: Float32Array,
  fromA: number,
  b: Float32Array,
  fromB: number,
  dimension: number,
  width: number,
): number {
  let product = 0;
  for (let i = 0; i < dimension; i++) product += a[fromA + i] * b[fromB + i];
  return width === Infinity ? 1 + product : Math.exp((product - 1) / width);
}
