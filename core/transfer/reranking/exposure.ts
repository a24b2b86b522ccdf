/**
 * Lists in which unpopular items get a share of the exposure. A platform applies them to the scores of any decoder.
 * @module
 */
import { exposureAt } from '../../evaluation/exposure.ts';
import { bestItems } from '../../evaluation/rank.ts';
import { TransferError } from '../errors.ts';

/**
 * The best list whose marked items have at least a share of the exposure at each of its places: a place goes to the best item
 * left, unless the marked items would fall below their share. It is DetGreedy (Geyik, Ambler and Kenthapadi, KDD 2019,
 * algorithm 1) with exposure instead of counts.
 * @param isMarked 1 for a marked item [items]
 * @param share 0 to 1; with 0 the list is that of the scores
 * @returns at most `length` items, best first
 * @throws TransferError TRANSFER_SETTING for a share outside [0, 1]
 */
export function listToExposure(
  scores: Float32Array,
  isMarked: Uint8Array,
  share: number,
  length: number,
): readonly number[] {
  if (!(share >= 0 && share <= 1)) {
    throw new TransferError('TRANSFER_SETTING', `a share of the exposure lies between 0 and 1; got ${share}`);
  }
  const only = (mark: number): number[] =>
    bestItems(
      scores.map((score, item) => (isMarked[item] === mark ? score : -Infinity)),
      length,
    );
  const [usual, marked] = [only(0), only(1)];
  const list: number[] = [];
  let shown = 0;
  let shownMarked = 0;
  while (list.length < length && usual.length + marked.length > 0) {
    const exposure = exposureAt(list.length + 1);
    const isOwed = shownMarked < share * (shown + exposure);
    const isBetter = usual.length === 0 || (marked.length > 0 && scores[marked[0]] > scores[usual[0]]);
    const takesMarked = marked.length > 0 && (isOwed || isBetter);
    const item = (takesMarked ? marked : usual).shift();
    if (item === undefined) break;
    list.push(item);
    shown += exposure;
    if (takesMarked) shownMarked += exposure;
  }
  return list;
}

/** Scores less `strength` times log(1 + count): the usual way to show popular items less (Steck, RecSys 2011). */
export function discountedByPopularity(scores: Float32Array, counts: Uint32Array, strength: number): Float32Array {
  return scores.map((score, item) => score - strength * Math.log1p(counts[item]));
}
