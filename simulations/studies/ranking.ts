/**
 * Ranks the hidden items of cold persons, the same candidates for every method of a study.
 * @module
 */
import type { ColdPerson } from '../../core/data/cold-person.ts';
import type { Domain } from '../../core/data/domain.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { rankMetrics } from '../../core/evaluation/metrics.ts';
import { uniformNegatives } from '../../core/evaluation/negatives.ts';

export interface Ranked {
  /** Without the hidden items. */
  readonly target: Domain;
  readonly cold: readonly ColdPerson[];
  /** Uniform negatives for each hidden item. */
  readonly negatives: number;
  readonly seed: string;
}

/** @param score scores of all items for a person, by id */
export function rankedAt10(
  { cold, negatives, seed, target }: Ranked,
  score: (person: string) => Float32Array,
): { readonly 'NDCG@10': number; readonly 'HR@10': number } {
  const [evaluation] = evaluateColdStart({
    scorer: (_, { person }) => score(person),
    cold,
    items: target.catalogue.length,
    negatives: [uniformNegatives({ target, n: negatives, seed })],
    seed,
  });
  const found = new Map(rankMetrics(evaluation, { cutoffs: [10] }).map(({ mean, metric }) => [metric, mean]));
  return { 'NDCG@10': found.get('NDCG@10') ?? Number.NaN, 'HR@10': found.get('HR@10') ?? Number.NaN };
}
