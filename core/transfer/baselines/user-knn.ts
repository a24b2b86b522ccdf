/**
 * User-based nearest neighbours across domains: the target interactions of the warm persons with the most similar
 * source profiles (Herlocker et al., SIGIR 1999, with the cosine similarity of idf-weighted profiles).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import type { Baseline } from './baseline.ts';
import type { Profile } from './source-profiles.ts';
import { ProfileIndex, sourceProfiles } from './source-profiles.ts';

/** Weight of everybody, whatever the similarity. It orders the items that no similar person has. */
const distant = 1e-3;

/** The target histories of all warm persons, weighted by the similarity of their source profiles. */
export class Neighbours {
  readonly #target: Domain;
  readonly #rows: readonly number[];
  readonly #profiles: ProfileIndex;
  /** The part of each item's score that comes from everybody: [items]. */
  readonly #distant: Float32Array;

  /** @param profiles of the persons in `rows`, in their order */
  constructor(target: Domain, rows: readonly number[], profiles: readonly Profile[]) {
    this.#target = target;
    this.#rows = rows;
    this.#profiles = new ProfileIndex(profiles);
    this.#distant = new Float32Array(target.catalogue.length);
    for (const row of rows)
      for (const item of historyOf(target, row).items) this.#distant[item] += distant / rows.length;
  }

  /** [items], between 0 and 1 + {@link distant}. */
  scores(profile: Profile): Float32Array {
    const similarities = this.#profiles.cosines(profile);
    const scores = this.#distant.slice();
    const total = similarities.reduce((sum, similarity) => sum + similarity, 0);
    if (!(total > 0)) return scores;
    const { items, offsets } = this.#target;
    for (let p = 0; p < similarities.length; p++) {
      if (similarities[p] === 0) continue;
      const weight = similarities[p] / total;
      const row = this.#rows[p];
      for (let at = offsets[row]; at < offsets[row + 1]; at++) scores[items[at]] += weight;
    }
    return scores;
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
