/**
 * Summary of an experiment: the frontier with its intervals, and everything else in the report. Its schema is in
 * docs/schemas.
 * @module
 */
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import { mayBeClaimed } from '../../core/evaluation/gains.ts';
import { mean as meanOf } from '../../core/evaluation/results.ts';
import { ablationOf } from '../ablations.ts';
import type { PrivacyRow } from '../results.ts';
import type { ExperimentConfig } from './config.ts';
import { personsKey } from './store.ts';
import type { AuditRow, Measurement, ResultsStore, StoredPersons, StoredRound } from './store.ts';

/** The metric of the frontier. */
export const FRONTIER_METRIC = 'NDCG@10';

/**
 * Mean over seeds. The 95 % interval covers another choice of persons, and of seeds if there are several; a person who is cold at
 * several seeds counts once.
 */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
  /** Number of test persons. */
  readonly persons: number;
}

/** A gain with its interval. */
export interface GainInterval extends Interval {
  /** True if the interval lies above 0 and there are enough test persons for a gain of this size. */
  readonly claimed: boolean;
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
   * Quality minus the best of popularity, prior and prior-count at each seed, paired by person. Null if no trial with these
   * reference rows has ended.
   */
  readonly gain: GainInterval | null;
  /** NDCG@10 of the target's held-out persons, the mean over kinds of negatives and seeds; null if nobody was held out. */
  readonly heldOut: number | null;
  /** True if held-out persons choose this strategy and decoder among those with the same budgets, release and overlap. */
  readonly chosen: boolean;
  /** True if it turned out best among them on the cold persons. Nobody could have chosen it by that. */
  readonly hindsight: boolean;
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

/** Mean and interval with three decimals. */
export function intervalText({ mean, low, high }: Interval): string {
  return `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** A gain, and whether there are too few persons to tell; empty if it was not measured. */
export function gainCell(gain: GainInterval | null): string {
  if (gain === null) return '';
  return `${intervalText(gain)}${gain.low > 0 && !gain.claimed ? ` (${gain.persons} persons: too few to tell)` : ''}`;
}

/** Merges rows that differ only in the seed into one point. */
export function summarise(
  store: ResultsStore,
  config: ExperimentConfig,
  { folder, version }: { readonly folder: string; readonly version: string },
): ExperimentSummary {
  const measured = store.measurements(FRONTIER_METRIC);
  const persons = store.persons();
  const zero = zeroLines(measured);
  const heldOut = heldOutOf(store);
  const points = grouped(
    measured.filter(({ isReference }) => !isReference),
    ({ method, release, epsilon, epsilon0, overlap, negatives }) =>
      JSON.stringify([method, release, epsilon, epsilon0, overlap, negatives]),
  ).map((same): Point => {
    const [{ method, release, epsilon, epsilon0, overlap, negatives }] = same;
    const compared = same.flatMap((row) => {
      const line = zero.get(seedKey(row));
      return line === undefined ? [] : [{ row, line }];
    });
    const judged = same.flatMap(({ trial }) => heldOut.get(JSON.stringify([trial, method])) ?? []);
    return {
      ...{ strategy: method, release, epsilon, epsilon0, overlap, negatives },
      quality: interval(
        same.map(({ mean }) => mean),
        same.map((row) => cutOf(persons, row)),
      ),
      gain: compared.length > 0 ? gainOf(compared, persons) : null,
      heldOut: judged.length > 0 ? meanOf(judged) : null,
    };
  });
  const frontier = grouped(points, ({ release, epsilon, epsilon0, overlap }) =>
    JSON.stringify([release, epsilon, epsilon0, overlap]),
  ).flatMap((rivals) => marked(rivals, config.decoder[0]));
  const references = grouped(
    measured.filter(({ isReference }) => isReference),
    ({ method, overlap, negatives }) => JSON.stringify([method, overlap, negatives]),
  ).map((same): ReferenceLevel => {
    const [{ method, overlap, negatives }] = same;
    const quality = interval(
      same.map(({ mean }) => mean),
      same.map((row) => cutOf(persons, row)),
    );
    return { method, overlap, negatives, quality };
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
function zeroLines(measured: readonly Measurement[]): ReadonlyMap<string, Measurement> {
  const lines = new Map<string, Measurement>();
  for (const row of measured) {
    if (!['popularity', 'prior', 'prior-count'].includes(row.method)) continue;
    if (row.mean > (lines.get(seedKey(row))?.mean ?? -Infinity)) lines.set(seedKey(row), row);
  }
  return lines;
}

type Point = Omit<FrontierPoint, 'chosen' | 'hindsight'>;

/**
 * Marks the choices among points that differ only in strategy, decoder and negatives. A method with a mechanism switched off is no
 * rival. @param serving name of the decoder that serves.
 */
function marked(points: readonly Point[], serving: string): FrontierPoint[] {
  const rivals = points.filter(({ strategy }) => ablationOf(strategy, serving) === undefined);
  const cold = ({ strategy }: Point): number =>
    meanOf(rivals.filter((one) => one.strategy === strategy).map(({ quality }) => quality.mean));
  const best = Math.max(...rivals.map((one) => one.heldOut ?? -Infinity));
  const bestCold = Math.max(...rivals.map(cold));
  return points.map((one) => ({
    ...one,
    chosen: rivals.includes(one) && one.heldOut === best,
    hindsight: rivals.includes(one) && cold(one) === bestCold,
  }));
}

/** By trial and method. */
function heldOutOf(store: ResultsStore): ReadonlyMap<string, number> {
  return new Map(store.choices().map(({ trial, method, heldOut }) => [JSON.stringify([trial, method]), heldOut]));
}

type Cut = Parameters<typeof clusteredGain>[0][number][number];

function cutOf(persons: ReadonlyMap<string, StoredPersons>, row: Measurement): Cut {
  const stored = persons.get(personsKey(row));
  if (stored === undefined) throw new RangeError(`no persons are stored for ${row.method} in ${row.trial}`);
  return { ...stored, gains: stored.sums };
}

/** @param compared rows of one seed each, beside the row that they are compared with. */
function gainOf(
  compared: readonly { readonly row: Measurement; readonly line: Measurement }[],
  persons: ReadonlyMap<string, StoredPersons>,
): GainInterval {
  const cuts = compared.map(({ row, line }): Cut => {
    const [own, other] = [cutOf(persons, row), cutOf(persons, line)];
    return { ...own, gains: Array.from(own.gains, (value, person) => value - other.gains[person]) };
  });
  const found = interval(
    compared.map(({ row, line }) => row.mean - line.mean),
    cuts,
  );
  return { ...found, claimed: mayBeClaimed(found, found.persons) };
}

function interval(means: readonly number[], cuts: readonly Cut[]): Interval {
  const { low, high, n } = clusteredGain([cuts], 'experiment');
  return { mean: meanOf(means), low, high, seeds: means.length, persons: n };
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
