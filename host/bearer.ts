/**
 * The token that opens a process's HTTP service to its operator. It is kept in a file, and compared in constant time.
 * @module
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { codeOf } from '../core/errors/coded-error.ts';
import { HostError } from './errors/host-errors.ts';
import { replaceFile, systemReason, writingRemedy } from './files.ts';
import { systemRandom } from './system.ts';

const TOKEN_BYTES = 32;

/**
 * Reads the token in a file. Makes one if there is no file, or if a full disk left an empty one.
 * @throws HostError TOKEN_UNUSABLE
 */
export function tokenIn(file: string): string {
  try {
    const kept = read(file);
    if (kept !== '') return kept;
    const token = Buffer.from(systemRandom.bytes(TOKEN_BYTES)).toString('base64url');
    replaceFile(file, `${token}\n`);
    return token;
  } catch (error) {
    const cause = error instanceof HostError ? error.cause : error;
    const isFull = codeOf(cause) === 'ENOSPC';
    const remedy = isFull ? writingRemedy(cause) : 'it must be a file that this user may read, or may make';
    throw new HostError('TOKEN_UNUSABLE', `cannot use ${file} for a token: ${systemReason(cause)}; ${remedy}`, {
      cause,
    });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return '';
    throw cause;
  }
}

/** True if the token is the one in the header. @param authorization the HTTP header of that name. */
export function isBearer(authorization: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}
