/**
 * One name for all states that differ by a renaming of the honest platforms, of the corrupt ones, and of the key lists that
 * corrupt platforms signed for the same members: the least of them. Platforms are first sorted by what does not depend on names;
 * only those that this leaves equal are tried in every order.
 * @module
 */
import { dealtTo, SIZE, variant } from './lists.ts';

/** The three sets of a platform's lists, and the lowest bit of each. */
const SETS = (1 << 15) - 1;
const EACH_SET = 1 | (1 << 5) | (1 << 10);

export class Symmetry {
  readonly #honest: number;
  readonly #corruptOrders: readonly (readonly number[])[];
  readonly #candidate: Int32Array;
  readonly #best: Int32Array;
  readonly #order: number[];
  readonly #sortKeys: number[];

  constructor(honest: number, corrupt: number) {
    this.#honest = honest;
    this.#corruptOrders = ordersOf(Array.from({ length: corrupt }, (_, i) => honest + i));
    this.#candidate = new Int32Array(1 + 2 * honest);
    this.#best = new Int32Array(1 + 2 * honest);
    this.#order = Array<number>(honest).fill(0);
    this.#sortKeys = Array<number>(honest).fill(0);
  }

  /** @param state a header, then the platforms' bits, then their lists. */
  rename(state: Int32Array): void {
    const h = this.#honest;
    for (let i = 0; i < h; i++) {
      this.#order[i] = i;
      this.#sortKeys[i] = this.#keyOf(state, i);
    }
    this.#sort();
    let isFirst = true;
    for (const corrupt of this.#corruptOrders) isFirst = this.#tryOrders(state, this.#order, 0, corrupt, isFirst);
    for (let i = 0; i < this.#best.length; i++) state[i] = this.#best[i];
  }

  /**
   * A platform's bits, the sizes of its sets, and how often the others' sets contain it: nothing that depends on names.
   */
  #keyOf(state: Int32Array, i: number): number {
    const h = this.#honest;
    const honestBits = (1 << h) - 1;
    const lists = state[1 + h + i];
    let sizes = 0;
    for (let shift = 0; shift < 15; shift += 5) {
      const set = (lists >> shift) & 31;
      sizes = (sizes * 6 + SIZE[set & honestBits]) * 6 + SIZE[set & ~honestBits];
    }
    // Three counters, one per kind of set.
    let times = 0;
    for (let j = 0; j < h; j++) times += (state[1 + h + j] >> i) & EACH_SET;
    return state[1 + i] * 2 ** 27 + sizes * 2 ** 11 + (((times >> 10) & 7) * 36 + ((times >> 5) & 7) * 6 + (times & 7));
  }

  #sort(): void {
    const order = this.#order;
    for (let i = 1; i < order.length; i++) {
      for (let j = i; j > 0 && this.#sortKeys[order[j - 1]] > this.#sortKeys[order[j]]; j--) {
        const swapped = order[j];
        order[j] = order[j - 1];
        order[j - 1] = swapped;
      }
    }
  }

  /** Tries every order of the platforms from `at` on that keeps equal keys together. @returns whether none was tried yet. */
  #tryOrders(
    state: Int32Array,
    order: number[],
    at: number,
    corrupt: readonly number[],
    isFirstBefore: boolean,
  ): boolean {
    if (at === this.#honest) {
      this.#apply(state, order, corrupt);
      if (isFirstBefore || this.#isLess()) this.#best.set(this.#candidate);
      return false;
    }
    let isFirst = isFirstBefore;
    const key = this.#sortKeys[order[at]];
    for (let i = at; i < this.#honest && this.#sortKeys[order[i]] === key; i++) {
      swap(order, at, i);
      isFirst = this.#tryOrders(state, order, at + 1, corrupt, isFirst);
      swap(order, at, i);
    }
    return isFirst;
  }

  #apply(state: Int32Array, order: readonly number[], corrupt: readonly number[]): void {
    const h = this.#honest;
    const candidate = this.#candidate;
    candidate[0] = state[0];
    // Key lists are numbered in the order of their first appearance.
    let numbers = 0;
    let met = 0;
    for (let place = 0; place < h; place++) {
      candidate[1 + place] = state[1 + order[place]];
      const lists = state[1 + h + order[place]];
      if (lists === 0) {
        candidate[1 + h + place] = 0;
        continue;
      }
      let which = 0;
      if (dealtTo(lists) >> h !== 0) {
        const bit = 2 * variant(lists);
        if (((met >> bit) & 3) === 0) {
          numbers++;
          met |= numbers << bit;
        }
        which = ((met >> bit) & 3) - 1;
      }
      // Handles all three sets at once: bit by bit, five apart.
      const sets = lists & SETS;
      let renamed = 0;
      for (let to = 0; to < h; to++) renamed |= ((sets >> order[to]) & EACH_SET) << to;
      for (let to = 0; to < corrupt.length; to++) renamed |= ((sets >> corrupt[to]) & EACH_SET) << (h + to);
      candidate[1 + h + place] = renamed | (which << 15);
    }
  }

  #isLess(): boolean {
    for (let i = 0; i < this.#candidate.length; i++) {
      if (this.#candidate[i] !== this.#best[i]) return this.#candidate[i] < this.#best[i];
    }
    return false;
  }
}

function swap(order: number[], i: number, j: number): void {
  const kept = order[i];
  order[i] = order[j];
  order[j] = kept;
}

function ordersOf(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));
}
