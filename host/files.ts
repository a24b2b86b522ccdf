/**
 * Files that a person names on the command line, secrets among them, and files that are replaced whole.
 * @module
 */
import { closeSync, fchmodSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { FederationError } from '../core/federation/errors.ts';
import type { Log } from './log.ts';

/**
 * @param code the error's code.
 * @param remedy ends the error's message.
 * @throws FederationError of that code.
 */
export function readNamedFile(
  file: string,
  code: 'MANIFEST_UNREADABLE' | 'IDENTITY_UNREADABLE' | 'FILE_UNREADABLE',
  remedy?: string,
): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const advice = remedy === undefined ? '' : `; ${remedy}`;
    throw new FederationError(code, `cannot read ${file}: ${systemReason(cause)}${advice}`, { cause });
  }
}

/**
 * Warns when others can read the file.
 * @param remedy ends the error's message.
 * @throws FederationError IDENTITY_UNREADABLE.
 */
export function readSecret(file: string, remedy: string, log: Log): string {
  const text = readNamedFile(file, 'IDENTITY_UNREADABLE', remedy);
  const others = statSync(file).mode & 0o077;
  if (others !== 0) log.warn(`${file} can be read or changed by other users: chmod 600 it`);
  return text;
}

/**
 * Writes a file for its owner alone, never over an older one, whole or not at all unless the process is killed.
 * @throws FederationError IDENTITY_EXISTS, IDENTITY_UNWRITABLE.
 */
export function writeSecret(file: string, text: string): void {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      fchmodSync(descriptor, 0o600);
      writeFileSync(descriptor, text);
    } catch (error) {
      rmSync(file);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw exists
      ? new FederationError(
          'IDENTITY_EXISTS',
          `${file} exists already; keys are never overwritten: move it away first`,
          { cause },
        )
      : new FederationError('IDENTITY_UNWRITABLE', `cannot write ${file}: ${systemReason(cause)}`, { cause });
  }
}

/** Writes a file for its owner alone, whole or not at all: a reader never sees half of it. */
export function replaceFile(file: string, text: string): void {
  const next = `${file}.next`;
  writeFileSync(next, text, { mode: 0o600 });
  renameSync(next, file);
}

/** The system's reason without its code and path. */
export function systemReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z]+: ([^,]+),/.exec(message)?.[1] ?? message;
}
