/**
 * The composition of many privacy loss distributions, in one direction.
 *
 * Losses add, so their distributions convolve: a product of Fourier transforms. A plain transform leaves an absolute error
 * of 1e-16 x n everywhere, which drowns the far tail that delta is made of. So every distribution is first tilted,
 * p(l) exp(theta l) / M(theta), with theta such that the composition is centred on the very loss that is asked for; the
 * transform's error is then relative to delta itself. This also makes the window small: what lies outside it and wraps
 * around only ever adds to delta, as soon as the window ends where a Chernoff bound says so. Three amounts are added to
 * every delta: the probability of infinite losses, the Chernoff bound beyond the window, and a componentwise bound on the
 * transform's rounding (every output of an FFT is a sum of N terms in log2 N stages: Higham 2002, Section 24.1).
 * @module
 */
import { cumulant, leastOverTilts, LossSketch } from './cumulant.ts';
import type { RepeatedLoss } from './cumulant.ts';
import type { HalfSpectrum, RealFourier } from './fourier.ts';

/** Probability, relative to delta, that may lie beyond the window and is charged for. */
const BEYOND = 1e-12;
/** Error of one grid mass relative to it, on average over the grid: differences of tails at neighbouring points. */
const MASS_ROUNDING = 1e-12;
const UNIT_ROUNDING = 2 ** -53;
const LARGEST_WINDOW = 2 ** 25;

/** The tail of a composition, from the top down to where it was asked for. */
interface ComposedTail {
  /** Grid index of the first entry. */
  readonly first: number;
  /** Upper bounds of delta(index x step) at first, first + 1, ...; chords in exp(epsilon) bound it in between. */
  readonly deltas: Float64Array;
}

/** A spectrum and, for each value, a bound on its absolute error. */
interface BoundedSpectrum {
  readonly spectrum: HalfSpectrum;
  readonly error: Float64Array;
}

export class ComposedLoss {
  readonly #terms: readonly RepeatedLoss[];
  readonly #sketches: readonly LossSketch[];
  readonly #fourier: (size: number) => RealFourier;
  readonly #step: number;
  readonly #draws: number;
  /** Probability that some loss is infinite. */
  readonly infinity: number;

