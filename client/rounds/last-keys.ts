/**
 * The check that a platform's state is its latest one. The coordinator sends the last keys that it holds in the
 * platform's name; a state that does not know them is an old copy.
 * @module
 */
import { keysToSign } from '../../core/secagg/parameters.ts';
import type { LastKeysBody } from '../../core/wire/body.ts';
import type { Context } from '../context.ts';
import { PlatformError } from '../errors.ts';
import type { PlatformStore } from '../store/platform-store.ts';

/** @throws PlatformError PLATFORM_STATE_OLD if this platform signed the keys and its store does not know them. */
export function checkLastKeys(
  { round, attempt, parametersHash, keys }: LastKeysBody,
  { identity, engine, log }: Context<'identity' | 'engine' | 'log'>,
  { sessions }: Pick<PlatformStore, 'sessions'>,
): void {
  const signed = keysToSign(parametersHash, keys.platform, keys);
  if (!engine.verify(signed, keys.signature, identity.identity.publicKey)) {
    const fields = { round, attempt };
    log.warn('the coordinator sent keys in the name of this platform that this platform has not signed', fields);
    return;
  }
  if (sessions.knows(keys)) return;
  throw new PlatformError(
    'PLATFORM_STATE_OLD',
    `this platform signed keys for round ${round}, attempt ${attempt}, and its state does not know them: the state was restored from an older copy, which has no record of later releases. ` +
      'With it the platform takes no part in rounds and sends no letters. Restore the latest state, or leave the federation and join again, with a new identity, by a new version of the manifest',
  );
}
