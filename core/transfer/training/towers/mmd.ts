/**
 * Maximum mean discrepancy: the mean features of the platforms' persons are pulled together, and MMD² is the mean squared
 * distance of the platforms' means from their common mean. The features are random ones of a mixture of Gaussian kernels, so
 * that means agree only if the whole distributions are close.
 *
 *   MMD² = mean_p |m_p - mean_q m_q|²,   m_p = the mean of φ(z) over the persons of p.
 *
 * A person adds the own φ(z) to the platform's row of the sum, and the gradient of a round uses the means that the round before
 * released (platform-means.ts).
 *
 * Long et al., ICML 2015 (DAN), section 3; Rahimi and Recht, NIPS 2007, algorithm 1; released means: Harder et al., AISTATS
 * 2021 (DP-MERF).
 * @module
 */
import { lengthOf } from '../../../privacy/mechanism/written-out.ts';
import { Prng } from '../../../random/prng.ts';
import type { PlatformMeans } from '../../encoder.ts';
import type { Reals } from '../../network/arithmetic.ts';
import { deviationOf, meansBlock } from '../platform-means.ts';
import type { Adaptation, Adapting } from './adapting.ts';

/**
 * One over the widths of the kernels, in units of one over the root of the temperature: the distance at which the loss begins to
 * tell vectors apart. Under a narrower kernel all vectors are far from each other, and MMD falls when the towers merely grow.
 */
const SCALES = [0.125, 0.25, 0.5, 1];
const FREQUENCIES_A_SCALE = 8;
const FREQUENCIES = SCALES.length * FREQUENCIES_A_SCALE;
/** A cosine and a sine each. */
export const FEATURES = 2 * FREQUENCIES;

/** Length of a person's statistics in clips; the gradient has the rest of the clip. */
const STATISTICS = 0.5;

export interface Features {
  /** Features of z, of length 1 [FEATURES]. */
  of(z: Reals): Float64Array;
  /** Slope of φ(z) · direction by z. */
  slope(z: Reals, direction: Float64Array): Float64Array;
}

/** The same on all platforms: the frequencies are public, and depend on nothing but the two arguments. */
export function randomFeatures(dimension: number, temperature: number): Features {
  const random = new Prng(`random Fourier features of ${dimension} numbers`);
  const frequencies = SCALES.flatMap((scale) =>
    Array.from({ length: FREQUENCIES_A_SCALE }, () =>
      Float64Array.from({ length: dimension }, () => (scale / Math.sqrt(temperature)) * random.gaussian()),
    ),
  );
  const angles = (z: Reals): number[] =>
    frequencies.map((frequency) => frequency.reduce((sum, value, j) => sum + value * z[j], 0));
  const height = 1 / Math.sqrt(FREQUENCIES);
  return {
    of(z) {
      const at = angles(z);
      return Float64Array.from(
        { length: FEATURES },
        (_, i) => height * (i < FREQUENCIES ? Math.cos(at[i]) : Math.sin(at[i - FREQUENCIES])),
      );
    },
    slope(z, direction) {
      const slope = new Float64Array(dimension);
      angles(z).forEach((angle, i) => {
        const by = height * (direction[FREQUENCIES + i] * Math.cos(angle) - direction[i] * Math.sin(angle));
        for (let j = 0; j < dimension; j++) slope[j] += by * frequencies[i][j];
      });
      return slope;
    },
  };
}

export function mmd({ dimension, platforms, temperature }: Adapting): Adaptation {
  const means: PlatformMeans = { platforms, features: FEATURES };
  const features = randomFeatures(dimension, temperature);
  const block = meansBlock(means);
  return {
    block,
    means,
    at(rows, { number, weight }, lambda) {
      const direction = deviationOf(means, rows, number).map((value) => 2 * lambda * weight * value);
      return (z) => {
        const own = new Float64Array(platforms * (1 + FEATURES));
        own[number * (1 + FEATURES)] = 1;
        own.set(features.of(z), number * (1 + FEATURES) + 1);
        return { dz: features.slope(z, direction), own };
      };
    },
    // Both parts have bounds of their own, so that a long gradient does not make a person count less in the mean.
    together(update, statistics, clip) {
      const most = clip * Math.sqrt(1 - STATISTICS ** 2);
      const shrink = Math.min(1, most / lengthOf({ values: update }));
      const both = new Float32Array(update.length + statistics.length);
      for (let i = 0; i < update.length; i++) both[i] = shrink * update[i];
      const unit = clip * STATISTICS * Math.SQRT1_2;
      for (let i = 0; i < statistics.length; i++) both[update.length + i] = unit * statistics[i];
      return both;
    },
  };
}
