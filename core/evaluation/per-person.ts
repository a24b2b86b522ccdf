/**
 * Quality kept per person. An interval over persons draws persons, so it needs the figure of each, not only the mean.
 * @module
 */
import type { Evaluation } from './evaluate.ts';
import { gains } from './metrics.ts';
import type { NegativesName } from './negatives.ts';

/** NDCG@10 of one method under one kind of negatives. */
export interface PersonQuality {
  readonly method: string;
  readonly negatives: NegativesName;
  /** Summed over the hidden positives of each cold person, in the order of the cold persons; 0 to the number of positives. */
  readonly sums: readonly number[];
}

/** @param evaluations one per kind of negatives. */
export function personQualities(method: string, evaluations: readonly Evaluation[]): PersonQuality[] {
  return evaluations.map((evaluation) => ({
    method,
    negatives: evaluation.negatives,
    // Whole doubles would make a document three times as long, and differ by less than 1e-6.
    sums: sumsPerPerson(evaluation, (rank) => gains.ndcg(rank, 10)).map((sum) => Math.round(1e6 * sum) / 1e6),
  }));
}

/** Sums over each person's positives. @param of the value of a positive at a rank; positives are counted over all persons. */
export function sumsPerPerson(
  { offsets, ranks }: Evaluation,
  of: (rank: number, positive: number) => number,
): readonly number[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => {
    let sum = 0;
    for (let p = offsets[i]; p < offsets[i + 1]; p++) sum += of(ranks[p], p);
    return sum;
  });
}
