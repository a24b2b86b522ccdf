/**
 * Rows of a table: one number, aggregated over seeds, with everything it depends on.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import type { Evaluation } from './evaluate.ts';
import { listMetrics, rankMetrics } from './metrics.ts';
import type { Metric } from './metrics.ts';
import type { NegativesName } from './negatives.ts';

/**
 * Name of the metric for the information that a target receives about one person: bits of the representations, rounded as
 * coarsely as possible while the loss stays below {@link TOLD_TOLERANCE} NDCG@10.
 */
export const TOLD_BITS = 'told bits';
export const TOLD_TOLERANCE = 0.001;

/** The subject of a measurement. */
export interface RowSubject {
  readonly target: string;
  readonly sources: readonly string[];
  /** Name of a strategy or a baseline. */
  readonly method: string;
  readonly release: string;
  /** Total epsilon of everything trained; null if nothing bounds it. */
  readonly epsilon: number | null;
  /** Epsilon0 of one released representation; null if nothing bounds it. */
  readonly epsilon0: number | null;
}

/** The conditions of a measurement. */
export interface RowConditions {
  /** `none`: the metric ranks nothing. */
  readonly negatives: NegativesName;
  /** `without`: positives whose twin is in the person's source history do not count. */
  readonly twins: 'with' | 'without';
  /** `all`, or an activity group such as `history 6-10`. */
  readonly group: string;
}

/** One measurement at one seed. */
export interface SeedRow extends RowSubject, RowConditions, Metric {
  readonly seed: string | number;
}

/** A measurement aggregated over seeds. */
export interface ResultRow extends RowSubject, RowConditions {
  readonly metric: string;
  /** Mean over positives (list metrics: persons), then over seeds. */
  readonly mean: number;
  /** Mean over persons, then over seeds. */
  readonly personMean: number;
  /** Standard deviation over seeds (with n - 1); null for a single seed. */
  readonly std: number | null;
  /** Positives (list metrics: persons) of one seed: the rounded mean over seeds. */
  readonly n: number;
  readonly seeds: number;
}

/** Upper bounds of the activity groups, in source interactions. The last group is open. */
export const GROUP_BOUNDS: readonly number[] = [5, 10, 20, 50];

/** The group of a person with this many source interactions. */
export function activityGroup(interactions: number, bounds: readonly number[] = GROUP_BOUNDS): string {
  const at = bounds.findIndex((bound) => interactions <= bound);
  if (at < 0) return `history ${(bounds.at(-1) ?? 0) + 1}+`;
  return `history ${at === 0 ? 1 : bounds[at - 1] + 1}-${bounds[at]}`;
}

export interface SeedRowsOptions {
  readonly subject: RowSubject;
  readonly seed: string | number;
  readonly evaluations: readonly Evaluation[];
  readonly cold: readonly ColdPerson[];
  /** Training interactions of each target item. */
  readonly popularity: Uint32Array;
  /** 0 for positives with a twin, from `withoutTwins`. If twins exceed 1 % of the positives, rows without them are added. */
  readonly keep?: Uint8Array;
  readonly cutoffs?: readonly number[];
  /** Cutoffs for rows by activity group. Default: no such rows. */
  readonly groupCutoffs?: readonly number[];
}

/** All rows of one method at one seed. */
export function seedRows(options: SeedRowsOptions): SeedRow[] {
  const { subject, seed, evaluations, cold, popularity, keep, cutoffs, groupCutoffs } = options;
  const row = (conditions: RowConditions) => (metric: Metric) => ({ ...subject, ...conditions, ...metric, seed });
  const rows: SeedRow[] = [];
  for (const evaluation of evaluations) {
    const { negatives } = evaluation;
    const whole = row({ negatives, twins: 'with', group: 'all' });
    rows.push(...rankMetrics(evaluation, { ...(cutoffs && { cutoffs }) }).map(whole));
    rows.push(...listMetrics(evaluation, cold, popularity, { ...(cutoffs && { cutoffs }) }).map(whole));
    if (keep && twinShare(keep) > 0.01) {
      const without = row({ negatives, twins: 'without', group: 'all' });
      rows.push(...rankMetrics(evaluation, { keep, ...(cutoffs && { cutoffs }) }).map(without));
    }
    if (!groupCutoffs) continue;
    for (const [group, mask] of groupMasks(evaluation, cold)) {
      const inGroup = row({ negatives, twins: 'with', group });
      rows.push(...rankMetrics(evaluation, { keep: mask, cutoffs: groupCutoffs }).map(inGroup));
    }
  }
  return rows;
}

export function twinShare(keep: Uint8Array): number {
  return keep.length === 0 ? 0 : keep.reduce((gone, stays) => gone + 1 - stays, 0) / keep.length;
}

function groupMasks({ offsets, ranks }: Evaluation, cold: readonly ColdPerson[]): Map<string, Uint8Array> {
  const masks = new Map<string, Uint8Array>();
  const ordered = cold.map((_, i) => i).sort((a, b) => cold[a].sourceInteractions - cold[b].sourceInteractions);
  for (const i of ordered) {
    if (offsets[i] === offsets[i + 1]) continue;
    const group = activityGroup(cold[i].sourceInteractions);
    const mask = masks.get(group) ?? new Uint8Array(ranks.length);
    masks.set(group, mask.fill(1, offsets[i], offsets[i + 1]));
  }
  return masks;
}

/** Merges rows that differ only in the seed, in the order of their first appearance. */
export function aggregate(rows: readonly SeedRow[]): ResultRow[] {
  const alike = new Map<string, SeedRow[]>();
  for (const row of rows) {
    const { target, sources, method, release, epsilon, epsilon0, negatives, twins, group, metric } = row;
    const key = JSON.stringify([target, sources, method, release, epsilon, epsilon0, negatives, twins, group, metric]);
    const known = alike.get(key);
    if (known) known.push(row);
    else alike.set(key, [row]);
  }
  return [...alike.values()].map((same) => {
    const { seed: _, mean: _mean, personMean: _personMean, n: _n, ...conditions } = same[0];
    const means = same.map(({ mean }) => mean);
    return {
      ...conditions,
      mean: mean(means),
      personMean: mean(same.map(({ personMean }) => personMean)),
      std: standardDeviation(means),
      n: Math.round(mean(same.map(({ n }) => n))),
      seeds: same.length,
    };
  });
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Sample standard deviation (n - 1); null for fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (values.length - 1));
}
