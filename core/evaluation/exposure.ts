/**
 * Exposure of items: how often, and how high, they stand in the lists that persons are shown.
 * @module
 */

/** Exposure of a place in a list, from 1 (Singh and Joachims, "Fairness of exposure in rankings", KDD 2018, section 3.2). */
export const exposureAt = (place: number): number => 1 / Math.log2(place + 1);

/** Exposure of each item, summed over lists whose best item comes first. */
export function exposureOf(lists: readonly ArrayLike<number>[], items: number): Float64Array /* [items] */ {
  const exposure = new Float64Array(items);
  for (const list of lists) for (let i = 0; i < list.length; i++) exposure[list[i]] += exposureAt(i + 1);
  return exposure;
}

/** Share of all exposure that goes to the marked items, 0 to 1. */
export function exposureShare(exposure: Float64Array, isMarked: Uint8Array): number {
  let all = 0;
  let marked = 0;
  exposure.forEach((value, item) => {
    all += value;
    if (isMarked[item] === 1) marked += value;
  });
  return all === 0 ? 0 : marked / all;
}

/** Gini coefficient of values of at least 0: 0 if all are equal, close to 1 if one item has everything. */
export function gini(values: Float64Array): number {
  const sorted = values.toSorted();
  let weighted = 0;
  let sum = 0;
  sorted.forEach((value, i) => {
    weighted += (2 * (i + 1) - sorted.length - 1) * value;
    sum += value;
  });
  return sum === 0 ? 0 : weighted / (sorted.length * sum);
}

/** Marks the items outside the most popular `share` of the catalogue. Of equally popular items, the later ones are marked. */
export function unpopularItems(counts: Uint32Array, share = 0.2): Uint8Array /* [items] */ {
  const order = Uint32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  const marks = new Uint8Array(counts.length);
  for (const item of order.subarray(Math.round(share * counts.length))) marks[item] = 1;
  return marks;
}

/** NDCG of a list, best item first, with every positive equally relevant (Järvelin and Kekäläinen 2002). */
export function listNdcg(list: ArrayLike<number>, positives: ArrayLike<number>): number {
  const relevant = new Set(Array.from(positives));
  let gain = 0;
  let ideal = 0;
  for (let i = 0; i < list.length; i++) {
    if (relevant.has(list[i])) gain += exposureAt(i + 1);
    if (i < relevant.size) ideal += exposureAt(i + 1);
  }
  return ideal === 0 ? 0 : gain / ideal;
}
