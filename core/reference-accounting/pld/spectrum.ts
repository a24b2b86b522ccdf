/**
 * Tilted distributions and their spectra, with bounds on the rounding error of every value.
 * @module
 */
import { cumulant } from './cumulant.ts';
import type { RepeatedLoss } from './cumulant.ts';
import type { HalfSpectrum } from './fourier.ts';

export const UNIT_ROUNDING = 2 ** -53;

/** A spectrum and, for each value, a bound on its absolute error. */
export interface BoundedSpectrum {
  readonly spectrum: HalfSpectrum;
  readonly error: Float64Array;
}

/** Tilts a distribution to p(l) exp(theta l) / M, on `size` grid points by index modulo size. Returns log M as well. */
export function tiltOnCircle(
  { step, lowest, masses }: RepeatedLoss['losses'],
  theta: number,
  size: number,
): { readonly masses: Float64Array; readonly logMoment: number } {
  const logMoment = cumulant({ step, lowest, masses, infinity: 0 }, theta);
  const circle = new Float64Array(size);
  let at = ((lowest % size) + size) % size;
  for (let i = 0; i < masses.length; i++) {
    if (masses[i] > 0) circle[at] += masses[i] * Math.exp(theta * step * (lowest + i) - logMoment);
    at = at + 1 === size ? 0 : at + 1;
  }
  return { masses: circle, logMoment };
}

/** Raises every value to the power `count` in place, by repeated squaring. Negligible powers become 0 and count as error. */
export function raise({ re, im }: HalfSpectrum, count: number, rounding: number): BoundedSpectrum {
  const error = new Float64Array(re.length);
  if (count === 1) return { spectrum: { re, im }, error: error.fill(rounding) };
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
  return { spectrum: { re, im }, error };
}

export function multiply(a: BoundedSpectrum, b: BoundedSpectrum): BoundedSpectrum {
  const [p, q] = [a.spectrum, b.spectrum];
  for (let k = 0; k < p.re.length; k++) {
    const ofP = Math.hypot(p.re[k], p.im[k]);
    const ofQ = Math.hypot(q.re[k], q.im[k]);
    a.error[k] = ofP * b.error[k] + ofQ * a.error[k] + a.error[k] * b.error[k] + 4 * UNIT_ROUNDING * ofP * ofQ;
    const re = p.re[k] * q.re[k] - p.im[k] * q.im[k];
    p.im[k] = p.re[k] * q.im[k] + p.im[k] * q.re[k];
    p.re[k] = re;
  }
  return a;
}
