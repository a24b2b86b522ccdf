/**
 * A platform's state that is bound by what the platform signs about a version of the manifest. The record is durable
 * before the signature exists, so that a crash leaves a state that is bound by a signature that nobody has.
 * @module
 */
import type { Manifest } from '../core/federation/manifest.ts';
import { recordLeft, recordSigned } from '../core/federation/versions.ts';
import { Accounts } from '../core/privacy/ledger/accounts.ts';
import type { AttemptCounts } from '../core/privacy/ledger/accounts.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import { agentAnswers, openStateDirectory } from './state-directory.ts';
import type { PlatformStore } from './store/platform-store.ts';
import { storeEngineOf } from './store/registry.ts';
import { whenFree } from './store/when-free.ts';

/**
 * Binds the state to a version that the platform accepts. The same version may be signed again, as after a crash before
 * the signature was written.
 * @param directory of the platform's state; made where it is missing, for a platform that joins.
 * @throws FederationError VERSION_*; PlatformError STATE_UNUSABLE; StoreError STORE_LOCKED while an agent runs on it.
 */
export async function signInState(directory: string, manifest: Manifest, platform: string): Promise<void> {
  const remedy =
    'stop it, accept, and start it again with the manifest that it ran by. That one stays in force until all members have signed';
  await inState(directory, { manifest, platform, remedy }, ({ ledger, versions }) => {
    const charged = Accounts.of(ledger.entries());
    recordSigned(manifest, versions, platform, (version) => charged.of(version).attempts);
  });
}

/**
 * Binds the state to a farewell: nothing of this version or of an earlier one runs with it any more.
 * @returns the counts of its charges at rounds of this version, which stay as they are.
 * @throws FederationError VERSION_*; PlatformError STATE_UNUSABLE; StoreError STORE_LOCKED while an agent runs on it.
 */
export async function leaveInState(directory: string, manifest: Manifest, platform: string): Promise<AttemptCounts> {
  const remedy = 'stop it for good, and say farewell';
  return inState(directory, { manifest, platform, remedy }, ({ ledger, versions }) => {
    recordLeft(manifest, versions, platform);
    return Accounts.of(ledger.entries()).of(manifest.version);
  });
}

async function inState<Result>(
  directory: string,
  { manifest, platform, remedy }: { readonly manifest: Manifest; readonly platform: string; readonly remedy: string },
  work: (store: PlatformStore) => Result,
): Promise<Result> {
  const { storeFile } = openStateDirectory(directory);
  const { federation } = manifest;
  const open = (): PlatformStore => {
    try {
      return storeEngineOf(directory, storeFile).open(storeFile, { federation, platform });
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'STORE_LOCKED' && agentAnswers(directory))) throw error;
      throw new StoreError('STORE_LOCKED', `an agent runs on ${directory}: ${remedy}. Nothing was signed`, {
        cause: error,
      });
    }
  };
  const store = await whenFree(open);
  try {
    return work(store);
  } finally {
    store.close();
  }
}
