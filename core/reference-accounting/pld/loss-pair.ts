/**
 * A pair of output distributions that dominates a mechanism, seen through its privacy loss.
 *
 * `upper` is the distribution with the person, `lower` the one without; the loss is l = log(d upper / d lower). Removing a
 * person asks for losses l drawn from upper, adding one for losses -l drawn from lower: the two directions are kept apart
 * to the end.
 * @module
 */

/** Four probabilities at a threshold of the loss: two tails of two distributions, each with its own relative accuracy. */
export interface LossTails {
  upperAbove: number;
  upperBelow: number;
  lowerAbove: number;
  lowerBelow: number;
}

export interface LossPair {
  /** Both directions have the same loss distribution. */
  readonly symmetric: boolean;
  /** P[l > loss] and P[l <= loss] under both, written into `out`. Infinite losses lie above and below every threshold. */
  tails(loss: number, out: LossTails): void;
  /**
   * Losses between which everything lies but at most `tail` of lower below and of upper above (and the infinite parts).
   * Where the finite losses are bounded these are their bounds.
   */
  range(tail: number): { readonly lowest: number; readonly highest: number };
}

export type Direction = 'remove' | 'add';
export const DIRECTIONS: readonly Direction[] = ['remove', 'add'];

/** The hockey-stick divergence at `epsilon` >= 0 of one release in one direction: exact, no grid. */
export function hockeyStick(pair: LossPair, direction: Direction, epsilon: number): number {
  const out = newTails();
  if (direction === 'remove') {
    pair.tails(epsilon, out);
    return excess(out.upperAbove, out.lowerAbove, epsilon);
  }
  pair.tails(-epsilon, out);
  return excess(out.lowerBelow, out.upperBelow, epsilon);
}

/** max(0, a - exp(epsilon) b) where exp(epsilon) alone could overflow. */
function excess(a: number, b: number, epsilon: number): number {
  return b === 0 ? a : Math.max(0, a - Math.exp(epsilon + Math.log(b)));
}

export function newTails(): LossTails {
  return { upperAbove: 0, upperBelow: 0, lowerAbove: 0, lowerBelow: 0 };
}
