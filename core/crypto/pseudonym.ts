/**
 * Pseudonyms: the names under which two platforms exchange data about the same person.
 * @module
 */
import { createHmac } from 'node:crypto';

/** Maps a platform's own person ids to pseudonyms that are equal across platforms for the same id. */
export interface PseudonymScheme {
  readonly name: string;
  /** Equal for the same scheme under the same key, different otherwise. It reveals nothing about the key. */
  readonly fingerprint: string;
  /** One pseudonym per id, in the same order. Asynchronous, because a scheme may have to ask other parties. */
  pseudonyms(personIds: readonly string[]): Promise<readonly string[]>;
}

/** Fewest bytes of a shared pseudonym key. */
export const PSEUDONYM_KEY_BYTES = 32;

/**
 * HMAC-SHA256 of the id under a key that all platforms share, cut to 128 bits (RFC 2104, section 5). The name says unsafe,
 * because everybody who holds the key can compute pseudonyms offline from a list of ids.
 * @throws RangeError for a key of fewer than 32 bytes.
 */
export function unsafeSharedKeyPseudonyms(key: Uint8Array): PseudonymScheme {
  if (key.length < PSEUDONYM_KEY_BYTES) {
    throw new RangeError(`a pseudonym key of ${key.length} bytes is too short: at least ${PSEUDONYM_KEY_BYTES}`);
  }
  const secret = new Uint8Array(key);
  const name = 'unsafe-shared-key-hmac';
  // The first line separates pseudonyms from the fingerprint: no person id has the fingerprint as its pseudonym.
  const made = (what: string, text: string): string =>
    createHmac('sha256', secret).update(`isthmus ${what} 1\n`).update(text).digest().toString('base64url', 0, 16);
  return {
    name,
    fingerprint: made('pseudonym key', name),
    pseudonyms: (personIds) => Promise.resolve(personIds.map((personId) => made('pseudonym', personId))),
  };
}
