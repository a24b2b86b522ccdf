/**
 * One SQLite file, held by one process from open to close: write-ahead log, every commit flushed to disk. What SQLite
 * says comes out as a StoreError.
 * @module
 */
import Libsql from 'libsql';
import { codeOf } from '../../core/errors/coded-error.ts';
import { StoreError } from '../../host/errors/store-errors.ts';

export type Row = Readonly<Record<string, unknown>>;
/** Always by name: a lone buffer by position ends the process inside the library. */
export type Parameters = Readonly<Record<string, string | number | Uint8Array | null>>;

export class SqliteFile {
  readonly #path: string;
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();
  #isClosed = false;

  /**
   * @param schema makes an empty file one of this version.
   * @throws StoreError STORE_LOCKED, STORE_UNWRITABLE, STORE_FULL, STORE_CORRUPT, STORE_VERSION.
   */
  constructor(path: string, version: number, schema: string) {
    this.#path = path;
    this.#database = this.#translated(() => new Libsql(path));
    try {
      // Locked before the log is opened: then the lock outlasts transactions, and a second process gets STORE_LOCKED.
      for (const pragma of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = FULL']) {
        this.#translated(() => this.#database.exec(`PRAGMA ${pragma}`));
      }
      this.transaction(() => this.#prepare(version, schema));
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** @returns rows changed. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#translated(() => this.#statement(sql).run(bound(parameters)).changes);
  }

  get(sql: string, parameters: Parameters = {}): Row | undefined {
    return this.#translated(() => this.#statement(sql).get(bound(parameters)) as Row | undefined);
  }

  all(sql: string, parameters: Parameters = {}): readonly Row[] {
    return this.#translated(() => this.#statement(sql).all(bound(parameters)) as Row[]);
  }

  /** All of `work`'s writes or none. */
  transaction<Result>(work: () => Result): Result {
    if (this.#inTransaction()) return work();
    this.#translated(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      const result = work();
      this.#translated(() => this.#database.exec('COMMIT'));
      return result;
    } catch (error) {
      // After a failed write SQLite may have rolled back by itself.
      if (this.#inTransaction()) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Leaves one file without a log, and frees it. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      // The library keeps the file open until its statements are collected, so the lock is given back by hand.
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

  #prepare(version: number, schema: string): void {
    const found = integerIn(this.get('PRAGMA user_version') ?? {}, 'user_version');
    if (found === version) return;
    if (found !== 0) {
      throw new StoreError(
        'STORE_VERSION',
        `${this.#path} has layout ${found}, this program knows ${version}: use the program that wrote it`,
      );
    }
    this.#translated(() => this.#database.exec(`${schema}; PRAGMA user_version = ${version}`));
  }

  #inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  #statement(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #translated<Result>(work: () => Result): Result {
    if (this.#isClosed) throw new StoreError('STORE_CLOSED', `${this.#path} is closed: the coordinator is stopping`);
    try {
      return work();
    } catch (cause) {
      throw translated(cause, this.#path);
    }
  }
}

export function textIn(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw unexpected(column, value);
}

export function integerIn(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw unexpected(column, value);
}

/** A copy, aligned for any typed array. */
export function bytesIn(row: Row, column: string): Uint8Array<ArrayBuffer> {
  const value = row[column];
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  throw unexpected(column, value);
}

function unexpected(column: string, value: unknown): StoreError {
  return new StoreError('STORE_CORRUPT', `the store's column ${column} holds ${typeof value}`);
}

function bound(parameters: Parameters): Record<string, string | number | Buffer | null> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]),
  );
}

function translated(cause: unknown, path: string): unknown {
  if (cause instanceof StoreError || !(cause instanceof Error)) return cause;
  const code = codeOf(cause) ?? '';
  const { message } = cause;
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    const text = `${path} is in use: another coordinator runs on this store; stop it first, or give --store another file`;
    return new StoreError('STORE_LOCKED', text, { cause });
  }
  if (code.startsWith('SQLITE_FULL')) {
    return new StoreError('STORE_FULL', `${path}: ${message}; free space on its disk and start again`, { cause });
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    const text = `${path}: ${message}; it is no coordinator's store, or damaged: restore it from a copy, since it records what was spent`;
    return new StoreError('STORE_CORRUPT', text, { cause });
  }
  const isUnopened = /unable to open/i.test(message);
  if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM|AUTH)/.test(code) || isUnopened) {
    const why = isUnopened ? 'cannot be opened' : message;
    const text = `${path}: ${why}; file and folder must be writable by this user, and their disk must have room`;
    return new StoreError('STORE_UNWRITABLE', text, { cause });
  }
  return cause;
}
