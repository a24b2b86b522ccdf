/**
 * Turns a pair into a privacy loss distribution on a grid, which never shows more privacy than the pair.
 *
 * This module moves the probability of every grid interval to the interval's two ends, and keeps the interval's mass under
 * *both* distributions. Then the hockey-stick curve is exact at every grid point. Between grid points it is the chord in
 * exp(epsilon), which lies above the exact curve: "Connect the dots" (Doroshenko, Ghazi, Kamath, Kumar and Manurangsi 2022).
 * The code works interval by interval instead of with second differences of the curve, so that nothing cancels.
 * @module
 */
import { cellsOf, newTails } from './loss-pair.ts';
import type { LossPair } from './loss-pair.ts';

/** Losses on a grid: `masses[i]` at loss (`lowest` + i) x `step`, and `infinity` above them all. */
export interface LossDistribution {
  readonly step: number;
  readonly lowest: number;
  readonly masses: Float64Array;
  readonly infinity: number;
}

/** Both directions of one event: the same object twice if they are equal. */
export interface DirectedLosses {
  readonly remove: LossDistribution;
  readonly add: LossDistribution;
}

/** Probability cut off at each end. Cut off above, it counts as an infinite loss; below, its loss is rounded up. */
const CUT_TAIL = 2 ** -80;

export function connectTheDots(pair: LossPair, step: number): DirectedLosses {
  const range = pair.range(CUT_TAIL);
  const lowest = Math.floor(range.lowest / step) - 1;
  const highest = Math.ceil(range.highest / step) + 1;
  const size = highest - lowest + 1;
  const remove = new Float64Array(size);
  const add = pair.symmetric ? null : new Float64Array(size);

  const losses = new Float64Array(size);
  for (let i = 0; i < size; i++) losses[i] = (lowest + i) * step;
  const { upper: uppers, lower: lowers } = cellsOf(pair, losses);
  const first = newTails();
  pair.tails(losses[0], first);
  const last = newTails();
  pair.tails(losses[size - 1], last);
  // Losses below the grid are rounded up if a person is removed, and count as infinite if one is added.
  remove[0] = first.upperBelow;
  const shrink = Math.exp(-step);
  const scale = 1 / -Math.expm1(-step);
  for (let i = 1; i < size; i++) {
    const upper = uppers[i];
    const lower = lowers[i];
    const ratio = Math.exp(losses[i]);
    // Solves a + b = upper and a e^{-(loss - step)} + b e^{-loss} = lower, for a at the lower end and b at the upper one.
    const lowEnd = clamp((lower * ratio - upper) * shrink * scale, upper);
    remove[i - 1] += lowEnd;
    remove[i] += upper - lowEnd;
    if (add !== null) {
      // The mirror image: the mass of the lower distribution at losses -l, where the upper end of the interval comes first.
      const mirrored = clamp((upper / ratio - lower * shrink) * scale, lower);
      add[size - 1 - i] += mirrored;
      add[size - i] += lower - mirrored;
    }
  }
  const removed = { step, lowest, masses: remove, infinity: last.upperAbove };
  if (add === null) return { remove: removed, add: removed };
  add[0] += last.lowerAbove;
  return { remove: removed, add: { step, lowest: -highest, masses: add, infinity: first.lowerBelow } };
}

function clamp(value: number, most: number): number {
  return value > 0 ? Math.min(value, most) : 0;
}
