/** Requirements for every VersionStore. */
import assert from 'node:assert/strict';
import type { VersionRecord, VersionStore } from '../core/federation/versions.ts';

export interface VersionStoreSetup {
  readonly open: () => VersionStore;
  /** The store as a new process would find it; undefined if its state ends with the process. */
  readonly reopen?: () => VersionStore;
  readonly close: () => void;
}

/** Declares the suite under mocha. @param side the store's owner in the tests' names. @param setup called in each test. */
export function versionStoreCompliance(side: string, setup: () => VersionStoreSetup): void {
  it(`keeps the versions of the ${side} in order, all of a call or none`, () => {
    const { open, reopen, close } = setup();
    try {
      let versions = open();
      assert.deepEqual(versions.all(), []);
      const record = (version: number, standing: VersionRecord['standing']): VersionRecord => ({
        version,
        hash: `${version}`.repeat(64),
        standing,
        attemptsBefore: version - 1,
      });
      const records = [record(1, 'known'), record(2, 'signed'), record(2, 'in-force')];
      versions.append(records.slice(0, 2));
      versions.append([]);
      versions.append(records.slice(2));
      if (reopen !== undefined) versions = reopen();
      assert.deepEqual(versions.all(), records);
    } finally {
      close();
    }
  });
}
