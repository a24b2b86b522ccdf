/**
 * Tilted distributions and the low frequencies of their characteristic functions, with bounds on the error of every value.
 *
 * A composition is far smoother than its grid: of 2^18 frequencies a few hundred have a power that matters. A bound on all the
 * others follows from the distribution's total variation V, because |sum p_j z^j| |1 - z| <= V for |z| = 1. So this module
 * computes only the low ones: it puts neighbouring masses into buckets with their moments, and transforms the moments of one
 * order together.
 * @module
 */
import type { LossDistribution } from './connect-the-dots.ts';
import { realFourier } from './fourier.ts';

export const UNIT_ROUNDING = 2 ** -53;

/** Frequencies 0, 1, ... of a composition, with a bound on the absolute error of each. */
export interface BoundedSpectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly error: Float64Array;
}

/** A distribution tilted to p(l) exp(theta l) / M. */
export interface TiltedLoss {
  /** Grid index of the first mass. */
  readonly lowest: number;
  readonly masses: Float64Array;
  readonly logMoment: number;
  /** V: the sum of |p_j - p_{j-1}|. */
  readonly variation: number;
}

export function tilt({ step, lowest, masses }: LossDistribution, theta: number): TiltedLoss {
  const exponent = theta * step;
  let reference = exponent * (theta > 0 ? lowest + masses.length - 1 : lowest);
  const tilted = new Float64Array(masses.length);
  const weigh = (): number => {
    let sum = 0;
    for (let i = 0; i < masses.length; i++) {
      if (masses[i] > 0) sum += tilted[i] = masses[i] * Math.exp(exponent * (lowest + i) - reference);
    }
    return sum;
  };
  let sum = weigh();
  if (sum === 0) {
    reference = masses.reduce((most, mass, i) => Math.max(most, Math.log(mass) + exponent * (lowest + i)), -Infinity);
    sum = weigh();
  }
  let variation = 0;
  let before = 0;
  for (let i = 0; i < tilted.length; i++) {
    tilted[i] /= sum;
    variation += Math.abs(tilted[i] - before);
    before = tilted[i];
  }
  return { lowest, masses: tilted, logMoment: reference + Math.log(sum), variation: variation + before };
}

/** Moments per bucket. With a phase of at most .5 from a bucket's middle to its end, the error .5^16 / 16! is below 1e-18. */
const MOMENTS = 16;
const LARGEST_PHASE = 0.5;
const LARGEST_BUCKET = 64;

/**
 * Values 0 ... `highest` of the characteristic function on `size` grid points by index modulo size (a power of two), and a bound
 * on the absolute error of each.
 */
export function lowFrequencies(
  loss: TiltedLoss,
  size: number,
  highest: number,
): { readonly re: Float64Array; readonly im: Float64Array; readonly rounding: number } {
  const widest = Math.min(LARGEST_BUCKET, size / 16, (LARGEST_PHASE * size) / (Math.PI * highest));
  // A transform of N has log2 N stages (Higham 2002, Section 24.1).
  const roundingOf = (points: number): number => 6 * UNIT_ROUNDING * Math.log2(points);
  // Buckets of fewer masses than this cost more than they save.
  if (widest < 16) {
    const { re, im } = realFourier(size).forward(onCircle(loss, size));
    return { re: re.subarray(0, highest + 1), im: im.subarray(0, highest + 1), rounding: roundingOf(size) };
  }
  const width = 2 ** Math.floor(Math.log2(widest));
  const moments = bucketMoments(loss, size, width);
  const fourier = realFourier(size / width);
  const re = new Float64Array(highest + 1);
  const im = new Float64Array(highest + 1);
  // exp(-i a u) = sum over m of (-i a)^m / m! u^m, with a the phase of half a bucket.
  const factor = new Float64Array(highest + 1).fill(1);
  for (let order = 0; order < MOMENTS; order++) {
    const of = fourier.forward(moments[order]);
    // (-i)^order is 1, -i, -1, i in turn.
    const [fromRe, fromIm] = order % 2 === 0 ? [of.re, of.im] : [of.im, of.re];
    const [signRe, signIm] = [order % 4 < 2 ? 1 : -1, order % 4 === 0 || order % 4 === 3 ? 1 : -1];
    const phase = (Math.PI * width) / size / (order + 1);
    for (let k = 0; k <= highest; k++) {
      re[k] += signRe * factor[k] * fromRe[k];
      im[k] += signIm * factor[k] * fromIm[k];
      factor[k] *= phase * k;
    }
  }
  // The moments are about the middle of each bucket. This phase shifts them to the grid, which begins at 0.
  for (let k = 0; k <= highest; k++) {
    const phase = (-Math.PI * k * (width - 1)) / size;
    const [c, s] = [Math.cos(phase), Math.sin(phase)];
    [re[k], im[k]] = [re[k] * c - im[k] * s, re[k] * s + im[k] * c];
  }
  // A bucket adds `width` masses, and e^.5 is the sum of the factors.
  return { re, im, rounding: 1.65 * (roundingOf(size / width) + (width + 2 * MOMENTS) * UNIT_ROUNDING) };
}

