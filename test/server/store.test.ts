import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStore } from '../../server/store/memory.ts';
import { openSqliteStore } from '../../server/store/sqlite.ts';
import { coordinatorStoreCompliance } from '../../compliance/coordinator-store.ts';

const owner = { federation: 'f', parameters: 3 };

coordinatorStoreCompliance('memory', () => ({ open: memoryStore, teardown: () => undefined }));

coordinatorStoreCompliance('sqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-store-'));
  const open = () => openSqliteStore(join(folder, 'coordinator.db'), owner);
  return { open, reopen: open, teardown: () => rmSync(folder, { recursive: true }) };
});

describe('coordinator store file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'isthmus-store-'));
    file = join(folder, 'coordinator.db');
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true });
  });

  it('is held by one coordinator at a time', () => {
    const first = openSqliteStore(file, owner);
    assert.throws(() => openSqliteStore(file, owner), { code: 'STORE_LOCKED', message: /another coordinator/ });
    first.close();
    openSqliteStore(file, owner).close();
  });

  it('of another federation or plan is refused and left alone', () => {
    openSqliteStore(file, owner).close();
    assert.throws(() => openSqliteStore(file, { ...owner, federation: 'g' }), {
      code: 'STORE_FOREIGN',
      message: /"f"/,
    });
    assert.throws(() => openSqliteStore(file, { ...owner, parameters: 4 }), { code: 'STORE_FOREIGN', message: /3.*4/ });
    openSqliteStore(file, owner).close();
  });

  it('that is no store is refused', () => {
    writeFileSync(file, 'x'.repeat(5000));
    assert.throws(() => openSqliteStore(file, owner), { code: 'STORE_CORRUPT' });
  });

  it('that cannot be made is told with the remedy', () => {
    assert.throws(() => openSqliteStore(join(folder, 'missing', 'coordinator.db'), owner), {
      code: 'STORE_UNWRITABLE',
      message: /writable/,
    });
    assert.throws(() => openSqliteStore(folder, owner), { code: 'STORE_UNWRITABLE' });
  });
});
