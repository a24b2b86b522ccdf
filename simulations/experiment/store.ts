/**
 * Results of an experiment in one SQLite file, to continue a stopped run and for notebooks. docs/experiments.md
 * describes its tables.
 * @module
 */
import { isOfStrategy } from '../../client/evaluation/measure.ts';
import type { PrivacyRow } from '../results.ts';
import { privacySchema } from '../results.ts';
import type { Job } from './grid.ts';
import type { JobResult } from './job.ts';
import { KeptStore } from './kept-store.ts';

const TABLES = `
CREATE TABLE IF NOT EXISTS trials (
  trial TEXT PRIMARY KEY, strategy TEXT NOT NULL, release TEXT NOT NULL, epsilon REAL, epsilon0 REAL,
  overlap REAL NOT NULL, seed TEXT NOT NULL, seconds REAL NOT NULL, privacy TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS measurements (
  trial TEXT NOT NULL REFERENCES trials, target TEXT NOT NULL, sources TEXT NOT NULL, overlap REAL NOT NULL,
  seed TEXT NOT NULL, method TEXT NOT NULL, release TEXT NOT NULL, epsilon REAL, epsilon0 REAL,
  is_reference INTEGER NOT NULL, negatives TEXT NOT NULL, twins TEXT NOT NULL, activity TEXT NOT NULL,
  metric TEXT NOT NULL, mean REAL NOT NULL, person_mean REAL NOT NULL, n INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS persons (
  trial TEXT NOT NULL REFERENCES trials, method TEXT NOT NULL, negatives TEXT NOT NULL, person INTEGER NOT NULL,
  positives INTEGER NOT NULL, ndcg REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS choices (trial TEXT NOT NULL REFERENCES trials, method TEXT NOT NULL, held_out REAL NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS measurements_by_metric ON measurements (metric, negatives, activity, twins);
CREATE TABLE IF NOT EXISTS rounds (
  trial TEXT NOT NULL REFERENCES trials, round INTEGER NOT NULL, attempt INTEGER NOT NULL, outcome TEXT NOT NULL,
  platforms INTEGER NOT NULL, epsilon_spent REAL, model_change REAL, milliseconds REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS audits (
  subject TEXT NOT NULL, release TEXT NOT NULL, attack TEXT NOT NULL, proven REAL, measured REAL NOT NULL,
  measured_gaussian REAL, confidence REAL NOT NULL
) STRICT;`;

/** One measured figure with everything it depends on. `epsilon` is the requested budget. */
export interface Measurement {
  readonly trial: string;
  readonly overlap: number;
  readonly seed: string;
  readonly method: string;
  readonly release: string;
  readonly epsilon: number | null;
  readonly epsilon0: number | null;
  readonly isReference: boolean;
  readonly negatives: string;
  readonly metric: string;
  readonly mean: number;
}

/** NDCG@10 of one method for the test persons of one trial. */
export interface StoredPersons {
  /** Rows of the persons in the target's data. */
  readonly persons: readonly string[];
  /** Number of positives of each person. */
  readonly counts: readonly number[];
  /** NDCG@10 summed over the positives of each person. */
  readonly sums: readonly number[];
}

export interface StoredRound {
  readonly strategy: string;
  readonly release: string;
  readonly epsilon: number | null;
  readonly round: number;
  readonly outcome: string;
  readonly epsilonSpent: number | null;
  readonly milliseconds: number;
}

export interface AuditRow {
  /** `training` or `code`. */
  readonly subject: string;
  readonly release: string;
  readonly attack: string;
  readonly proven: number | null;
  readonly measured: number;
  /** Bound under the hypothesis of a Gaussian trade-off curve; null for codes, which have no such bound. */
  readonly measuredGaussian: number | null;
  readonly confidence: number;
}

/** Of one method's persons in one trial. */
export const personsKey = ({ method, negatives, trial }: Pick<Measurement, 'trial' | 'method' | 'negatives'>): string =>
  JSON.stringify([trial, method, negatives]);

export class ResultsStore extends KeptStore {
  /** @throws as {@link KeptStore}. */
  constructor(path: string) {
    super(path, TABLES);
  }

  /** Names of the trials that have ended. */
  ended(): ReadonlySet<string> {
    const rows = this.database.prepare('SELECT trial FROM trials').all() as { trial: string }[];
    return new Set(rows.map(({ trial }) => trial));
  }

  /** Pairs of overlap and seed whose reference rows are kept. */
  referenced(): readonly { readonly overlap: number; readonly seed: string }[] {
    const query = 'SELECT DISTINCT overlap, seed FROM measurements WHERE is_reference = 1';
    return this.database.prepare(query).all() as { overlap: number; seed: string }[];
  }

