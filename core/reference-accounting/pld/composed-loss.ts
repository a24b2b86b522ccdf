/**
 * The composition of many privacy loss distributions, in one direction.
 *
 * Losses add, so their distributions convolve: their Fourier transforms are multiplied. A plain transform leaves an absolute
 * error of 1e-16 x n everywhere, which is larger than the far tail that makes up delta. So every distribution is first tilted to
 * p(l) exp(theta l) / M(theta). theta is such that the composition is centred on the loss that is asked for, and the transform's
 * error is then relative to delta itself. Tilting also keeps the window of losses small. Mass outside the window wraps around
 * into it, which can only raise delta; mass beyond its upper end is covered by a Chernoff bound. Three amounts are added to every
 * delta: the probability of infinite losses, this Chernoff bound, and a componentwise bound on the transform's rounding (every
 * output of an FFT is a sum of N terms in log2 N stages: Higham 2002, Section 24.1).
 * @module
 */
import { cumulant, leastOverTilts } from './cumulant.ts';
import type { RepeatedLoss } from './cumulant.ts';
import type { RealFourier } from './fourier.ts';
import { multiply, raise, tiltOnCircle, UNIT_ROUNDING } from './spectrum.ts';
import type { BoundedSpectrum } from './spectrum.ts';
import { chooseWindow, ComposedSketch } from './window.ts';

/** Average relative error of the grid's masses, which are differences of tails at neighbouring points. */
const MASS_ROUNDING = 1e-12;

/** The tail of a composition, from its upper end down to the loss that was asked for. */
interface ComposedTail {
  /** Grid index of the first entry. */
  readonly first: number;
  /** Upper bounds of delta(index x step) at first, first + 1, ... Between grid points, chords in exp(epsilon) bound it. */
  readonly deltas: Float64Array;
}

export class ComposedLoss {
  readonly #terms: readonly RepeatedLoss[];
  readonly #sketch: ComposedSketch;
  readonly #fourier: (size: number) => RealFourier;
  /** Probability that some loss is infinite. */
  readonly infinity: number;

  /**
   * @param terms all on one grid.
   * @param fourier gives the transform of a size; the caller keeps transforms, so that each is made once.
   */
  constructor(terms: readonly RepeatedLoss[], fourier: (size: number) => RealFourier) {
    this.#terms = terms;
    this.#fourier = fourier;
    this.#sketch = new ComposedSketch(terms);
    const logSurvival = terms.reduce((sum, { losses, count }) => sum + count * Math.log1p(-losses.infinity), 0);
    this.infinity = Math.max(0, -Math.expm1(logSurvival));
  }

  /** Upper bound of the least epsilon >= 0 at `delta`; Infinity if the infinite losses alone exceed `delta`. */
  epsilon(delta: number): number {
    if (this.#terms.length === 0) return 0;
    const finite = delta - this.infinity;
    if (!(finite > 0)) return Infinity;
    const { theta, value: chernoff } = leastOverTilts(
      (t) => (this.#sketch.cumulant(t) + logHockeyFactor(t) - Math.log(finite)) / t,
    );
    if (chernoff <= 4 / theta && this.delta(0) <= delta) return 0;
    // The answer lies at most a few 1 / theta below the Chernoff bound.
    for (let depth = 8, height = 0; depth < 1e6;) {
      const { first, deltas } = this.#tail(theta, chernoff + height, chernoff - depth / theta, finite);
      if (deltas[deltas.length - 1] > delta) {
        if (height > 1e6) return Infinity;
        height = 2 * height + 1 / theta;
      } else if (deltas[0] <= delta) {
        if (first * this.#sketch.step <= 0) return 0;
        depth *= 4;
      } else {
        let i = deltas.length - 2;
        while (deltas[i] <= delta) i--;
        const share = (deltas[i] - delta) / (deltas[i] - deltas[i + 1]);
        return Math.max(0, (first + i) * this.#sketch.step + Math.log1p(share * Math.expm1(this.#sketch.step)));
      }
    }
    return Math.max(0, chernoff);
  }

  /** Upper bound of delta at `epsilon`, which may be negative. */
  delta(epsilon: number): number {
    if (this.#terms.length === 0) return Math.max(0, -Math.expm1(epsilon));
    const { theta, value } = leastOverTilts((t) => this.#sketch.cumulant(t) + logHockeyFactor(t) - t * epsilon);
    const expected = Math.exp(Math.min(0, value)) / 10;
    if (expected === 0) return this.infinity + Number.MIN_VALUE;
    const tail = this.#tail(theta, epsilon, epsilon - this.#sketch.step, expected);
    const at = epsilon / this.#sketch.step - tail.first;
    const i = Math.max(0, Math.floor(at + 1e-9));
    if (i >= tail.deltas.length - 1) return Math.min(1, tail.deltas[tail.deltas.length - 1]);
    const between = Math.max(0, epsilon - (tail.first + i) * this.#sketch.step);
    // Linear in exp(epsilon) between the two neighbouring grid points.
    const share = Math.min(1, Math.expm1(between) / Math.expm1(this.#sketch.step));
    return Math.min(1, tail.deltas[i] + share * (tail.deltas[i + 1] - tail.deltas[i]));
  }

  /** The tail from the grid point at or below `from` upward. Near `centre`, delta is about `scale`, and `theta` the best tilt. */
  #tail(theta: number, centre: number, from: number, scale: number): ComposedTail {
    const { tilt, size, first, top, beyondTilt } = chooseWindow(this.#sketch, { theta, centre, from, scale });
    const exact = this.#terms.reduce((sum, { losses, count }) => sum + count * cumulant(losses, beyondTilt), 0);
    // No mass lies beyond the largest loss.
    const beyond = top > this.#sketch.highest ? 0 : Math.exp(exact - beyondTilt * top * this.#sketch.step);
    return this.#transform(tilt, size, first, top, beyond);
  }

  #transform(theta: number, size: number, first: number, top: number, beyond: number): ComposedTail {
    const step = this.#sketch.step;
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
    const relative = 1 + MASS_ROUNDING * this.#sketch.draws;
    const constant = this.infinity + beyond;
    const shrink = Math.exp(-step);
    const toNext = -Math.expm1(-step);
    const decay = Math.exp(-theta * step);
    let slope = 0;
    let delta = 0;
    let wrapped = ((top % size) + size) % size;
    for (let i = length - 1; i >= 0; i--) {
      // delta_i = delta_{i+1} + (1 - e^-step) slope_{i+1} adds only positive numbers, so that nothing cancels.
      delta += toNext * slope;
      slope *= shrink;
      const weight = Math.exp(logMoment - theta * step * (first + i));
      if (masses[wrapped] > 0) slope += masses[wrapped] * weight;
      // Each mass above may be off by `error` x its weight, and the weights fall geometrically.
      const rounded = (error * weight * decay) / Math.max(1 - decay, 1 / (length - i));
      deltas[i] = Math.min(1, delta * relative + constant + rounded);
      wrapped = wrapped === 0 ? size - 1 : wrapped - 1;
    }
    return { first, deltas };
  }
}

/**
 * Log of the factor by which a Chernoff bound on delta is smaller than one on the tail: the maximum over x >= 0 of
 * (1 - e^-x) e^(-theta x) (Canonne, Kamath and Steinke 2020, Proposition 12).
 */
function logHockeyFactor(theta: number): number {
  return theta * Math.log(theta / (1 + theta)) - Math.log1p(theta);
}
