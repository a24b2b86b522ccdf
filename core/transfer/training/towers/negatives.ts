/**
 * Items that a person is trained not to prefer. They are drawn from the platform's catalogue by a generator of the
 * person's own, never from other persons' histories: with negatives from the batch, one person's items would enter another
 * person's gradient, and no clip would bound what that person does to the sum.
 *
 * Uniform; by released counts with the logQ correction (Yi et al., RecSys 2019, eq. 3); half and half (Yang et al., WWW
 * 2020 companion); or the highest scoring among several times as many uniform ones (Zhang et al., SIGIR 2013).
 * @module
 */
import type { Prng } from '../../../random/prng.ts';

export const SAMPLINGS = ['uniform', 'counts', 'mixed', 'hard'] as const;
export type Sampling = (typeof SAMPLINGS)[number];

/** Uniform draws per hard negative. */
const POOL = 4;

export interface Drawn {
  /** Catalogue indices of the negatives, in the order of the draws; an item may occur several times. */
  readonly items: Uint32Array;
  /** log of each one's probability in one draw, times the number of items: 0 if uniform. */
  readonly logQ: Float64Array;
}

export class Negatives {
  readonly #items: number;
  readonly #sampling: Sampling;
  readonly #corrects: boolean;
  /** Probability of each item, and of all up to it. */
  readonly #probabilities: Float64Array;
  readonly #cumulative: Float64Array;

  /**
   * @param counts released counts of the items, with noise; read by `counts` and `mixed`.
   * @param corrects false leaves the correction by logQ out.
   */
  constructor(
    items: number,
    {
      corrects,
      counts,
      sampling,
    }: { readonly sampling: Sampling; readonly corrects: boolean; readonly counts?: Float64Array },
  ) {
    this.#items = items;
    this.#sampling = sampling;
    this.#corrects = corrects;
    this.#probabilities = probabilitiesOf(items, sampling, counts);
    let sum = 0;
    this.#cumulative = this.#probabilities.map((probability) => (sum += probability));
  }

  /** @param score of an item, for `hard` alone. */
  draw(count: number, random: Prng, score: (item: number) => number): Drawn {
    if (this.#sampling === 'hard') return this.#hardest(count, random, score);
    const items = Uint32Array.from({ length: count }, () => this.#one(random));
    return { items, logQ: Float64Array.from(items, (item) => this.logQ(item)) };
  }

  /** log(items x probability) of an item; 0 for uniform ones. */
  logQ(item: number): number {
    return this.#corrects ? Math.log(this.#items * this.#probabilities[item]) : 0;
  }

  #one(random: Prng): number {
    const total = this.#cumulative[this.#items - 1];
    const draw = random.uniform() * total;
    let [low, high] = [0, this.#items - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#cumulative[middle] > draw) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #hardest(count: number, random: Prng, score: (item: number) => number): Drawn {
    const pool = Array.from({ length: POOL * count }, () => {
      const item = random.integer(this.#items);
      return { item, score: score(item) };
    });
    const items = Uint32Array.from(pool.toSorted((a, b) => b.score - a.score).slice(0, count), ({ item }) => item);
    return { items, logQ: new Float64Array(count) };
  }
}

/** A count below 1 counts as 1: noise may leave a count at or below zero, and an item that is never drawn would have no logQ. */
function probabilitiesOf(items: number, sampling: Sampling, counts: Float64Array | undefined): Float64Array {
  const even = 1 / items;
  if (sampling === 'uniform' || sampling === 'hard' || counts === undefined) return new Float64Array(items).fill(even);
  const raised = counts.map((count) => Math.max(1, count));
  const total = raised.reduce((sum, count) => sum + count, 0);
  const share = sampling === 'mixed' ? 0.5 : 1;
  return raised.map((count) => (share * count) / total + (1 - share) * even);
}
