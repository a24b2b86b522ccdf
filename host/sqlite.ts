/**
 * One SQLite file, held by one process. Only its owner can read it. It has a write-ahead log, every commit is flushed to disk, and
 * the process holds an exclusive lock from open to close.
 * @module
 */
import { closeSync, openSync } from 'node:fs';
import Libsql from 'libsql';
import { codeOf } from '../core/errors/coded-error.ts';
import { StoreError } from './errors/store-errors.ts';
import { Row } from './sqlite/row.ts';
import { translated } from './sqlite/errors.ts';
import { FileIdentity } from './sqlite/file-identity.ts';
import type { StoreTerms } from './sqlite/errors.ts';

export type { Row } from './sqlite/row.ts';
export type { StoreTerms } from './sqlite/errors.ts';

/** Parameters are always bound by name: a single buffer bound by position crashes the process inside the library. */
export type SqlParameters = Readonly<Record<string, string | number | Uint8Array | null>>;

export interface SqliteSettings {
  /** Path of the file, which is made if it does not exist. */
  readonly file: string;
  /** Version of the layout. */
  readonly version: number;
  /** SQL that makes an empty file one of that version. */
  readonly schema: string;
  readonly terms: StoreTerms;
}

export class SqliteDatabase {
  readonly #file: string;
  readonly #terms: StoreTerms;
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();
  /** Identities of the open file and of its log. */
  readonly #files: readonly FileIdentity[];
  #isClosed = false;

  /** @throws StoreError STORE_LOCKED, STORE_UNWRITABLE, STORE_FULL, STORE_CORRUPT, STORE_VERSION */
  constructor({ file, version, schema, terms }: SqliteSettings) {
    this.#file = file;
    this.#terms = terms;
    this.#database = this.#guard(() => {
      makePrivate(file);
      return new Libsql(file);
    });
    try {
      // The exclusive lock is chosen before the log is opened, so that the log's index stays in this process and the lock outlasts
      // transactions.
      for (const pragma of [
        'locking_mode = EXCLUSIVE',
        'journal_mode = WAL',
        'synchronous = FULL',
        'secure_delete = ON',
      ]) {
        this.#guard(() => this.#database.exec(`PRAGMA ${pragma}`));
      }
      this.#files = [file, `${file}-wal`].map((path) => new FileIdentity(path));
      this.transaction(() => this.#prepare(version, schema));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** @returns number of rows changed. */
  run(sql: string, parameters: SqlParameters = {}): number {
    return this.transaction(() => this.#guard(() => this.#statement(sql).run(bound(parameters)).changes));
  }

  get(sql: string, parameters: SqlParameters = {}): Row | undefined {
    const values = this.#guard(() => this.#statement(sql).get(bound(parameters)));
    return values === undefined ? undefined : new Row(values as Readonly<Record<string, unknown>>);
  }

  /** The row of a query that always has one. */
  one(sql: string, parameters: SqlParameters = {}): Row {
    const row = this.get(sql, parameters);
    if (row !== undefined) return row;
    throw new StoreError('STORE_CORRUPT', `${this.#file} does not answer ${sql}`);
  }

  all(sql: string, parameters: SqlParameters = {}): readonly Row[] {
    return this.#guard(() => this.#statement(sql).all(bound(parameters))).map(
      (values) => new Row(values as Readonly<Record<string, unknown>>),
    );
  }

  /**
   * Makes all of `work`'s writes or none. Inside another transaction, `work` is part of that one.
   * @throws StoreError STORE_UNWRITABLE also if the file at the path is no longer the open one: the writes would be lost.
   */
  transaction<Result>(work: () => Result): Result {
    if (this.#inTransaction()) return work();
    this.#checkFiles();
    this.#guard(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.#guard(() => this.#database.exec('COMMIT'));
      // The caller acts on this record next, and must find it after a restart.
      this.#checkFiles();
      return result;
    } catch (error) {
      // SQLite may have rolled back by itself after a failed write.
      if (this.#inTransaction()) this.#guard(() => this.#database.exec('ROLLBACK'));
      throw error;
    }
  }

  /** Removes the last copies of deleted rows. SQLite has zeroed them in its pages; this empties the log, which has older pages. */
  eraseDeleted(): void {
    this.#guard(() => this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  #checkFiles(): void {
    if (this.#isClosed || this.#files.every(({ isThere }) => isThere)) return;
    throw new StoreError(
      'STORE_UNWRITABLE',
      `${this.#file} or its log was removed or replaced while this ${this.#terms.process} ran: nothing more is recorded, and nothing more leaves. ` +
        'Bring the latest state back from a copy before it is started again: with an older or an empty one, what was spent is forgotten',
    );
  }

  /** Leaves one file without a log, and frees the lock. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      // The library keeps the file open and locked until its statements are garbage-collected, so the lock is freed here.
      this.#database.exec('PRAGMA journal_mode = DELETE');
      this.#database.exec('PRAGMA locking_mode = NORMAL');
      this.#database.prepare('SELECT COUNT(*) FROM sqlite_schema').all();
    } catch {
      // The disk cannot be written. The log stays beside the file and is read when the file is opened again.
    } finally {
      this.#statements.clear();
      this.#database.close();
    }
  }

  #prepare(version: number, schema: string): void {
    const found = this.one('PRAGMA user_version').integer('user_version');
    if (found === version) return;
    if (found !== 0) {
      const why = found < version ? this.#terms.older : 'use the program that wrote it';
      throw new StoreError('STORE_VERSION', `${this.#file} has layout ${found}, this program knows ${version}: ${why}`);
    }
    this.#guard(() => this.#database.exec(`${schema}; PRAGMA user_version = ${version}`));
  }

  #inTransaction(): boolean {
    return !this.#isClosed && this.#database.inTransaction;
  }

  #statement(sql: string): Libsql.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<Result>(work: () => Result): Result {
    if (this.#isClosed) {
      throw new StoreError('STORE_CLOSED', `${this.#file} is closed: the ${this.#terms.process} is stopping`);
    }
    try {
      return work();
    } catch (cause) {
      throw translated(cause, this.#file, this.#terms);
    }
  }
}

/**
 * Makes a missing file that only its owner can read; SQLite gives the files beside it the same mode. An existing file is not even
 * opened, because closing it would drop every lock that this process holds on it (POSIX).
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function bound(parameters: SqlParameters): Record<string, string | number | Buffer | null> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]),
  );
}
