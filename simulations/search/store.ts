/**
 * Trials of a search in one SQLite file, to continue a stopped run and for notebooks.
 * @module
 */
import { KeptStore } from '../experiment/kept-store.ts';
import type { Judged } from './judged.ts';
import type { SearchJob, SearchResult } from './trial.ts';

const TABLES = `
CREATE TABLE IF NOT EXISTS search_trials (
  trial TEXT PRIMARY KEY, seed TEXT NOT NULL, place TEXT NOT NULL, setting TEXT NOT NULL, seconds REAL NOT NULL, epsilon REAL
) STRICT;
CREATE TABLE IF NOT EXISTS search_persons (
  trial TEXT NOT NULL REFERENCES search_trials, person INTEGER NOT NULL, positives INTEGER NOT NULL, ndcg REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS search_persons_by_trial ON search_persons (trial);`;

export class SearchStore extends KeptStore {
  /** @throws as {@link KeptStore}. */
  constructor(path: string) {
    super(path, TABLES);
  }

  /** Adds a trial in one transaction, so that a killed run keeps only whole trials. */
  add({ candidate, place, seed, trial }: SearchJob, { counts, epsilon, persons, seconds, sums }: SearchResult): void {
    const person = this.database.prepare('INSERT INTO search_persons VALUES (:trial, :person, :positives, :ndcg)');
    this.transaction(() => {
      this.database.prepare('DELETE FROM failures WHERE trial = :trial').run({ trial });
      this.database
        .prepare('INSERT INTO search_trials VALUES (:trial, :seed, :place, :setting, :seconds, :epsilon)')
        .run({ trial, seed, place: String(place), setting: candidate.name, seconds, epsilon });
      persons.forEach((id, at) => person.run({ trial, person: Number(id), positives: counts[at], ndcg: sums[at] }));
    });
  }

  /** Undefined for a trial that has not ended. */
  judged(trial: string): Judged | undefined {
    if (this.database.prepare('SELECT 1 FROM search_trials WHERE trial = :trial').get({ trial }) === undefined) {
      return undefined;
    }
    const rows = this.database
      .prepare('SELECT person, positives, ndcg FROM search_persons WHERE trial = :trial ORDER BY rowid')
      .all({ trial }) as { person: number; positives: number; ndcg: number }[];
    return {
      persons: rows.map(({ person }) => String(person)),
      counts: rows.map(({ positives }) => positives),
      sums: rows.map(({ ndcg }) => ndcg),
    };
  }

  /** Number of trials that ended, their seconds, and the largest epsilon that one of them charged. */
  totals(): { readonly trials: number; readonly seconds: number; readonly epsilon: number | null } {
    const query =
      'SELECT COUNT(*) AS trials, COALESCE(SUM(seconds), 0) AS seconds, MAX(epsilon) AS epsilon FROM search_trials';
    return this.database.prepare(query).get() as { trials: number; seconds: number; epsilon: number | null };
  }
}
