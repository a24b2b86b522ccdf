/**
 * The key file with which all platforms of a federation compute the same pseudonyms.
 * @module
 */
import { messageOf } from '../core/errors/coded-error.ts';
import { PSEUDONYM_KEY_BYTES } from '../core/crypto/pseudonym.ts';
import { PlatformError } from './errors.ts';
import { readSecret, writeSecret } from '../host/files.ts';
import type { Log } from '../host/log.ts';

const REMEDY = 'name a key file that "isthmus init" made, and that this user may read';

/** Reads a key file of at least 32 bytes in base64. @throws PlatformError PLATFORM_PSEUDONYM_KEY. */
export function readPseudonymKey(file: string, log: Log): Uint8Array {
  let key: Buffer;
  try {
    key = Buffer.from(readSecret(file, REMEDY, log).trim(), 'base64');
  } catch (cause) {
    throw new PlatformError('PLATFORM_PSEUDONYM_KEY', `pseudonym key: ${messageOf(cause)}`, { cause });
  }
  if (key.length < PSEUDONYM_KEY_BYTES) {
    throw new PlatformError(
      'PLATFORM_PSEUDONYM_KEY',
      `${file} holds ${key.length} bytes of base64, a pseudonym key has at least ${PSEUDONYM_KEY_BYTES}: make one with "openssl rand -base64 32"`,
    );
  }
  return new Uint8Array(key);
}

/** Writes the key in base64 to a new file that only its owner can read. */
export function writePseudonymKey(file: string, key: Uint8Array): void {
  writeSecret(file, `${Buffer.from(key).toString('base64')}\n`);
}
