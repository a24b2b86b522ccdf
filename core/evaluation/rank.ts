/**
 * Ranks a positive among its candidates. Ties are broken at random, never by order: a method that gives every item the
 * same score then gets exactly the result of chance.
 * @module
 */
import { Prng } from '../random/prng.ts';

/** The rank, from 1, of `positive` among itself and `candidates`. */
export function rankAmong(scores: Float32Array, positive: number, candidates: Uint32Array, ties: Prng): number {
  const score = scores[positive];
  let better = 0;
  let equal = 0;
  for (let i = 0; i < candidates.length; i++) {
    const other = scores[candidates[i]];
    if (other > score) better++;
    else if (other === score) equal++;
  }
  return 1 + better + (equal === 0 ? 0 : ties.integer(equal + 1));
}

/** The ranks, from 1, of each positive among itself and all items that are not positives of the person. */
export function ranksInCatalogue(scores: Float32Array, positives: Uint32Array, ties: Prng): Uint32Array {
  // Positives are sorted from the best down. An item above the k-th is above all later ones, so one search per item is
  // enough.
  const order = Uint32Array.from(positives.keys()).sort((a, b) => scores[positives[b]] - scores[positives[a]]);
  const levels = Float32Array.from(order, (i) => scores[positives[i]]);
  const count = levels.length;
  const above = new Uint32Array(count + 1);
  const equal = new Uint32Array(count + 1);
  const tally = (score: number, by: number): void => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (levels[middle] > score) low = middle + 1;
      else high = middle;
    }
    if (low < count && levels[low] === score) equal[low] += by;
    else above[low] += by;
  };
  for (let item = 0; item < scores.length; item++) if (scores[item] >= levels[count - 1]) tally(scores[item], 1);
  for (const item of positives) tally(scores[item], -1);
  const ranks = new Uint32Array(count);
  let better = 0;
  let first = 0;
  for (let i = 0; i < count; i++) {
    // Items tied with a group of equal positives were counted at the group's first position.
    if (i === 0 || levels[i] !== levels[i - 1]) {
      better += above[i] + (i === 0 ? 0 : equal[first]);
      first = i;
    }
    ranks[order[i]] = 1 + better + (equal[first] === 0 ? 0 : ties.integer(equal[first] + 1));
  }
  return ranks;
}

/** Selects the best items, best first. */
export class TopItems {
  readonly #tieKeys: Uint32Array;
  readonly #scores: Float32Array;
  readonly #keys: Float64Array;

  constructor(items: number, seed: string | number) {
    const prng = new Prng(`${seed}/list-ties`);
    this.#tieKeys = Uint32Array.from({ length: items }, () => prng.uint32());
    this.#scores = new Float32Array(items);
    this.#keys = new Float64Array(items);
  }

  /** Writes the `into.length` best items. `salt` changes the order among ties, so that it differs between persons. */
  select(scores: Float32Array, salt: number, into: Uint32Array): void {
    const k = into.length;
    const best = this.#scores.subarray(0, k);
    const keys = this.#keys.subarray(0, k);
    let held = 0;
    for (let item = 0; item < scores.length; item++) {
      const score = scores[item];
      if (held === k && score < best[k - 1]) continue;
      const key = Math.imul(this.#tieKeys[item] ^ salt, 0x9e3779b1) >>> 0;
      let place = held === k ? k - 1 : held;
      if (held === k && score === best[place] && key <= keys[place]) continue;
      while (place > 0 && (best[place - 1] < score || (best[place - 1] === score && keys[place - 1] < key))) {
        best[place] = best[place - 1];
        keys[place] = keys[place - 1];
        into[place] = into[place - 1];
        place--;
      }
      best[place] = score;
      keys[place] = key;
      into[place] = item;
      if (held < k) held++;
    }
  }
}

const NO_ITEMS: ReadonlySet<number> = new Set();

/** The k highest scores above -Infinity, best first, without some items. Equal scores are in catalogue order. */
export function bestItems(scores: Float32Array, k: number, without: ReadonlySet<number> = NO_ITEMS): number[] {
  let kept: number[] = [];
  let least = -Infinity;
  const cut = (): void => {
    kept = kept.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, k);
    if (kept.length === k) least = scores[kept[k - 1]];
  };
  for (let item = 0; item < scores.length; item++) {
    // A later item with the same score is worse, because equal scores are in catalogue order.
    if (!(scores[item] > least) || without.has(item)) continue;
    kept.push(item);
    // A large buffer makes sorting rare, so that the pass over the scores takes most of the time.
    if (kept.length >= 4 * k + 60) cut();
  }
  cut();
  return kept;
}
