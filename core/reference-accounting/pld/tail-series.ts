/**
 * delta of a composition at every point of the grid, straight from the low frequencies of its tilted distribution.
 *
 * delta at index i is the sum over m >= 1 of P[index = i + m] (1 - exp(-m step)). With P as a Fourier series of period N, untilted
 * by exp(-theta step (i + m)), each frequency contributes a difference of two geometric series, so that no transform back is
 * needed. A series of period N repeats every mass at distances of N. These copies only raise delta; window.ts chooses N so that
 * they are negligible.
 * @module
 */
import type { RepeatedLoss } from './cumulant.ts';
import { lowFrequencies, multiply, raise, tilt, UNIT_ROUNDING } from './spectrum.ts';
import type { BoundedSpectrum, TiltedLoss } from './spectrum.ts';

/** Number of frequencies between two exactly computed angles. Between them, multiplication advances the angle. */
const TURNS = 32;

export class TailSeries {
  readonly #size: number;
  readonly #slope: number;
  readonly #logMoment: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #error: number;

  /**
   * @param terms all on one grid.
   * @param theta the tilt, above 0.
   * @param size N, a power of two.
   */
  constructor(terms: readonly RepeatedLoss[], theta: number, size: number) {
    const { step } = terms[0].losses;
    const tilted = terms.map(({ losses, count }) => ({ loss: tilt(losses, theta), count }));
    const { highest, beyond } = highestFrequency(tilted, size);
    let product: BoundedSpectrum | null = null;
    for (const { loss, count } of tilted) {
      const { re, im, rounding } = lowFrequencies(loss, size, highest);
      const power = raise(re, im, count, rounding);
      product = product === null ? power : multiply(product, power);
    }
    if (product === null) throw new RangeError('a composition of nothing has no tail');
    this.#size = size;
    this.#slope = theta * step;
    this.#logMoment = tilted.reduce((sum, { loss, count }) => sum + count * loss.logMoment, 0);
    const { re, im, error } = product;
    let last = highest;
    while (last > 0 && re[last] === 0 && im[last] === 0) last--;
    let errors = beyond;
    // Frequencies k and N - k are conjugate, so one computed value counts for both.
    for (let k = 0; k <= highest; k++) errors += (k === 0 || 2 * k === size ? 1 : 2) * error[k];
    const magnitudes = addUp(re, im, last, theta, step, size);
    this.#re = re.subarray(0, last + 1);
    this.#im = im.subarray(0, last + 1);
    // The geometric series is largest at frequency 0. The sum of `at` has blocks of TURNS terms, and turns as often.
    const summing = (8 * TURNS + last / TURNS + 32) * UNIT_ROUNDING;
    this.#error = errors * largest(theta, step) + summing * magnitudes;
  }

  /** Upper bound of delta at this grid index, for finite losses and exact masses. */
  at(index: number): number {
    const [re, im, size] = [this.#re, this.#im, this.#size];
    const around = ((index % size) + size) % size;
    const angle = (2 * Math.PI) / size;
    const [turnRe, turnIm] = [Math.cos(angle * around), Math.sin(angle * around)];
    let sum = 0;
    for (let start = 0; start < re.length; start += TURNS) {
      // The product is below 2^53, so that its remainder is exact.
      const exact = angle * ((around * start) % size);
      let c = Math.cos(exact);
      let s = Math.sin(exact);
      let block = 0;
      const end = Math.min(start + TURNS, re.length);
      for (let k = start; k < end; k++) {
        block += re[k] * c - im[k] * s;
        const swap = c * turnRe - s * turnIm;
        s = c * turnIm + s * turnRe;
        c = swap;
      }
      sum += block;
    }
    return ((Math.max(0, sum) + this.#error) / size) * Math.exp(this.#logMoment - this.#slope * index);
  }
}

/** The sum over m >= 1 of (1 - s^m) r^m, s = exp(-step), r = exp(-theta step). */
function largest(theta: number, step: number): number {
  return (Math.exp(-theta * step) * Math.expm1(-step)) / (Math.expm1(-theta * step) * -Math.expm1(-(theta + 1) * step));
}

/**
 * Multiplies frequency k up to `last` by the sum over m >= 1 of (1 - s^m) r^m = r (1 - s) / ((1 - r) (1 - r s)), with s = exp(-step)
 * and r = exp(-theta step + 2 pi i k / N), and by 2 for its conjugate. @returns the sum of the magnitudes.
 */
function addUp(re: Float64Array, im: Float64Array, last: number, theta: number, step: number, size: number): number {
  const decay = Math.exp(-theta * step);
  const missing = -Math.expm1(-theta * step);
  const shrink = Math.exp(-step);
  const rest = -Math.expm1(-step);
  let magnitudes = 0;
  for (let k = 0; k <= last; k++) {
    const half = Math.sin((Math.PI * k) / size);
    const s = 2 * decay * half * Math.sqrt(1 - half * half);
    const c = decay * (1 - 2 * half * half);
    // 1 - r without cancellation, and 1 - r s from it.
    const aRe = missing + 2 * decay * half * half;
    const bRe = rest + shrink * aRe;
    const bIm = -shrink * s;
    const dRe = aRe * bRe + s * bIm;
    const dIm = aRe * bIm - s * bRe;
    const share = ((k === 0 || 2 * k === size ? 1 : 2) * rest) / (dRe * dRe + dIm * dIm);
    const gRe = share * (c * dRe + s * dIm);
    const gIm = share * (s * dRe - c * dIm);
    const swap = re[k] * gRe - im[k] * gIm;
    im[k] = re[k] * gIm + im[k] * gRe;
    re[k] = swap;
    magnitudes += Math.sqrt(re[k] * re[k] + im[k] * im[k]);
  }
  return magnitudes;
}

/** Largest sum of the frequencies that the series leaves out, relative to the first one. */
const LEFT_OUT = 2 ** -53;

/** The least frequency beyond which the sum of all powers is at most LEFT_OUT, by their total variations, and that sum. */
function highestFrequency(
  tilted: readonly { readonly loss: TiltedLoss; readonly count: number }[],
  size: number,
): { readonly highest: number; readonly beyond: number } {
  const logBound = (k: number): number => {
    const turn = 2 * Math.sin((Math.PI * k) / size);
    return tilted.reduce((sum, { loss, count }) => sum + count * Math.min(0, Math.log(loss.variation / turn)), 0);
  };
  const allowed = Math.log(LEFT_OUT / size);
  // A bucket's phase needs at least three frequencies.
  let low = 2;
  let high = size / 2;
  if (logBound(high) > allowed) return { highest: high, beyond: 0 };
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (logBound(middle) <= allowed) high = middle;
    else low = middle;
  }
  return { highest: high, beyond: LEFT_OUT };
}
