import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConsents } from '../../client/consents.ts';
import { openStateDirectory } from '../../client/state-directory.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { whenFree } from '../../client/store/when-free.ts';
import { PlatformError } from '../../client/errors.ts';
import { StoreError } from '../../host/errors/store-errors.ts';

const ALL = { persons: ['p'], terms: { target: 'books', epoch: 1, expires: 4e9 }, dryRun: false, acceptUnknown: false };

describe('a state that another process holds', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'isthmus-free-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is waited for', async () => {
    const { storeFile } = openStateDirectory(folder);
    const held = openSqliteStore(storeFile);
    setTimeout(() => held.close(), 300);
    const store = await whenFree(() => openSqliteStore(storeFile));
    store.close();
  });

  it('is given up after a time, with what is in the way', async () => {
    const { storeFile } = openStateDirectory(folder);
    const held = openSqliteStore(storeFile);
    const open = whenFree(() => openSqliteStore(storeFile), 200);
    await assert.rejects(open, (error) => error instanceof StoreError && error.code === 'STORE_LOCKED');
    held.close();
  });

  it('is written through the agent that has it, once that answers', async () => {
    const state = openStateDirectory(folder);
    const held = openSqliteStore(state.storeFile);
    setTimeout(() => state.announce({ url: 'http://127.0.0.1:9', pid: process.pid }), 300);
    const consents = await openConsents(folder);
    await assert.rejects(consents.add(ALL), (error) => error instanceof PlatformError && /:9/.test(error.message));
    held.close();
  });

  it('fails at once for any other reason', async () => {
    let tries = 0;
    const open = (): never => {
      tries += 1;
      throw new StoreError('STORE_CORRUPT', 'damaged');
    };
    await assert.rejects(
      whenFree(open),
      (error) => error instanceof StoreError && error.code === 'STORE_CORRUPT' && tries === 1,
    );
  });
});
