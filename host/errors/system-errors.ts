/**
 * Kinds of errors that the system or SQLite raises and that no room translates into an error of its own.
 * @module
 */
import { codeOf, isCodedError } from '../../core/errors/coded-error.ts';
import type { ErrorKind } from '../../core/errors/coded-error.ts';

export const SYSTEM_KINDS: Readonly<Record<string, ErrorKind>> = {
  EACCES: 'resource',
  EADDRINUSE: 'resource',
  EADDRNOTAVAIL: 'resource',
  EDQUOT: 'resource',
  EFBIG: 'resource',
  EIO: 'resource',
  EMFILE: 'resource',
  ENFILE: 'resource',
  ENOMEM: 'resource',
  ENOSPC: 'resource',
  EPERM: 'resource',
  EROFS: 'resource',
  EEXIST: 'input',
  EISDIR: 'input',
  ELOOP: 'input',
  ENAMETOOLONG: 'input',
  ENOENT: 'input',
  ENOTDIR: 'input',
  ENOTEMPTY: 'input',
  ECONNREFUSED: 'federation',
  ECONNRESET: 'federation',
  EHOSTUNREACH: 'federation',
  ENETUNREACH: 'federation',
  ENOTFOUND: 'federation',
  ETIMEDOUT: 'federation',
  SQLITE_BUSY: 'resource',
  SQLITE_CANTOPEN: 'resource',
  SQLITE_CORRUPT: 'resource',
  SQLITE_FULL: 'resource',
  SQLITE_IOERR: 'resource',
  SQLITE_LOCKED: 'resource',
  SQLITE_NOTADB: 'resource',
  SQLITE_READONLY: 'resource',
};

/** The kind of a coded error, or of a known error of the system; undefined for any other, which is a defect of the program. */
export function kindOf(error: unknown): ErrorKind | undefined {
  if (isCodedError(error)) return error.kind;
  const code = codeOf(error) ?? '';
  // SQLite's extended codes begin with the primary one, as SQLITE_IOERR_WRITE does.
  const primary = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code;
  return Object.hasOwn(SYSTEM_KINDS, primary) ? SYSTEM_KINDS[primary] : undefined;
}
