/**
 * Paired gains: a method against another on the same positives and candidates. Absolute figures vary with the seed much
 * more than differences do, so the value of a method is read from the differences.
 * @module
 */
import { EvaluationError } from './errors.ts';
import type { Evaluation } from './evaluate.ts';
import { gains } from './metrics.ts';
import type { NegativesName } from './negatives.ts';
import { mean, standardDeviation } from './results.ts';

export interface Gain {
  readonly mean: number;
  /** Lower end of the 95 % confidence interval. */
  readonly low: number;
  /** Upper end of the 95 % confidence interval. */
  readonly high: number;
  /** Number of persons (of one seed), or of seeds, that the interval is over. */
  readonly n: number;
}

/**
 * The mean over positives of gain(method) - gain(reference), with an interval for another draw of persons. The
 * positives of one person are not independent, so the standard error is that of a ratio over persons (Cochran 1977, eq.
 * 6.13).
 *
 * @param gain the value of a rank, for example `(rank) => gains.ndcg(rank, 10)`.
 *
 * @param keep 0 for positives that do not count, aligned with the ranks.
 *
 * @throws EvaluationError EVALUATION_NOT_PAIRED unless both ranked the same positives against the same kind of
 * negatives.
 */
export function pairedGain(
  method: Evaluation,
  reference: Evaluation,
  gain: (rank: number) => number,
  keep?: Uint8Array,
): Gain {
  const { offsets } = method;
  const aligned =
    offsets.length === reference.offsets.length && offsets.every((offset, i) => offset === reference.offsets[i]);
  if (!aligned || method.negatives !== reference.negatives) {
    throw new EvaluationError(
      'EVALUATION_NOT_PAIRED',
      'a paired gain needs two evaluations of the same cold persons with the same negatives',
    );
  }
  const sums: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i + 1 < offsets.length; i++) {
    let sum = 0;
    let count = 0;
    for (let p = offsets[i]; p < offsets[i + 1]; p++) {
      if (keep?.[p] === 0) continue;
      sum += gain(method.ranks[p]) - gain(reference.ranks[p]);
      count++;
    }
    if (count === 0) continue;
    sums.push(sum);
    counts.push(count);
  }
  const n = sums.length;
  if (n === 0) throw new EvaluationError('EVALUATION_NO_POSITIVES', 'no positive is left to take a mean over');
  const ratio = mean(sums) / mean(counts);
  const residuals = sums.reduce((total, sum, i) => total + (sum - ratio * counts[i]) ** 2, 0);
  const error = n < 2 ? Infinity : Math.sqrt(residuals / (n * (n - 1))) / mean(counts);
  const half = studentQuantile(n - 1) * error;
  return { mean: ratio, low: ratio - half, high: ratio + half, n };
}

/**
 * The mean of the gains of several seeds, with Student's interval. One seed has no interval: it is minus to plus
 * infinity.
 */
export function gainOverSeeds(gainsBySeed: readonly number[]): Gain {
  const middle = mean(gainsBySeed);
  const std = standardDeviation(gainsBySeed);
  const n = gainsBySeed.length;
  const half = std === null ? Infinity : (studentQuantile(n - 1) * std) / Math.sqrt(n);
  return { mean: middle, low: middle - half, high: middle + half, n };
}

/** Fewest test persons with which a gain below {@link LEAST_CLAIMED} may be claimed if its interval lies above 0. */
export const FEW_PERSONS = 600;
export const LEAST_CLAIMED = 0.02;

/** True if a gain may be claimed: its interval lies above 0, and there were enough test persons for its size. */
export function mayBeClaimed({ low, mean: middle }: Pick<Gain, 'low' | 'mean'>, persons: number): boolean {
  return low > 0 && (persons >= FEW_PERSONS || middle >= LEAST_CLAIMED);
}

/** A gain in NDCG@10 over another method. */
export interface MeasuredGain {
  readonly method: string;
  readonly over: string;
  readonly negatives: NegativesName;
  readonly metric: 'NDCG@10';
  readonly mean: number;
  /** 95 % confidence interval over persons. */
  readonly low: number;
  readonly high: number;
}

/** Gains of every method over the method `over`, for each kind of negatives; none if `over` was not measured. */
export function gainsOver(over: string, evaluations: ReadonlyMap<string, readonly Evaluation[]>): MeasuredGain[] {
  const reference = evaluations.get(over);
  if (reference === undefined) return [];
  return [...evaluations].flatMap(([method, measured]) =>
    method === over
      ? []
      : measured.map((evaluation, kind) => {
          const { mean, low, high } = pairedGain(evaluation, reference[kind], (rank) => gains.ndcg(rank, 10));
          return { method, over, negatives: evaluation.negatives, metric: 'NDCG@10' as const, mean, low, high };
        }),
  );
}

/** The 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom. */
const SMALL = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814];

/**
 * 97.5 % quantile of Student's t: a table for small degrees, then the Cornish-Fisher expansion (Abramowitz and Stegun
 * 26.7.5), whose error there is below 1e-4.
 */
export function studentQuantile(degrees: number): number {
  if (degrees < 1) return Infinity;
  if (degrees <= SMALL.length) return SMALL[degrees - 1];
  const z = 1.959964;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3;
}
