/**
 * Turns ranks and lists into metrics. Rank metrics are means over positives, each of which has candidates of its own.
 * List metrics are means over persons and judge the list that each person would be shown out of the whole catalogue.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import { EvaluationError } from './errors.ts';
import type { Evaluation } from './evaluate.ts';

export interface Metric {
  /** `HR@10`, `NDCG@10`, `MRR`, ...: fractions, not percentages. */
  readonly metric: string;
  /** Mean over positives; for list metrics, over persons. */
  readonly mean: number;
  /** Mean in which every person has the same weight, however many positives the person has. */
  readonly personMean: number;
  /** Number of positives; for list metrics, of persons. */
  readonly n: number;
}

export const DEFAULT_CUTOFFS: readonly number[] = [1, 5, 10, 20];

/** The value of one positive at a rank. */
export const gains = {
  /** Hit rate. */
  hr: (rank: number, k: number): number => (rank <= k ? 1 : 0),
  /** Normalised discounted cumulative gain with one relevant item (Järvelin and Kekäläinen 2002). */
  ndcg: (rank: number, k: number): number => (rank <= k ? 1 / Math.log2(rank + 1) : 0),
  /** Reciprocal rank. */
  mrr: (rank: number): number => 1 / rank,
} as const;

/**
 * HR@k, NDCG@k and MRR.
 * @param keep 0 for positives that do not count, aligned with `evaluation.ranks`. Absent: all count.
 * @throws EvaluationError EVALUATION_NO_POSITIVES
 */
export function rankMetrics(
  evaluation: Evaluation,
  { cutoffs = DEFAULT_CUTOFFS, keep }: { readonly cutoffs?: readonly number[]; readonly keep?: Uint8Array } = {},
): Metric[] {
  const means = (metric: string, gain: (rank: number) => number): Metric => ({
    metric,
    ...meanGain(evaluation, gain, keep),
  });
  return [
    ...cutoffs.map((k) => means(`HR@${k}`, (rank) => gains.hr(rank, k))),
    ...cutoffs.map((k) => means(`NDCG@${k}`, (rank) => gains.ndcg(rank, k))),
    means('MRR', gains.mrr),
  ];
}

function meanGain(
  { ranks, offsets }: Evaluation,
  gain: (rank: number) => number,
  keep: Uint8Array | undefined,
): Omit<Metric, 'metric'> {
  let total = 0;
  let n = 0;
  let personTotal = 0;
  let persons = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    let sum = 0;
    let count = 0;
    for (let p = offsets[i]; p < offsets[i + 1]; p++) {
      if (keep?.[p] === 0) continue;
      sum += gain(ranks[p]);
      count++;
    }
    if (count === 0) continue;
    total += sum;
    n += count;
    personTotal += sum / count;
    persons++;
  }
  if (n === 0) throw new EvaluationError('EVALUATION_NO_POSITIVES', 'no positive is left to take a mean over');
  return { mean: total / n, personMean: personTotal / persons, n };
}

/**
 * Recall@k, Precision@k, F1@k, Coverage@k (share of the catalogue that is shown to at least one person) and
 * PopularityRank@k (mean popularity rank of the items shown, divided by the size of the catalogue: near 0 for
 * best-sellers only, 0.5 without any preference for popular items).
 *
 * @param popularity training interactions per item.
 *
 * @param keepPersons 0 for persons that do not count. Absent: all count.
 */
export function listMetrics(
  evaluation: Evaluation,
  cold: readonly ColdPerson[],
  popularity: Uint32Array,
  {
    cutoffs = DEFAULT_CUTOFFS,
    keepPersons,
  }: { readonly cutoffs?: readonly number[]; readonly keepPersons?: Uint8Array } = {},
): Metric[] {
  const lists = evaluation.lists;
  if (!lists) return [];
  const counted = cold.map((_, i) => i).filter((i) => keepPersons?.[i] !== 0);
  if (counted.length === 0)
    throw new EvaluationError('EVALUATION_NO_POSITIVES', 'no person is left to take a mean over');
  const rank = popularityRanks(popularity);
  return cutoffs
    .filter((k) => k <= lists.length)
    .flatMap((k) => {
      const shown = new Uint8Array(popularity.length);
      let recall = 0;
      let precision = 0;
      let f1 = 0;
      let ranks = 0;
      for (const i of counted) {
        const positives = new Set(cold[i].positives);
        let hits = 0;
        for (const item of lists.items.subarray(i * lists.length, i * lists.length + k)) {
          shown[item] = 1;
          ranks += rank[item];
          if (positives.has(item)) hits++;
        }
        recall += hits / positives.size;
        precision += hits / k;
        f1 += (2 * hits) / (positives.size + k);
      }
      const persons = counted.length;
      const values = {
        Recall: recall / persons,
        Precision: precision / persons,
        F1: f1 / persons,
        Coverage: shown.reduce((sum, one) => sum + one, 0) / popularity.length,
        PopularityRank: ranks / (persons * k * popularity.length),
      };
      return Object.entries(values).map(([name, mean]) => ({
        metric: `${name}@${k}`,
        mean,
        personMean: mean,
        n: persons,
      }));
    });
}

/** Ranks from 1, the most popular item. Items of equal popularity share the mean of their ranks. */
export function popularityRanks(popularity: Uint32Array): Float64Array {
  const order = Uint32Array.from(popularity.keys()).sort((a, b) => popularity[b] - popularity[a]);
  const ranks = new Float64Array(popularity.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && popularity[order[to]] === popularity[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
