/**
 * The pseudonym seam: under which name two platforms speak of the same person.
 * @module
 */
import { createHmac } from 'node:crypto';

/** Maps a platform's own person ids to pseudonyms that are equal across platforms for the same id. */
export interface PseudonymScheme {
  readonly name: string;
  /** One pseudonym an id, in the same order. Asynchronous because a scheme may have to ask others. */
  pseudonyms(personIds: readonly string[]): Promise<readonly string[]>;
}

/** Fewest bytes of a shared pseudonym key. */
export const PSEUDONYM_KEY_BYTES = 32;

/**
 * HMAC-SHA256 of the id under a key that all platforms share, cut to 128 bits (RFC 2104, section 5). Unsafe by name:
 * whoever holds the key can compute everybody's pseudonym from a list of ids, offline.
 * @throws RangeError for a short key.
 */
export function unsafeSharedKeyPseudonyms(key: Uint8Array): PseudonymScheme {
  if (key.length < PSEUDONYM_KEY_BYTES) {
    throw new RangeError(`a pseudonym key of ${key.length} bytes is too short: at least ${PSEUDONYM_KEY_BYTES}`);
  }
  const secret = new Uint8Array(key);
  const pseudonym = (personId: string): string =>
    createHmac('sha256', secret).update('isthmus pseudonym 1\n').update(personId).digest().toString('base64url', 0, 16);
  return {
    name: 'unsafe-shared-key-hmac',
    pseudonyms: (personIds) => Promise.resolve(personIds.map(pseudonym)),
  };
}
