/**
 * Translates SQLite's errors, with the remedies of the process that owns the store.
 * @module
 */
import { codeOf } from '../../core/errors/coded-error.ts';
import { StoreError } from '../errors/store-errors.ts';
import { systemReason } from '../files.ts';

/** Phrases in which a process speaks of its store. */
export interface StoreTerms {
  /** `platform` or `coordinator`. */
  readonly process: string;
  /** Cause and remedy if another process holds the file; follows `FILE is in use`. */
  readonly inUse: string;
  /** Reason why a store of an earlier layout is not read, and the remedy. */
  readonly older: string;
  /** Cause and remedy if the file is not such a store, or is damaged. */
  readonly corrupt: string;
}

/** @returns a StoreError for a failure of SQLite or of the file system; any other `cause` unchanged. */
export function translated(cause: unknown, file: string, terms: StoreTerms): unknown {
  if (!(cause instanceof Error)) return cause;
  const code = sqliteCode(codeOf(cause) ?? '');
  const error = (of: StoreError['code'], message: string): StoreError => new StoreError(of, message, { cause });
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return error('STORE_LOCKED', `${file} is in use${terms.inUse}`);
  if (code.startsWith('SQLITE_FULL')) {
    return error('STORE_FULL', `${file}: ${cause.message}; free space on its disk and start again`);
  }
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) {
    return error('STORE_CORRUPT', `${file}: ${cause.message}; ${terms.corrupt}`);
  }
  const isUnopened = /unable to open/i.test(cause.message);
  if (isUnopened || /^(SQLITE_(READONLY|CANTOPEN|IOERR|PERM|AUTH)|E[A-Z]+$)/.test(code)) {
    const why = isUnopened ? 'cannot be opened' : systemReason(cause);
    const remedy = 'file and folder must be writable by this user, and its disk must have room';
    return error('STORE_UNWRITABLE', `${file}: ${why}; ${remedy}`);
  }
  return cause;
}

/** Codes by number, as SQLite has them, of which the library names only some. */
const PRIMARY: Readonly<Record<number, string>> = {
  3: 'SQLITE_PERM',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  23: 'SQLITE_AUTH',
  26: 'SQLITE_NOTADB',
};

/** The primary code of an extended one that the library does not know, e.g. UNKNOWN_SQLITE_ERROR_1544: its last eight bits. */
function sqliteCode(code: string): string {
  const number = /^UNKNOWN_SQLITE_ERROR_(\d+)$/.exec(code)?.[1];
  return number === undefined ? code : (PRIMARY[Number(number) & 0xff] ?? code);
}
