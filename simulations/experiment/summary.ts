/**
 * Summary of an experiment: the frontier with its intervals, and everything else in the report. Its schema is in
 * docs/schemas.
 * @module
 */
import { gainOverSeeds } from '../../core/evaluation/gains.ts';
import type { PrivacyRow } from '../results.ts';
import type { ExperimentConfig } from './config.ts';
import type { AuditRow, Measurement, ResultsStore, StoredRound } from './store.ts';

/** The metric of the frontier. */
export const FRONTIER_METRIC = 'NDCG@10';

/** Mean over seeds with Student's 95 % interval. The ends are null for a single seed. */
export interface Interval {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly seeds: number;
}

export interface FrontierPoint {
  readonly strategy: string;
  readonly release: string;
  /** Budget of everything trained; null without noise. */
  readonly epsilon: number | null;
  readonly epsilon0: number | null;
  readonly overlap: number;
  readonly negatives: string;
  readonly quality: Interval;
  /**
   * Quality minus the best of popularity, prior and prior-count, paired by seed. Null if no trial with these reference
   * rows has ended.
   */
  readonly gain: Interval | null;
}

export interface ReferenceLevel {
  readonly method: string;
  readonly overlap: number;
  readonly negatives: string;
  readonly quality: Interval;
}

export interface RoundCost {
  readonly strategy: string;
  readonly release: string;
  readonly epsilon: number | null;
  readonly round: number;
  /** Mean over trials; attempts that were lost count. */
  readonly milliseconds: number;
  /** Largest epsilon spent by the end of this round; null without privacy. */
  readonly epsilonSpent: number | null;
}

export interface ExperimentSummary {
  readonly isthmus: string;
  readonly folder: string;
  readonly config: ExperimentConfig;
  readonly metric: string;
  readonly trials: number;
  /** Seconds of all trials together: the time that one worker would need for the grid. */
  readonly seconds: number;
  readonly frontier: readonly FrontierPoint[];
  readonly references: readonly ReferenceLevel[];
  readonly privacy: readonly PrivacyRow[];
  readonly rounds: readonly RoundCost[];
  readonly audits: readonly AuditRow[];
  readonly failures: readonly { readonly trial: string; readonly code: string; readonly text: string }[];
}

/** Merges rows that differ only in the seed into one point. */
export function summarise(
  store: ResultsStore,
  config: ExperimentConfig,
  { folder, version }: { readonly folder: string; readonly version: string },
): ExperimentSummary {
  const measured = store.measurements(FRONTIER_METRIC);
  const zero = zeroLines(measured);
  const frontier = grouped(
    measured.filter(({ isReference }) => !isReference),
    ({ method, release, epsilon, epsilon0, overlap, negatives }) =>
      JSON.stringify([method, release, epsilon, epsilon0, overlap, negatives]),
  ).map((same): FrontierPoint => {
    const [{ method, release, epsilon, epsilon0, overlap, negatives }] = same;
    const gains = same.flatMap((row) => {
      const line = zero.get(seedKey(row));
      return line === undefined ? [] : [row.mean - line];
    });
    return {
      strategy: method,
      release,
      epsilon,
      epsilon0,
      overlap,
      negatives,
      quality: interval(same.map(({ mean }) => mean)),
      gain: gains.length > 0 ? interval(gains) : null,
    };
  });
  const references = grouped(
    measured.filter(({ isReference }) => isReference),
    ({ method, overlap, negatives }) => JSON.stringify([method, overlap, negatives]),
  ).map((same): ReferenceLevel => {
    const [{ method, overlap, negatives }] = same;
    return { method, overlap, negatives, quality: interval(same.map(({ mean }) => mean)) };
  });
  return {
    isthmus: version,
    folder,
    config,
    metric: FRONTIER_METRIC,
    trials: store.ended().size,
    seconds: store.seconds(),
    frontier,
    references,
    privacy: store.privacy(),
    rounds: roundCosts(store.rounds()),
    audits: store.audits(),
    failures: store.failures(),
  };
}

const seedKey = ({ overlap, seed, negatives }: Measurement): string => JSON.stringify([overlap, seed, negatives]);

/** The best of popularity, prior and prior-count, at each seed. */
function zeroLines(measured: readonly Measurement[]): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const row of measured) {
    if (!['popularity', 'prior', 'prior-count'].includes(row.method)) continue;
    lines.set(seedKey(row), Math.max(row.mean, lines.get(seedKey(row)) ?? -Infinity));
  }
  return lines;
}

function roundCosts(rounds: readonly StoredRound[]): RoundCost[] {
  return grouped(rounds, ({ strategy, release, epsilon, round }) =>
    JSON.stringify([strategy, release, epsilon, round]),
  ).map((same) => {
    const [{ strategy, release, epsilon, round }] = same;
    const spent = same.flatMap(({ epsilonSpent }) => (epsilonSpent === null ? [] : [epsilonSpent]));
    const milliseconds = same.reduce((sum, row) => sum + row.milliseconds, 0) / same.length;
    return {
      strategy,
      release,
      epsilon,
      round,
      milliseconds,
      epsilonSpent: spent.length === 0 ? null : Math.max(...spent),
    };
  });
}

function interval(values: readonly number[]): Interval {
  const { mean, low, high, n } = gainOverSeeds(values);
  return { mean, low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null, seeds: n };
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}