  /** Adds a trial in one transaction, so that a killed run keeps only whole trials. */
  addTrial(job: Job, { rows, persons, perPerson, choices, privacy, rounds, seconds }: JobResult): void {
    const { trial, overlap, seed, strategy, release, budget, epsilon0 } = job;
    const measurement = this.database.prepare(
      `INSERT INTO measurements VALUES (:trial, :target, :sources, :overlap, :seed, :method, :release, :epsilon, :epsilon0,
       :isReference, :negatives, :twins, :activity, :metric, :mean, :personMean, :n)`,
    );
    const person = this.database.prepare(
      'INSERT INTO persons VALUES (:trial, :method, :negatives, :person, :positives, :ndcg)',
    );
    const choice = this.database.prepare('INSERT INTO choices VALUES (:trial, :method, :heldOut)');
    const round = this.database.prepare(
      'INSERT INTO rounds VALUES (:trial, :round, :attempt, :outcome, :platforms, :epsilonSpent, :modelChange, :milliseconds)',
    );
    this.transaction(() => {
      this.database.prepare('DELETE FROM failures WHERE trial = :trial').run({ trial });
      this.database
        .prepare(
          'INSERT INTO trials VALUES (:trial, :strategy, :release, :epsilon, :epsilon0, :overlap, :seed, :seconds, :privacy)',
        )
        .run({
          trial,
          strategy,
          release,
          epsilon: budget,
          epsilon0,
          overlap,
          seed,
          seconds,
          privacy: JSON.stringify(privacy),
        });
      for (const row of rows) {
        const own = isOfStrategy(row.method, strategy);
        measurement.run({
          trial,
          target: row.target,
          sources: row.sources.join(','),
          overlap,
          seed,
          method: row.method,
          release: own ? release : 'none',
          epsilon: own ? budget : null,
          epsilon0: own ? epsilon0 : null,
          isReference: own ? 0 : 1,
          negatives: row.negatives,
          twins: row.twins,
          activity: row.group,
          metric: row.metric,
          mean: row.mean,
          personMean: row.personMean,
          n: row.n,
        });
      }
      for (const { method, negatives, sums } of perPerson) {
        persons.forEach(({ number, positives }, at) =>
          person.run({ trial, method, negatives, person: number, positives, ndcg: sums[at] }),
        );
      }
      for (const { method, heldOut } of choices) choice.run({ trial, method, heldOut });
      for (const { round: number, attempt, outcome, platforms, epsilonSpent, modelChange, milliseconds } of rounds) {
        round.run({
          trial,
          round: number,
          attempt,
          outcome,
          platforms,
          epsilonSpent,
          modelChange,
          milliseconds: Object.values(milliseconds).reduce((sum, value) => sum + value, 0),
        });
      }
    });
  }

  setAudits(audits: readonly AuditRow[]): void {
    this.transaction(() => {
      this.database.exec('DELETE FROM audits');
      const add = this.database.prepare(
        'INSERT INTO audits VALUES (:subject, :release, :attack, :proven, :measured, :measuredGaussian, :confidence)',
      );
      for (const audit of audits) add.run({ ...audit });
    });
  }

  audits(): readonly AuditRow[] {
    return this.database
      .prepare(
        'SELECT subject, release, attack, proven, measured, measured_gaussian AS measuredGaussian, confidence FROM audits',
      )
      .all() as AuditRow[];
  }

  /** Measurements over all persons, twins included, in a fixed order. */
  measurements(metric: string): readonly Measurement[] {
    const rows = this.database
      .prepare(
        `SELECT trial, overlap, seed, method, release, epsilon, epsilon0, is_reference AS isReference, negatives, metric, mean
         FROM measurements WHERE metric = :metric AND activity = 'all' AND twins = 'with'
         ORDER BY overlap, method, release, epsilon0, epsilon, negatives, seed`,
      )
      .all({ metric }) as (Omit<Measurement, 'isReference'> & { isReference: number })[];
    return rows.map((row) => ({ ...row, isReference: row.isReference === 1 }));
  }

  /** By {@link personsKey}. */
  persons(): ReadonlyMap<string, StoredPersons> {
    const rows = this.database.prepare('SELECT * FROM persons ORDER BY rowid').all() as {
      trial: string;
      method: string;
      negatives: string;
      person: number;
      positives: number;
      ndcg: number;
    }[];
    const found = new Map<string, { persons: string[]; counts: number[]; sums: number[] }>();
    for (const row of rows) {
      const key = personsKey(row);
      const one = found.get(key) ?? { persons: [], counts: [], sums: [] };
      found.set(key, one);
      one.persons.push(String(row.person));
      one.counts.push(row.positives);
      one.sums.push(row.ndcg);
    }
    return found;
  }

  /** NDCG@10 of held-out persons, by trial and method. */
  choices(): readonly { readonly trial: string; readonly method: string; readonly heldOut: number }[] {
    return this.database.prepare('SELECT trial, method, held_out AS heldOut FROM choices').all() as {
      trial: string;
      method: string;
      heldOut: number;
    }[];
  }

  rounds(): readonly StoredRound[] {
    return this.database
      .prepare(
        `SELECT strategy, release, epsilon, round, outcome, epsilon_spent AS epsilonSpent, milliseconds
         FROM rounds JOIN trials USING (trial) ORDER BY strategy, epsilon, release, round, attempt, seed`,
      )
      .all() as StoredRound[];
  }

  /** One statement per (strategy, release, epsilon, epsilon0). */
  privacy(): readonly PrivacyRow[] {
    const rows = this.database
      .prepare(
        'SELECT MIN(privacy) AS privacy FROM trials GROUP BY strategy, release, epsilon, epsilon0 ORDER BY strategy, release, epsilon, epsilon0',
      )
      .all() as { privacy: string }[];
    return rows.map(({ privacy }) => privacySchema.parse(JSON.parse(privacy)));
  }

  seconds(): number {
    const row = this.database.prepare('SELECT COALESCE(SUM(seconds), 0) AS seconds FROM trials').get();
    return (row as { seconds: number }).seconds;
  }
}
