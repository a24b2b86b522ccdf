/**
 * User-based nearest neighbours across domains: what the warm persons with the most similar source profiles did on the
 * target (Herlocker et al., SIGIR 1999, with cosine similarity of idf-weighted profiles).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { historyOf, personIndex } from '../../data/select.ts';
import type { Baseline } from './baseline.ts';
import { ProfileIndex, sourceProfiles } from './source-profiles.ts';

/** Among the few thousand persons known on both sides, more neighbours never hurt before this many. */
const neighbours = 200;

/** The mean target history of the nearest persons, weighted by similarity: [items], between 0 and 1. Zeros without any. */
export function neighbourScores(target: Domain, rows: readonly number[], similarities: Float32Array): Float32Array {
  const order = Array.from(similarities.keys())
    .filter((p) => similarities[p] > 0)
    .sort((a, b) => similarities[b] - similarities[a])
    .slice(0, neighbours);
  const scores = new Float32Array(target.catalogue.length);
  const total = order.reduce((sum, p) => sum + similarities[p], 0);
  for (const p of order) for (const item of historyOf(target, rows[p]).items) scores[item] += similarities[p] / total;
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
