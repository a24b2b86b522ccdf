/**
 * Item-based nearest neighbours among a platform's own persons (Sarwar et al., WWW 2001; shrunk as in Bell and Koren, ICDM
 * 2007). The platform needs no noise for them, because nothing of them leaves. A federation must rank better than this.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';

/** Added to the cosine's denominator: few common persons prove little. */
const SHRINK = 1;

export class OwnNeighbours {
  readonly #own: Interactions;
  readonly #items: number;
  /** Persons with each item, as rows: those of item i start at `#starts[i]`. */
  readonly #starts: Uint32Array;
  readonly #rows: Uint32Array;

  /** @param items size of the catalogue */
  constructor(own: Interactions, items: number) {
    this.#own = own;
    this.#items = items;
    this.#starts = new Uint32Array(items + 1);
    for (const item of own.items) this.#starts[item + 1] += 1;
    for (let item = 0; item < items; item++) this.#starts[item + 1] += this.#starts[item];
    this.#rows = new Uint32Array(own.items.length);
    const next = this.#starts.slice();
    for (let row = 0; row + 1 < own.offsets.length; row++) {
      for (let at = own.offsets[row]; at < own.offsets[row + 1]; at++) this.#rows[next[own.items[at]]++] = row;
    }
  }

  /** Number of persons with the item. */
  count(item: number): number {
    return this.#starts[item + 1] - this.#starts[item];
  }

  /**
   * Each item's similarity to the items of a history, summed.
   * @param without a row of the platform to leave out of every pair, to score what that person has as if it were unknown
   */
  scores(history: Uint32Array, without = -1): Float64Array /* [items] */ {
    const { offsets, items } = this.#own;
    const scores = new Float64Array(this.#items);
    const together = new Float64Array(this.#items);
    const left = without < 0 ? new Set<number>() : new Set(items.subarray(offsets[without], offsets[without + 1]));
    for (const item of history) {
      const met: number[] = [];
      for (let at = this.#starts[item]; at < this.#starts[item + 1]; at++) {
        const row = this.#rows[at];
        if (row === without) continue;
        for (let position = offsets[row]; position < offsets[row + 1]; position++) {
          if (together[items[position]]++ === 0) met.push(items[position]);
        }
      }
      const own = this.count(item);
      for (const other of met) {
        if (other !== item) {
          const count = this.count(other) - (left.has(other) ? 1 : 0);
          scores[other] += together[other] / (Math.sqrt(own * count) + SHRINK);
        }
        together[other] = 0;
      }
    }
    return scores;
  }
}
