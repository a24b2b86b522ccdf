import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '../../client/store/memory.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { openSqliteStore } from '../../client/store/sqlite.ts';
import { platformStoreCompliance } from '../../compliance/platform-store.ts';

const owner = { federation: 'f', platform: 'a' };
const coded = (code: string) => (error: unknown) => error instanceof StoreError && error.code === code;

describe('PlatformStore in memory', () => {
  platformStoreCompliance(() => ({ open: createMemoryStore, teardown: () => undefined }));
});

describe('PlatformStore in SQLite', () => {
  let directory: string;
  let file: string;
  const setup = (): void => {
    directory = mkdtempSync(join(tmpdir(), 'isthmus-store-'));
    file = join(directory, 'state.db');
  };
  const teardown = (): void => rmSync(directory, { recursive: true });

  platformStoreCompliance(() => {
    setup();
    const mine = directory;
    return {
      open: () => openSqliteStore(file, owner),
      reopen: () => openSqliteStore(file, owner),
      teardown: () => rmSync(mine, { recursive: true }),
    };
  });

  describe('file', () => {
    beforeEach(setup);
    afterEach(teardown);

    it('is held by one agent alone, also against another process, until it is closed', () => {
      const store = openSqliteStore(file, owner);
      assert.throws(() => openSqliteStore(file, owner), coded('STORE_LOCKED'));
      assert.match(fromOtherProcess(file), /^STORE_LOCKED: .* in use by another process: stop it/);
      store.close();
      assert.equal(fromOtherProcess(file), 'opened');
    });

    it('belongs to one platform of one federation', () => {
      openSqliteStore(file, owner).close();
      assert.throws(() => openSqliteStore(file, { ...owner, platform: 'b' }), coded('STORE_FOREIGN'));
      assert.throws(() => openSqliteStore(file, { ...owner, federation: 'g' }), coded('STORE_FOREIGN'));
      openSqliteStore(file).close();
    });

    it('holds no copy of a letter key that was forgotten, in the file or beside it', () => {
      const store = openSqliteStore(file, owner);
      const secretKey = Buffer.from('a secret that must be gone after'.slice(0, 32));
      const publicKey = new Uint8Array(32).fill(1);
      const copies = (): number =>
        readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(secretKey)).length;
      store.letterKeys.add({ peer: 'b', publicKey, secretKey, until: 1, serial: 1 });
      store.letterKeys.add({
        peer: 'b',
        publicKey: new Uint8Array(32).fill(2),
        secretKey: publicKey,
        until: 1,
        serial: 2,
      });
      assert.equal(copies(), 1, 'the search finds what is there');
      store.letterKeys.forget([publicKey]);
      assert.equal(copies(), 0);
      store.close();
      assert.equal(copies(), 0);
    });

    it('says what is wrong with a file it cannot use', () => {
      writeFileSync(file, 'not a database '.repeat(200));
      assert.throws(() => openSqliteStore(file, owner), coded('STORE_CORRUPT'));
      assert.throws(() => openSqliteStore(join(directory, 'none', 'state.db')), coded('STORE_UNWRITABLE'));
      assert.throws(() => openSqliteStore(directory), coded('STORE_UNWRITABLE'));
    });
  });
});

function fromOtherProcess(file: string): string {
  const script = `
    const { openSqliteStore } = await import(${JSON.stringify(new URL('../../client/store/sqlite.ts', import.meta.url).href)});
    try { openSqliteStore(${JSON.stringify(file)}).close(); console.log('opened'); }
    catch (error) { console.log(error.code + ': ' + error.message); }`;
  const run = ['--import=tsx', '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, run, { encoding: 'utf8' }).trim();
}
