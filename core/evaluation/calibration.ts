/**
 * How well a list mirrors the interests of its person, and how unequally a recommender serves groups of persons.
 * @module
 */
import { mean } from './results.ts';

/** Share of the list's own mixture that the wanted one replaces, so that a class without an item has a finite cost. */
const SMOOTHING = 0.01;

/** Share of each class among items. @param classes class of each item of the catalogue, -1 without one */
export function classShares(items: Iterable<number>, classes: Int32Array, count: number): Float64Array /* [count] */ {
  const shares = new Float64Array(count);
  let known = 0;
  for (const item of items) {
    if (classes[item] < 0) continue;
    shares[classes[item]]++;
    known++;
  }
  return known === 0 ? shares : shares.map((value) => value / known);
}

/**
 * Divergence of a list's classes from the wanted ones, in nats: KL(wanted || 0.99 shown + 0.01 wanted) (Steck, "Calibrated
 * recommendations", RecSys 2018, eq. 6 and 7). 0 if they agree.
 */
export function miscalibration(wanted: Float64Array, shown: Float64Array): number {
  let divergence = 0;
  for (let c = 0; c < wanted.length; c++) {
    if (wanted[c] === 0) continue;
    divergence += wanted[c] * Math.log(wanted[c] / ((1 - SMOOTHING) * shown[c] + SMOOTHING * wanted[c]));
  }
  return divergence;
}

/** Difference between the highest and the lowest mean of a group; 0 for a single group. @param groups of each value */
export function groupGap(values: readonly number[], groups: readonly string[]): number {
  const means = [...new Set(groups)].map((group) => mean(values.filter((_, i) => groups[i] === group)));
  return Math.max(...means) - Math.min(...means);
}
