/**
 * User-based nearest neighbours across domains: the target interactions of the warm persons with the most similar
 * source profiles (Herlocker et al., SIGIR 1999, with the cosine similarity of idf-weighted profiles).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import type { Baseline } from './baseline.ts';
import type { Profile } from './source-profiles.ts';
import { sourceProfiles } from './source-profiles.ts';

/** Weight of everybody, whatever the similarity. It orders the items that no similar person has. */
const distant = 1e-3;

/** Persons who have one source item, and its weight in each of their profiles. */
interface Holders {
  readonly rows: number[];
  readonly weights: number[];
}

/** The target histories of the holders of one source item, each with the item's weight in the holder's profile, summed up. */
interface ItemScores {
  /** Items with a score. */
  readonly items: Uint32Array;
  readonly scores: Float32Array;
  /** Sum of the weights. */
  readonly total: number;
}

/**
 * The target histories of all warm persons, weighted by the similarity of their source profiles.
 *
 * A cosine of profiles is a sum over source items, and so is the weighted sum of histories. Each item's part of it is made once, when a
 * profile with the item comes: work per person does not grow with the number of warm persons.
 */
export class Neighbours {
  readonly #target: Domain;
  readonly #holders = new Map<number, Holders>();
  readonly #ofItem = new Map<number, ItemScores>();
  /** The part of each item's score that comes from everybody: [items]. */
  readonly #distant: Float32Array;

  /** @param profiles of the persons in `rows`, in their order */
  constructor(target: Domain, rows: readonly number[], profiles: readonly Profile[]) {
    this.#target = target;
    this.#distant = new Float32Array(target.catalogue.length);
    rows.forEach((row, person) => {
      for (const item of historyOf(target, row).items) this.#distant[item] += distant / rows.length;
      const { items, weights } = profiles[person];
      items.forEach((item, i) => {
        const holders = this.#holders.get(item) ?? { rows: [], weights: [] };
        holders.rows.push(row);
        holders.weights.push(weights[i]);
        this.#holders.set(item, holders);
      });
    });
  }

  /** [items], between 0 and 1 + {@link distant}. */
  scores({ items, weights }: Profile): Float32Array {
    const sum = new Float64Array(this.#distant.length);
    let total = 0;
    items.forEach((item, i) => {
      const own = this.#scoresOf(item);
      total += weights[i] * own.total;
      for (let at = 0; at < own.items.length; at++) sum[own.items[at]] += weights[i] * own.scores[at];
    });
    if (!(total > 0)) return this.#distant.slice();
    return this.#distant.map((value, item) => value + sum[item] / total);
  }

  #scoresOf(item: number): ItemScores {
    const known = this.#ofItem.get(item);
    if (known !== undefined) return known;
    const sum = new Float64Array(this.#distant.length);
    let total = 0;
    const { rows, weights } = this.#holders.get(item) ?? { rows: [], weights: [] };
    rows.forEach((row, holder) => {
      total += weights[holder];
      for (const met of historyOf(this.#target, row).items) sum[met] += weights[holder];
    });
    const items = Uint32Array.from(sum.keys()).filter((met) => sum[met] > 0);
    const made = { items, scores: Float32Array.from(items, (met) => sum[met]), total };
    this.#ofItem.set(item, made);
    return made;
  }
}

export const userKnn: Baseline = {
  name: 'user-knn',
  summary: 'target items of the warm persons with the most similar source profiles, all data in one place',
  needs: 'everything',
  fit({ target, linked, sources }) {
    const index = personIndex(target);
    const warm = linked.filter((person) => index.has(person));
    const rows = warm.map((person) => index.get(person) ?? 0);
    const profiles = sourceProfiles(sources);
    const neighbours = new Neighbours(target, rows, warm.map(profiles.of));
    return (person) => neighbours.scores(profiles.of(person));
  },
};
