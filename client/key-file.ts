/**
 * Files that hold secrets: written readable to their owner alone, never over an older one.
 * @module
 */
import { closeSync, fchmodSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { FederationError } from '../core/federation/errors.ts';
import { formatIdentity, parseIdentity } from '../core/federation/identity.ts';
import type { Identity } from '../core/federation/identity.ts';
import { PSEUDONYM_KEY_BYTES } from '../core/crypto/pseudonym.ts';
import { PlatformError } from './errors.ts';
import type { Log } from '../host/log.ts';

/** @throws FederationError IDENTITY_UNREADABLE, IDENTITY_INVALID. */
export function readIdentity(file: string, log: Log): Identity {
  return parseIdentity(readSecret(file, 'IDENTITY_UNREADABLE', log), file);
}

/** @throws FederationError IDENTITY_EXISTS, IDENTITY_UNWRITABLE. */
export function writeIdentity(file: string, identity: Identity): void {
  writeSecret(file, formatIdentity(identity));
}

/** A key file of at least 32 bytes in base64. @throws PlatformError PLATFORM_PSEUDONYM_KEY. */
export function readPseudonymKey(file: string, log: Log): Uint8Array {
  let key: Buffer;
  try {
    key = Buffer.from(readSecret(file, 'IDENTITY_UNREADABLE', log).trim(), 'base64');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PlatformError('PLATFORM_PSEUDONYM_KEY', `pseudonym key: ${why}`, { cause });
  }
  if (key.length < PSEUDONYM_KEY_BYTES) {
    throw new PlatformError(
      'PLATFORM_PSEUDONYM_KEY',
      `${file} holds ${key.length} bytes of base64, a pseudonym key has at least ${PSEUDONYM_KEY_BYTES}: make one with "openssl rand -base64 32"`,
    );
  }
  return new Uint8Array(key);
}

export function writePseudonymKey(file: string, key: Uint8Array): void {
  writeSecret(file, `${Buffer.from(key).toString('base64')}\n`);
}

function readSecret(file: string, code: string, log: Log): string {
  try {
    const others = statSync(file).mode & 0o077;
    if (others !== 0) log.warn(`${file} can be read or changed by other users: chmod 600 it`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const remedy = 'name a key file that "isthmus init" made, and that this user may read';
    throw new FederationError(code, `cannot read ${file}: ${systemReason(cause)}; ${remedy}`, { cause });
  }
}

/** Whole or not at all, unless the process is killed. */
function writeSecret(file: string, text: string): void {
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

/** The system's reason without its code and path. */
export function systemReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z]+: ([^,]+),/.exec(message)?.[1] ?? message;
}
