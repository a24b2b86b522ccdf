/**
 * A platform that signs a version of the manifest: its state is bound by it before the signature exists.
 * @module
 */
import type { Manifest } from '../core/federation/manifest.ts';
import { recordSigned } from '../core/federation/versions.ts';
import { Accounts } from '../core/privacy/ledger/accounts.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import { agentAnswers, openStateDirectory } from './state-directory.ts';
import type { PlatformStore } from './store/platform-store.ts';
import { openSqliteStore } from './store/sqlite.ts';
import { whenFree } from './store/when-free.ts';

/**
 * Durable when it resolves. The same version may be signed again, as after a crash before the signature was written.
 * @param directory of the platform's state; made where it is missing, for a platform that joins.
 * @throws FederationError VERSION_*; PlatformError STATE_UNUSABLE; StoreError STORE_LOCKED while an agent runs on it.
 */
export async function signInState(directory: string, manifest: Manifest, platform: string): Promise<void> {
  const { storeFile } = openStateDirectory(directory);
  const { federation } = manifest;
  const open = (): PlatformStore => {
    try {
      return openSqliteStore(storeFile, { federation, platform });
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'STORE_LOCKED' && agentAnswers(directory))) throw error;
      throw new StoreError(
        'STORE_LOCKED',
        `an agent runs on ${directory}: stop it, accept, and start it again with the manifest that it ran by. That one stays in force until all members have signed. Nothing was signed`,
        { cause: error },
      );
    }
  };
  const store = await whenFree(open);
  try {
    const charged = Accounts.of(store.ledger.entries());
    recordSigned(manifest, store.versions, platform, (version) => charged.of(version).attempts);
  } finally {
    store.close();
  }
}