  /** @param fourier transforms by size, for the caller to keep. All terms on one grid. */
  constructor(terms: readonly RepeatedLoss[], fourier: (size: number) => RealFourier) {
    this.#terms = terms;
    this.#fourier = fourier;
    this.#sketches = terms.map(({ losses }) => new LossSketch(losses));
    this.#step = terms.length === 0 ? 1 : terms[0].losses.step;
    this.#draws = this.#sum(({ count }) => count);
    this.infinity = Math.max(0, -Math.expm1(this.#sum(({ losses, count }) => count * Math.log1p(-losses.infinity))));
  }

  /** Upper bound of the least epsilon >= 0 at `delta`; Infinity when infinite losses alone exceed it. */
  epsilon(delta: number): number {
    if (this.#terms.length === 0) return 0;
    const finite = delta - this.infinity;
    if (!(finite > 0)) return Infinity;
    const { theta, value: chernoff } = leastOverTilts((t) => (this.#sketch(t) - Math.log(finite)) / t);
    if (chernoff <= 4 / theta && this.delta(0) <= delta) return 0;
    // The answer lies a few 1 / theta below the Chernoff bound.
    for (let depth = 8, height = 0; depth < 1e6;) {
      const { first, deltas } = this.#tail(theta, chernoff + height, chernoff - depth / theta, finite);
      if (deltas[deltas.length - 1] > delta) {
        if (height > 1e6) return Infinity;
        height = 2 * height + 1 / theta;
      } else if (deltas[0] <= delta) {
        if (first * this.#step <= 0) return 0;
        depth *= 4;
      } else {
        let i = deltas.length - 2;
        while (deltas[i] <= delta) i--;
        const share = (deltas[i] - delta) / (deltas[i] - deltas[i + 1]);
        return Math.max(0, (first + i) * this.#step + Math.log1p(share * Math.expm1(this.#step)));
      }
    }
    return Math.max(0, chernoff);
  }

  /** Upper bound of delta at `epsilon`, which may be negative. */
  delta(epsilon: number): number {
    if (this.#terms.length === 0) return Math.max(0, -Math.expm1(epsilon));
    const { theta, value } = leastOverTilts((t) => this.#sketch(t) - t * epsilon);
    const expected = Math.exp(Math.min(0, value)) / 100;
    if (expected === 0) return this.infinity;
    const tail = this.#tail(theta, epsilon, epsilon - this.#step, expected);
    const at = epsilon / this.#step - tail.first;
    const i = Math.max(0, Math.floor(at + 1e-9));
    if (i >= tail.deltas.length - 1) return Math.min(1, tail.deltas[tail.deltas.length - 1]);
    const between = Math.max(0, epsilon - (tail.first + i) * this.#step);
    // Linear in exp(epsilon) between the two neighbouring grid points.
    const share = Math.min(1, Math.expm1(between) / Math.expm1(this.#step));
    return Math.min(1, tail.deltas[i] + share * (tail.deltas[i + 1] - tail.deltas[i]));
  }

  #sketch(theta: number): number {
    return this.#terms.reduce((sum, { count }, i) => sum + count * this.#sketches[i].cumulant(theta), 0);
  }

  #cumulant(theta: number): number {
    return this.#terms.reduce((sum, { losses, count }) => sum + count * cumulant(losses, theta), 0);
  }

  /** The tail from the grid point at or below `from`, tilted by theta, for deltas of about `scale` near `centre`. */
  #tail(theta: number, centre: number, from: number, scale: number): ComposedTail {
    const step = this.#step;
    const most = this.#terms.reduce((sum, { count }, i) => sum + count * this.#sketches[i].highest, 0);
    const target = Math.log(BEYOND * scale);
    const above = leastOverTilts((t) => (this.#sketch(t) - target) / t, theta / 4);
    const top = Math.ceil(Math.min(most, Math.max(above.value, centre + step)) / step) + 1;
    const first = Math.min(Math.floor(from / step), top - 1);
    let size = 1024;
    while (size < top - first + 1 || !this.#wrapsLittle(theta, size, first, top, target)) size *= 2;
    // At the top of all losses nothing lies beyond.
    const beyond = (top - 1) * step >= most ? 0 : Math.exp(this.#cumulant(above.theta) - above.theta * top * step);
    return this.#transform(theta, size, first, top, beyond);
  }

  /**
   * Whether what lies outside a window of `size` that ends at `top` adds little to the deltas from `first` on. What lies
   * below wraps to the top and counts exp(-theta size) of itself; what lies above wraps down and counts exp(theta size).
   */
  #wrapsLittle(theta: number, size: number, first: number, top: number, target: number): boolean {
    if (size >= LARGEST_WINDOW) return true;
    const span = size * this.#step;
    const upTo = this.#sum(({ losses, count }) => count * (losses.lowest + losses.masses.length - 1));
    if (first + size <= upTo) {
      const reach = (first + size) * this.#step;
      const above = leastOverTilts((t) => this.#sketch(t) - t * reach, theta);
      if (above.value + theta * span > target) return false;
    }
    if (-theta * span <= target) return true;
    const bottom = top - size;
    if (bottom <= this.#sum(({ losses, count }) => count * losses.lowest)) return true;
    const below = leastOverTilts((t) => this.#sketch(-t) + t * bottom * this.#step, 1e-3, 1e4);
    return below.value - theta * span <= target;
  }

  #sum(of: (term: RepeatedLoss) => number): number {
    return this.#terms.reduce((sum, term) => sum + of(term), 0);
  }

  #transform(theta: number, size: number, first: number, top: number, beyond: number): ComposedTail {
    const step = this.#step;
    const fourier = this.#fourier(size);
    const half = size / 2;
    const rounding = 6 * UNIT_ROUNDING * Math.log2(size);
    let product: BoundedSpectrum | null = null;
    let logMoment = 0;
    for (const { losses, count } of this.#terms) {
      const tilted = tiltOnCircle(losses, theta, size);
      logMoment += count * tilted.logMoment;
      const power = raise(fourier.forward(tilted.masses), count, rounding);
      product = product === null ? power : multiply(product, power);
    }
    if (product === null) throw new RangeError('a composition of nothing has no transform');
    const { spectrum } = product;
    let error = 0;
    for (let k = 0; k <= half; k++) {
      const magnitude = Math.sqrt(spectrum.re[k] * spectrum.re[k] + spectrum.im[k] * spectrum.im[k]);
      error += (k === 0 || k === half ? 1 : 2) * (product.error[k] + rounding * magnitude);
    }
    error /= size;
    const masses = fourier.inverse(spectrum);

    const length = top - first + 1;
    const deltas = new Float64Array(length);
    const relative = 1 + MASS_ROUNDING * this.#draws;
    const constant = this.infinity + beyond;
    const shrink = Math.exp(-step);
    const toNext = -Math.expm1(-step);
    const decay = Math.exp(-theta * step);
    let slope = 0;
    let delta = 0;
    let wrapped = ((top % size) + size) % size;
    for (let i = length - 1; i >= 0; i--) {
      // No delta is above 1; delta_i = delta_{i+1} + (1 - e^-step) slope_{i+1}: only positive numbers are ever added.
      delta += toNext * slope;
      slope *= shrink;
      const weight = Math.exp(logMoment - theta * step * (first + i));
      if (masses[wrapped] > 0) slope += masses[wrapped] * weight;
      // Every mass above may be off by `error` x its weight; weights fall geometrically.
      const rounded = (error * weight * decay) / Math.max(1 - decay, 1 / (length - i));
      deltas[i] = Math.min(1, delta * relative + constant + rounded);
      wrapped = wrapped === 0 ? size - 1 : wrapped - 1;
    }
    return { first, deltas };
  }
}

/** p(l) exp(theta l) / M on a circle of `size` grid points, index modulo size; log M. */
function tiltOnCircle(
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

/** Every value to the power `count`, by repeated squaring; what has become negligible is left out, and counted as error. */
function raise({ re, im }: HalfSpectrum, count: number, rounding: number): BoundedSpectrum {
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

function multiply(a: BoundedSpectrum, b: BoundedSpectrum): BoundedSpectrum {
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
