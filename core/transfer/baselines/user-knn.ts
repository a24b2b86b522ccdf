/**
 * User-based nearest neighbours across domains: what the warm persons with the most similar source profiles did on the
 * target (Herlocker et al., SIGIR 1999, with cosine similarity of idf-weighted profiles).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import type { Baseline } from './baseline.ts';
import { ProfileIndex, sourceProfiles } from './source-profiles.ts';

/** What everybody counts for whatever the similarity: it orders the items that no similar person has. */
const distant = 1e-3;

/** The target histories of all warm persons, weighted by similarity: [items], between 0 and 1. */
export function neighbourScores(target: Domain, rows: readonly number[], similarities: Float32Array): Float32Array {
  const scores = new Float32Array(target.catalogue.length);
  const total = similarities.reduce((sum, similarity) => sum + similarity, 0);
  rows.forEach((row, p) => {
    const weight = distant / rows.length + (total > 0 ? similarities[p] / total : 0);
    for (const item of historyOf(target, row).items) scores[item] += weight;
  });
  return scores;
}

export const userKnn: Baseline = {
  name: 'user-knn',
  summary: 'what the warm persons with the most similar source profiles have on the target, in one place',
  needs: 'everything',
  fit({ target, linked, sources }) {
    const index = personIndex(target);
    const warm = linked.filter((person) => index.has(person));
    const rows = warm.map((person) => index.get(person) ?? 0);
    const profileOf = sourceProfiles(sources);
    const profiles = new ProfileIndex(warm.map(profileOf));
    return (person) => neighbourScores(target, rows, profiles.cosines(profileOf(person)));
  },
};
