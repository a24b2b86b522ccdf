/**
 * Reads and writes files that a person names on the command line, secrets among them, and replaces files as a whole.
 * @module
 */
import { closeSync, fchmodSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { codeOf, messageOf } from '../core/errors/coded-error.ts';
import { HostError } from './errors/host-errors.ts';
import type { Log } from './log.ts';

/**
 * @param code code of the error if the file cannot be read.
 * @param remedy the end of the error's message.
 * @throws HostError with `code`
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
    throw new HostError(code, `cannot read ${file}: ${systemReason(cause)}${advice}`, { cause });
  }
}

/**
 * Reads a secret file. Logs a warning if other users can read or change it.
 * @param remedy the end of the error's message.
 * @throws HostError IDENTITY_UNREADABLE
 */
export function readSecret(file: string, remedy: string, log: Log): string {
  const text = readNamedFile(file, 'IDENTITY_UNREADABLE', remedy);
  const others = statSync(file).mode & 0o077;
  if (others !== 0) log.warn(`${file} can be read or changed by other users: chmod 600 it`);
  return text;
}

/**
 * Writes a file that only its owner can read. It never overwrites a file, and removes the new one if writing it fails.
 * @throws HostError IDENTITY_EXISTS, IDENTITY_UNWRITABLE
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
    const exists = codeOf(cause) === 'EEXIST';
    throw exists
      ? new HostError('IDENTITY_EXISTS', `${file} exists already; keys are never overwritten: move it away first`, {
          cause,
        })
      : new HostError('IDENTITY_UNWRITABLE', `cannot write ${file}: ${systemReason(cause)}; ${writingRemedy(cause)}`, {
          cause,
        });
  }
}

/**
 * Writes a file that only its owner can read, by renaming a finished one, so that a reader never sees half of it.
 * @throws HostError FILE_UNWRITABLE.
 */
export function replaceFile(file: string, text: string): void {
  const next = `${file}.next`;
  try {
    writeFileSync(next, text, { mode: 0o600 });
    renameSync(next, file);
  } catch (cause) {
    throw new HostError('FILE_UNWRITABLE', `cannot write ${file}: ${systemReason(cause)}; ${writingRemedy(cause)}`, {
      cause,
    });
  }
}

/** The remedy for a file that cannot be written. */
export function writingRemedy(cause: unknown): string {
  return /^(ENOSPC|EDQUOT)$/.test(codeOf(cause) ?? '')
    ? 'free space on its disk and start again'
    : 'file and folder must be writable by this user';
}

/** The reason in an error of the system, without its code and path. Other errors keep their message. */
export function systemReason(cause: unknown): string {
  const message = messageOf(cause);
  return /^[A-Z]+: ([^,]+),/.exec(message)?.[1] ?? message;
}
