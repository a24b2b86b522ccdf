/**
 * The persons on whom the decoder's choices are made. They are kept out of its fit and ranked as cold persons will be.
 * All of this stays inside the target.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { kernels } from '../../kernels/index.ts';
import { popularityNegatives, uniformNegatives } from '../../evaluation/negatives.ts';
import type { DrawnNegatives } from '../../evaluation/negatives.ts';

/** Wanted number of negatives per positive. A small catalogue has fewer. */
const wantedNegatives = 99;
/** Enough positives for a standard error below .005. More would only take time. */
const enoughPositives = 4000;

export interface RankingQuality {
  /** Mean NDCG@10 over positives, against uniform negatives. */
  readonly uniform: number;
  /** Mean NDCG@10 over positives, against popular negatives. */
  readonly popularity: number;
  /** The criterion: the mean of both. */
  readonly mean: number;
}

export interface RankedPerson {
  readonly person: string;
  /** Catalogue indices of the person's items, in their order. */
  readonly positives: Uint32Array;
}

export class HeldOutRanking {
  /** The persons who are ranked. */
  readonly persons: readonly RankedPerson[];
  /** Number of negatives per positive. */
  readonly negatives: number;
  /** Rows of a positive followed by its negatives. All rows with uniform negatives come first. */
  readonly #candidates: Uint32Array; /* [2, rows, 1 + negatives] */
  /** Index in `persons` of each row's person. */
  readonly #rowPerson: Uint32Array; /* [2, rows] */

  /**
   * @param training the target without the held-out persons; the negatives and their popularity come from it.
   * @param heldOut in the order in which they may be used.
   */
  constructor(training: Domain, heldOut: readonly RankedPerson[], seed: string) {
    const items = training.catalogue.length;
    const met = new Set(training.items).size;
    const used: RankedPerson[] = [];
    let rows = 0;
    let longest = 0;
    for (const person of heldOut) {
      const { length } = person.positives;
      if (length === 0) continue;
      if (rows >= enoughPositives) break;
      used.push(person);
      rows += length;
      longest = Math.max(longest, length);
    }
    this.persons = used;
    this.negatives = Math.max(0, Math.min(wantedNegatives, items - longest, met - longest));
    const width = 1 + this.negatives;
    this.#candidates = new Uint32Array(2 * rows * width);
    this.#rowPerson = new Uint32Array(2 * rows);
    if (this.negatives === 0) return;
    const kinds: readonly DrawnNegatives[] = [
      uniformNegatives({ target: training, n: this.negatives, seed }),
      popularityNegatives({ target: training, n: this.negatives, seed }),
    ];
    kinds.forEach((kind, k) => {
      let row = 0;
      used.forEach(({ person, positives }, p) => {
        const drawn = kind.draw({ person, positives, sourceInteractions: 0 });
        for (let i = 0; i < positives.length; i++, row++) {
          const at = (k * rows + row) * width;
          this.#rowPerson[k * rows + row] = p;
          this.#candidates[at] = positives[i];
          this.#candidates.set(drawn.subarray(i * this.negatives, (i + 1) * this.negatives), at + 1);
        }
      });
    });
  }

  /** Scores of all candidates: inner products of item factors with each person's factor, [persons, d] row-major. */
  factorScores(items: Float32Array, d: number, factors: Float64Array): Float32Array {
    return kernels.candidateScores({
      candidates: this.#candidates,
      width: 1 + this.negatives,
      rowPerson: this.#rowPerson,
      dimension: d,
      items,
      persons: factors,
    });
  }

  /** Scores of all candidates by one list for everybody. */
  listScores(list: Float32Array): Float32Array {
    return this.#score((item) => list[item]);
  }

  /** Scores of all candidates by a list per person. `list(p)` is called once per person and kind of negatives. */
  personScores(list: (person: number) => Float32Array): Float32Array {
    let current = -1;
    let scores: Float32Array = new Float32Array(0);
    return this.#score((item, person) => {
      if (person !== current) {
        scores = list(person);
        current = person;
      }
      return scores[item];
    });
  }

  #score(score: (item: number, person: number) => number): Float32Array {
    const width = 1 + this.negatives;
    const out = new Float32Array(this.#candidates.length);
    for (let row = 0, at = 0; row < this.#rowPerson.length; row++) {
      for (const until = at + width; at < until; at++) out[at] = score(this.#candidates[at], this.#rowPerson[row]);
    }
    return out;
  }

  /** Scores of a person's positives, in their order. */
  positiveScores(scores: Float32Array, person: number): Float64Array {
    const start = this.persons.slice(0, person).reduce((sum, { positives }) => sum + positives.length, 0);
    return Float64Array.from(this.persons[person].positives, (_, i) => scores[(start + i) * (1 + this.negatives)]);
  }

  /** Quality over each person's positives after the first `known[person]`; persons of whom nothing is known do not count. */
  qualityOfLater(scores: Float32Array, known: readonly number[]): RankingQuality {
    const counted = this.persons.flatMap(({ positives }, p) =>
      Array.from(positives, (_, i) => known[p] > 0 && i >= known[p]),
    );
    return this.#qualities([scores], [[1]], counted)[0];
  }

  /** Quality of one list of scores; zeros if there is nothing to rank. */
  quality(scores: Float32Array): RankingQuality {
    return this.qualities([scores], [[1]])[0];
  }

  /**
   * Qualities of blends of up to three lists of scores. Ties count half, so that a flat list does not gain from the order of
   * candidates.
   * @param blends weights, one for each list
   */
  qualities(lists: readonly Float32Array[], blends: readonly (readonly number[])[]): RankingQuality[] {
    return this.#qualities(lists, blends);
  }

  /** @param counted false for positives that do not count; absent: all count. */
  #qualities(
    lists: readonly Float32Array[],
    blends: readonly (readonly number[])[],
    counted?: readonly boolean[],
  ): RankingQuality[] {
    const rows = this.#rowPerson.length / 2;
    const count = counted === undefined ? rows : counted.filter(Boolean).length;
    if (count === 0 || this.negatives === 0) return blends.map(() => ({ uniform: 0, popularity: 0, mean: 0 }));
    return kernels.ranks(lists, 1 + this.negatives, blends).map((ranks) => {
      const totals = [0, 0];
      for (let row = 0; row < ranks.length; row++) {
        if (counted !== undefined && !counted[row % rows]) continue;
        if (ranks[row] <= 10) totals[row < rows ? 0 : 1] += 1 / Math.log2(ranks[row] + 1);
      }
      const [uniform, popularity] = totals.map((total) => total / count);
      return { uniform, popularity, mean: (uniform + popularity) / 2 };
    });
  }
}
