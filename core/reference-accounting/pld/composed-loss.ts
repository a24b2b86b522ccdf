/**
 * The composition of many privacy loss distributions, in one direction.
 *
 * Losses add, so their distributions convolve: their Fourier transforms are multiplied. A plain transform leaves an absolute
 * error of 1e-16 x n everywhere, which is larger than the far tail that makes up delta. So this module first tilts every
 * distribution to p(l) exp(theta l) / M(theta). It chooses theta so that the composition is centred on the loss that is asked
 * for. The transform's error is then relative to delta itself. Delta at a grid point is a sum over the few frequencies that
 * matter (tail-series.ts). The module adds the probability of infinite losses and a bound on all rounding.
 * @module
 */
import { leastOverTilts } from './cumulant.ts';
import type { RepeatedLoss } from './cumulant.ts';
import { TailSeries } from './tail-series.ts';
import { chooseWindow, ComposedSketch } from './window.ts';

/** Average relative error of the grid's masses, which are differences of tails at neighbouring points. */
const MASS_ROUNDING = 1e-12;

/** Loss above which an epsilon is called infinite. */
const LARGEST_LOSS = 1e6;

export class ComposedLoss {
  readonly #terms: readonly RepeatedLoss[];
  readonly #sketch: ComposedSketch;
  /** Probability that some loss is infinite. */
  readonly infinity: number;

  /** @param terms all on one grid. */
  constructor(terms: readonly RepeatedLoss[]) {
    this.#terms = terms;
    this.#sketch = new ComposedSketch(terms);
    const logSurvival = terms.reduce((sum, { losses, count }) => sum + count * Math.log1p(-losses.infinity), 0);
    this.infinity = Math.max(0, -Math.expm1(logSurvival));
  }

  /** Upper bound of the least epsilon >= 0 at `delta`; Infinity if the infinite losses alone exceed `delta`. */
  epsilon(delta: number): number {
    if (this.#terms.length === 0) return 0;
    const finite = delta - this.infinity;
    if (!(finite > 0)) return Infinity;
    const { step } = this.#sketch;
    const { theta, value: chernoff } = leastOverTilts(
      (t) => (this.#sketch.cumulant(t) + logHockeyFactor(t) - Math.log(finite)) / t,
    );
    if (chernoff <= 4 / theta && this.delta(0) <= delta) return 0;
    // The answer lies at most a few 1 / theta below the Chernoff bound.
    for (let depth = 8; depth < 1e6; depth *= 4) {
      const first = Math.floor((chernoff - depth / theta) / step);
      const tail = this.#tail(theta, chernoff, first, finite);
      if (tail(first) <= delta) {
        if (first <= 0) return 0;
        continue;
      }
      const crossed = crossing(tail, first, Math.ceil(chernoff / step) + 1, LARGEST_LOSS / step, delta);
      if (crossed === null) return Infinity;
      // Between grid points, chords in exp(epsilon) bound delta.
      const share = (crossed.above - delta) / (crossed.above - crossed.below);
      return Math.max(0, crossed.index * step + Math.log1p(share * Math.expm1(step)));
    }
    return Math.max(0, chernoff);
  }

  /** Upper bound of delta at `epsilon`, which may be negative. */
  delta(epsilon: number): number {
    if (this.#terms.length === 0) return Math.max(0, -Math.expm1(epsilon));
    const { step } = this.#sketch;
    const { theta, value } = leastOverTilts((t) => this.#sketch.cumulant(t) + logHockeyFactor(t) - t * epsilon);
    const expected = Math.exp(Math.min(0, value)) / 10;
    if (expected === 0) return this.infinity + Number.MIN_VALUE;
    const index = Math.floor(epsilon / step + 1e-9);
    const tail = this.#tail(theta, epsilon, index, expected);
    const [above, below] = [tail(index), tail(index + 1)];
    // Linear in exp(epsilon) between the two neighbouring grid points.
    const share = Math.min(1, Math.expm1(Math.max(0, epsilon - index * step)) / Math.expm1(step));
    return Math.min(1, above + share * (below - above));
  }

  /**
   * Upper bounds of delta at grid indices from `first` on. The caller expects delta to be about `scale` near `centre`, and
   * `theta` to be the best tilt there.
   */
  #tail(theta: number, centre: number, first: number, scale: number): (index: number) => number {
    const { tilt, size } = chooseWindow(this.#sketch, { theta, centre, first, scale });
    const series = new TailSeries(this.#terms, tilt, size);
    const relative = 1 + MASS_ROUNDING * this.#sketch.draws;
    return (index) => Math.min(1, series.at(index) * relative + this.infinity);
  }
}

/** Neighbouring grid points between which a bound of delta falls to the one that is asked for. */
interface Crossing {
  readonly index: number;
  /** The bound at `index`, above delta. */
  readonly above: number;
  /** The bound at `index` + 1, at most delta. */
  readonly below: number;
}

/**
 * Searches upward from `low`, where the bound is above `delta`, and narrows the bracket by secants of log delta, which is nearly
 * straight, and by bisection where they do not help.
 * @returns null if the bound is above `delta` up to index `most`.
 */
function crossing(
  tail: (index: number) => number,
  low: number,
  guess: number,
  most: number,
  delta: number,
): Crossing | null {
  let above = tail(low);
  let high = Math.max(low + 1, guess);
  let below = tail(high);
  for (let reach = 64; below > delta; reach *= 4) {
    if (high > most) return null;
    [low, above] = [high, below];
    high += reach;
    below = tail(high);
  }
  for (let turn = 0; high - low > 1; turn++) {
    const straight = Math.log(above / delta) / Math.log(above / below);
    // The search aims alternately slightly above and below the crossing of the straight line, so that both ends move.
    const aim = turn % 3 === 2 ? (low + high) / 2 : low + straight * (high - low) + (turn % 3 === 0 ? 1 : -1);
    const middle = Math.min(high - 1, Math.max(low + 1, Math.round(aim)));
    const here = tail(middle);
    if (here > delta) [low, above] = [middle, here];
    else [high, below] = [middle, here];
  }
  return { index: low, above, below };
}

/**
 * Log of the factor by which a Chernoff bound on delta is smaller than one on the tail: the maximum over x >= 0 of
 * (1 - e^-x) e^(-theta x) (Canonne, Kamath and Steinke 2020, Proposition 12).
 */
function logHockeyFactor(theta: number): number {
  return theta * Math.log(theta / (1 + theta)) - Math.log1p(theta);
}
