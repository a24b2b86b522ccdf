/**
 * One SQLite file, held by one process: write-ahead log, every commit flushed to disk, exclusive lock from open to close.
 * SQLite's own errors come out as StoreError.
 * @module
 */
import { closeSync, openSync } from 'node:fs';
import Libsql from 'libsql';
import { codeOf } from '../../../core/errors/coded-error.ts';
import { StoreError } from '../../../host/errors/store-errors.ts';

export type SqlValue = string | number | Uint8Array | null;
export type SqlParameters = Readonly<Record<string, SqlValue>>;
export type Row = Readonly<Record<string, unknown>>;

export class SqliteDatabase {
  readonly #file: string;
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();
  #closed = false;

  /**
   * @param file made where it does not exist.
   * @param version of the schema; `schema` makes an empty file one of that version.
   * @throws StoreError STORE_LOCKED, STORE_UNWRITABLE, STORE_FULL, STORE_CORRUPT, STORE_VERSION.
   */
  constructor(file: string, version: number, schema: string) {
    this.#file = file;
    this.#database = this.#guard(() => {
      makePrivate(file);
      return new Libsql(file);
    });
    try {
      // Before the log is opened: then even its index lives in this process alone, and the lock outlasts transactions.
      this.#guard(() => this.#database.exec('PRAGMA locking_mode = EXCLUSIVE'));
      this.#guard(() => this.#database.exec('PRAGMA journal_mode = WAL'));
      this.#guard(() => this.#database.exec('PRAGMA synchronous = FULL'));
      this.transaction(() => this.#prepareSchema(version, schema));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #prepareSchema(version: number, schema: string): void {
    const found = integer(this.get('PRAGMA user_version') ?? {}, 'user_version');
    if (found === version) return;
    if (found !== 0) {
      throw new StoreError(
        'STORE_VERSION',
        `${this.#file} has layout ${found}, this program knows ${version}: use the program that wrote it`,
      );
    }
    this.#guard(() => this.#database.exec(`${schema}; PRAGMA user_version = ${version}`));
  }

  /** @returns rows changed. Parameters are always named: a lone buffer by position ends the process inside the library. */
  run(sql: string, parameters: SqlParameters = {}): number {
    return this.#guard(() => this.#statement(sql).run(bound(parameters)).changes);
  }

  get(sql: string, parameters: SqlParameters = {}): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(bound(parameters)) as Row | undefined);
  }

  all(sql: string, parameters: SqlParameters = {}): readonly Row[] {
    return this.#guard(() => this.#statement(sql).all(bound(parameters)) as Row[]);
  }

  /** All of `work`'s writes or none; inside another transaction it is part of that one. */
  transaction<Result>(work: () => Result): Result {
    if (this.#inTransaction()) return work();
    this.#guard(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.#guard(() => this.#database.exec('COMMIT'));
      return result;
    } catch (error) {
      // After a failed write SQLite may have rolled back by itself.
      if (this.#inTransaction()) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Leaves one file without a log, and frees the lock. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      // The library keeps a file open, and locked, as long as a prepared statement is not collected: so unlock it here.
      this.#database.exec('PRAGMA journal_mode = DELETE');
      this.#database.exec('PRAGMA locking_mode = NORMAL');
      this.#database.prepare('SELECT COUNT(*) FROM sqlite_schema').all();
    } catch {
      // A disk that takes nothing: the log stays beside the file, and is read at the next opening.
    } finally {
      this.#statements.clear();
      this.#database.close();
    }
  }

  #inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  #statement(sql: string): Libsql.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<Result>(work: () => Result): Result {
    if (this.#closed) throw new StoreError('STORE_CLOSED', `${this.#file} is closed: the platform is stopping`);
    try {
      return work();
    } catch (cause) {
      throw storeError(cause, this.#file);
    }
  }
}

/**
 * Makes a missing file for its owner alone; what SQLite makes beside it has the same mode. An existing file is not even
 * opened: closing it again would drop every lock this process holds on it (POSIX).
 */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrongColumn(column, value);
  return value;
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw wrongColumn(column, value);
  return value;
}

/** Like `integer`; the name tells the column's type. */
export const real = integer;

/** A copy, aligned for any typed array. */
export function blob(row: Row, column: string): Uint8Array<ArrayBuffer> {
  const value = row[column];
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw wrongColumn(column, value);
}

function bound(parameters: SqlParameters): Record<string, SqlValue> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]),
  );
}

function wrongColumn(column: string, value: unknown): StoreError {
  return new StoreError('STORE_CORRUPT', `column ${column} holds ${value === null ? 'null' : typeof value}`);
}

function storeError(cause: unknown, file: string): unknown {
  if (cause instanceof StoreError || !(cause instanceof Error)) return cause;
  const code = codeOf(cause) ?? '';
  const isUnopened = /unable to open/i.test(cause.message);
  const why = (remedy: string): string => `${file}: ${isUnopened ? 'cannot be opened' : cause.message}. ${remedy}`;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StoreError(
      'STORE_LOCKED',
      `${file} is in use by another process: stop it, or give this one its own state`,
      { cause },
    );
  }
  if (code.startsWith('SQLITE_FULL')) return new StoreError('STORE_FULL', why('Free space on its disk'), { cause });
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new StoreError('STORE_CORRUPT', why('Restore it from a backup; spent budget is recorded there'), { cause });
  }
  if (/^(SQLITE_(READONLY|CANTOPEN|IOERR|PERM)|E[A-Z]+$)/.test(code) || isUnopened) {
    const remedy = 'The state must be writable by this user, and its disk must have room';
    return new StoreError('STORE_UNWRITABLE', why(remedy), { cause });
  }
  return cause;
}
