/**
 * A pair of output distributions that dominates a mechanism, described by its privacy loss.
 *
 * `upper` is the distribution with the person, `lower` the one without, and the loss is l = log(d upper / d lower). Removing a
 * person is about losses l drawn from upper. Adding one is about losses -l drawn from lower. The accountant keeps the two
 * directions apart to the end.
 * @module
 */

/** Four probabilities at a threshold of the loss: both tails of both distributions, so that each keeps its relative accuracy. */
export interface LossTails {
  upperAbove: number;
  upperBelow: number;
  lowerAbove: number;
  lowerBelow: number;
}

/** Probabilities between neighbouring losses under both distributions. Entry i belongs to losses i - 1 and i; entry 0 is 0. */
export interface LossCells {
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

export interface LossPair {
  /** True if both directions have the same loss distribution. */
  readonly symmetric: boolean;
  /**
   * Writes P[l > loss] and P[l <= loss] under both distributions into `out`. A loss of Infinity is above every threshold, and one
   * of -Infinity below.
   */
  tails(loss: number, out: LossTails): void;
  /** P[losses[i - 1] < l <= losses[i]] for rising losses. Absent if no way is faster than differences of the tails. */
  readonly cells?: (losses: Float64Array) => LossCells;
  /**
   * An interval of losses. Apart from infinite losses, at most `tail` of lower lies below it, and at most `tail` of upper above.
   * If the finite losses are bounded, the interval has their bounds.
   */
  range(tail: number): { readonly lowest: number; readonly highest: number };
}

export type Direction = 'remove' | 'add';
export const DIRECTIONS: readonly Direction[] = ['remove', 'add'];

/** The exact hockey-stick divergence at `epsilon` >= 0 of one release in one direction, without a grid. */
export function hockeyStick(pair: LossPair, direction: Direction, epsilon: number): number {
  const out = newTails();
  if (direction === 'remove') {
    pair.tails(epsilon, out);
    return excess(out.upperAbove, out.lowerAbove, epsilon);
  }
  pair.tails(-epsilon, out);
  return excess(out.lowerBelow, out.upperBelow, epsilon);
}

/** max(0, a - exp(epsilon) b), computed so that exp(epsilon) cannot overflow. */
function excess(a: number, b: number, epsilon: number): number {
  return b === 0 ? a : Math.max(0, a - Math.exp(epsilon + Math.log(b)));
}

/** P[losses[i - 1] < l <= losses[i]] for rising losses. */
export function cellsOf(pair: LossPair, losses: Float64Array): LossCells {
  if (pair.cells !== undefined) return pair.cells(losses);
  const upper = new Float64Array(losses.length);
  const lower = new Float64Array(losses.length);
  const here = newTails();
  pair.tails(losses[0], here);
  let { upperAbove, upperBelow, lowerAbove, lowerBelow } = here;
  for (let i = 1; i < losses.length; i++) {
    pair.tails(losses[i], here);
    // A difference in the smaller tail keeps its relative accuracy.
    upper[i] = Math.max(0, upperAbove < 0.5 ? upperAbove - here.upperAbove : here.upperBelow - upperBelow);
    lower[i] = Math.max(0, lowerAbove < 0.5 ? lowerAbove - here.lowerAbove : here.lowerBelow - lowerBelow);
    ({ upperAbove, upperBelow, lowerAbove, lowerBelow } = here);
  }
  return { upper, lower };
}

export function newTails(): LossTails {
  return { upperAbove: 0, upperBelow: 0, lowerAbove: 0, lowerBelow: 0 };
}
