/**
 * Binds a state to the pseudonym key of its first start. Under another key, every target would take the same persons
 * for new ones. So a new key must be intended.
 * @module
 */
import type { PseudonymScheme } from '../core/crypto/pseudonym.ts';
import type { Log } from '../host/log.ts';
import { PlatformError } from './errors.ts';
import type { PseudonymStore } from './store/platform-store.ts';

/** @param isNew true if the platforms have agreed on another key. @throws PlatformError PLATFORM_PSEUDONYM_KEY. */
export function bindPseudonyms(scheme: PseudonymScheme, kept: PseudonymStore, isNew: boolean, log: Log): void {
  const bound = kept.get();
  if (bound === scheme.fingerprint) return;
  if (bound !== undefined && !isNew) {
    throw new PlatformError(
      'PLATFORM_PSEUDONYM_KEY',
      'this state was started with another pseudonym key: name that key file. If the platforms have agreed on a new key, start once with --new-pseudonym-key',
    );
  }
  kept.put(scheme.fingerprint);
  if (bound === undefined) return;
  log.warn(
    'a new pseudonym key: a person who was released by a random code under the earlier key gets another code only in another epoch',
  );
}
