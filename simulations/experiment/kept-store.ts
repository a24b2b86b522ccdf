/**
 * The SQLite file of an experiment of any kind: its description, its failures, and tables of its own.
 * @module
 */
import Libsql from 'libsql';
import { messageOf } from '../../core/errors/coded-error.ts';
import { SimulationError } from '../errors.ts';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS experiment (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS failures (trial TEXT PRIMARY KEY, code TEXT NOT NULL, text TEXT NOT NULL) STRICT;`;

/** Counts up when a table changes, so that results of an earlier version are not continued. */
const VERSION = 1;

export class KeptStore {
  protected readonly database: Libsql.Database;
  readonly path: string;

  /**
   * Opens the file or creates it. @throws SimulationError SIMULATION_RESULTS for a file that is no results store, or is
   * in use.
   */
  constructor(path: string, tables: string) {
    this.path = path;
    try {
      this.database = new Libsql(path);
      this.database.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;');
      this.#checkVersion(path);
      this.database.exec(`${SCHEMA}${tables}`);
    } catch (cause) {
      if (cause instanceof SimulationError) throw cause;
      const why = messageOf(cause);
      throw new SimulationError('SIMULATION_RESULTS', `cannot use ${path} for results: ${why}`, { cause });
    }
  }

  #checkVersion(path: string): void {
    const { user_version: version } = this.database.prepare('PRAGMA user_version').get() as { user_version: number };
    const isNew = this.database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 1").get() === undefined;
    if (isNew) this.database.exec(`PRAGMA user_version = ${VERSION}`);
    else if (version !== VERSION) {
      throw new SimulationError(
        'SIMULATION_RESULTS',
        `${path} has results of another version of isthmus, which kept other tables: run the experiment again in a new folder`,
      );
    }
  }

  close(): void {
    this.database.close();
  }

  get(key: string): string | undefined {
    const row = this.database.prepare('SELECT value FROM experiment WHERE key = :key').get({ key });
    return (row as { value: string } | undefined)?.value;
  }

  put(key: string, value: string): void {
    this.database.prepare('INSERT OR REPLACE INTO experiment VALUES (:key, :value)').run({ key, value });
  }

  failures(): readonly { readonly trial: string; readonly code: string; readonly text: string }[] {
    return this.database.prepare('SELECT trial, code, text FROM failures ORDER BY trial').all() as {
      trial: string;
      code: string;
      text: string;
    }[];
  }

  addFailure(trial: string, code: string, text: string): void {
    this.database.prepare('INSERT OR REPLACE INTO failures VALUES (:trial, :code, :text)').run({ trial, code, text });
  }

  protected transaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}