/** The masses by index modulo `size`. */
function onCircle({ lowest, masses }: TiltedLoss, size: number): Float64Array {
  const circle = new Float64Array(size);
  let at = ((lowest % size) + size) % size;
  for (let i = 0; i < masses.length; i++) {
    circle[at] += masses[i];
    at = at + 1 === size ? 0 : at + 1;
  }
  return circle;
}

/** For each order m: the sum of p u^m over every bucket, with u from -1 to 1 within it. */
function bucketMoments({ lowest, masses }: TiltedLoss, size: number, width: number): readonly Float64Array[] {
  const moments = Array.from({ length: MOMENTS }, () => new Float64Array(size / width));
  const sums = new Float64Array(MOMENTS);
  let at = ((lowest % size) + size) % size;
  for (let i = 0; i < masses.length;) {
    const bucket = Math.floor(at / width);
    const end = Math.min(masses.length, i + (bucket + 1) * width - at);
    sums.fill(0);
    for (let u = (2 * (at - bucket * width) + 1) / width - 1; i < end; i++, at++, u += 2 / width) {
      let moment = masses[i];
      for (let order = 0; order < MOMENTS; order++) {
        sums[order] += moment;
        moment *= u;
      }
    }
    for (let order = 0; order < MOMENTS; order++) moments[order][bucket] += sums[order];
    if (at === size) at = 0;
  }
  return moments;
}

/** Raises every value to the power `count` in place, by repeated squaring. Negligible powers become 0 and count as error. */
export function raise(re: Float64Array, im: Float64Array, count: number, rounding: number): BoundedSpectrum {
  const error = new Float64Array(re.length);
  if (count === 1) return { re, im, error: error.fill(rounding) };
  const negligible = Math.exp(-90 / count);
  const errorOfNegligible = count * rounding * Math.exp((-45 * (count - 1)) / count) + Math.exp(-45);
  for (let k = 0; k < re.length; k++) {
    let baseRe = re[k];
    let baseIm = im[k];
    const square = baseRe * baseRe + baseIm * baseIm;
    if (square < negligible) {
      re[k] = im[k] = 0;
      error[k] = errorOfNegligible;
      continue;
    }
    let resultRe = 1;
    let resultIm = 0;
    for (let left = count; ;) {
      if (left % 2 === 1) {
        const swap = resultRe * baseRe - resultIm * baseIm;
        resultIm = resultRe * baseIm + resultIm * baseRe;
        resultRe = swap;
      }
      left = Math.floor(left / 2);
      if (left === 0) break;
      const swap = baseRe * baseRe - baseIm * baseIm;
      baseIm = 2 * baseRe * baseIm;
      baseRe = swap;
    }
    re[k] = resultRe;
    im[k] = resultIm;
    const magnitude = Math.sqrt(square);
    const power = Math.sqrt(resultRe * resultRe + resultIm * resultIm);
    error[k] =
      count * rounding * (power / magnitude) * Math.exp((count * rounding) / magnitude) +
      4 * count * UNIT_ROUNDING * power;
  }
  return { re, im, error };
}

export function multiply(p: BoundedSpectrum, q: BoundedSpectrum): BoundedSpectrum {
  for (let k = 0; k < p.re.length; k++) {
    const ofP = Math.hypot(p.re[k], p.im[k]);
    const ofQ = Math.hypot(q.re[k], q.im[k]);
    p.error[k] = ofP * q.error[k] + ofQ * p.error[k] + p.error[k] * q.error[k] + 4 * UNIT_ROUNDING * ofP * ofQ;
    const re = p.re[k] * q.re[k] - p.im[k] * q.im[k];
    p.im[k] = p.re[k] * q.im[k] + p.im[k] * q.re[k];
    p.re[k] = re;
  }
  return p;
}
