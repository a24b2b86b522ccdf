/** The SQLite file that coordinator and platform share, and the stores that they make of it. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from '../../host/errors/store-errors.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import type { LedgerEntry, LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import { SqliteDatabase } from '../../host/sqlite.ts';
import type { StoreTerms } from '../../host/sqlite.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';

interface Store {
  readonly ledger: LedgerStore;
  close(): void;
}

const SIDES: readonly {
  readonly name: string;
  readonly open: (file: string) => Store;
}[] = [
  {
    name: 'platform',
    open: (file) => openPlatformStore(file, { federation: 'f', platform: 'a' }),
  },
  {
    name: 'coordinator',
    open: (file) => openCoordinatorStore(file, { federation: 'f', parameters: 3 }),
  },
];

const terms: StoreTerms = {
  process: 'test',
  inUse: ' by another test',
  older: 'begin anew',
  corrupt: 'restore it',
};
const open = (file: string, version = 1): SqliteDatabase =>
  new SqliteDatabase({ file, version, schema: 'CREATE TABLE t (x)', terms });

let folder: string;
let file: string;
const setup = (): void => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-sqlite-'));
  file = join(folder, 'state.db');
};
const teardown = (): void => rmSync(folder, { recursive: true });

for (const side of SIDES) {
  describe(`store file of a ${side.name}`, () => {
    beforeEach(setup);
    afterEach(teardown);

    const coded = (code: string, message: RegExp) => (thrown: unknown) =>
      thrown instanceof StoreError && thrown.code === code && message.test(thrown.message);

    it('is readable to its owner alone, and so is everything beside it, whatever the umask', () => {
      const before = process.umask(0);
      try {
        const store = side.open(file);
        store.ledger.append({ sequence: 0 } as LedgerEntry);
        const names = readdirSync(folder);
        assert.ok(names.includes('state.db-wal'), names.join(' '));
        for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
        store.close();
        assert.deepEqual(readdirSync(folder), ['state.db']);
        assert.equal(statSync(file).mode & 0o777, 0o600);
      } finally {
        process.umask(before);
      }
    });

    it('that cannot be used is refused with cause and remedy', () => {
      open(file, 7).close();
      assert.throws(
        () => side.open(file),
        coded('STORE_VERSION', /has layout 7, this program knows \d+: use the program/),
      );
      open(join(folder, 'old.db'), 1).close();
      const why =
        /has layout 1, this program knows \d+: .*records less than is needed.*spent.*; .*begin one with another name/;
      assert.throws(() => side.open(join(folder, 'old.db')), coded('STORE_VERSION', why));
      const held = side.open(join(folder, 'held.db'));
      assert.throws(() => side.open(join(folder, 'held.db')), coded('STORE_LOCKED', /held\.db is in use.*: .*stop/));
      held.close();
      const none = join(folder, 'none', 'state.db');
      assert.throws(() => side.open(none), coded('STORE_UNWRITABLE', /: no such file or directory; .*writable/));
      assert.throws(() => side.open(folder), coded('STORE_UNWRITABLE', /cannot be opened; .*writable/));
      writeFileSync(join(folder, 'no.db'), 'not a database '.repeat(200));
      const damaged = /file is not a database; .*restore it/;
      assert.throws(() => side.open(join(folder, 'no.db')), coded('STORE_CORRUPT', damaged));
    });

    it('in a folder that this user may not write is refused with cause and remedy', function () {
      const isRoot = process.getuid?.() === 0;
      side.open(file).close();
      // Root may write everywhere, so this runs as user nobody.
      const NOBODY = 65_534;
      if (isRoot) for (const path of [folder, file]) chownSync(path, NOBODY, NOBODY);
      chmodSync(folder, 0o555);
      if (isRoot) process.seteuid?.(NOBODY);
      try {
        const refused = coded(
          'STORE_UNWRITABLE',
          /state\.db: .*readonly.*; file and folder must be writable by this user/,
        );
        assert.throws(() => {
          const store = side.open(file);
          store.ledger.append({ sequence: 0 } as LedgerEntry);
        }, refused);
      } finally {
        if (isRoot) process.seteuid?.(0);
        chmodSync(folder, 0o700);
      }
    });

    it('takes ledger entries in order, and no gap', () => {
      const store = side.open(file);
      const { ledger } = store;
      ledger.append({ sequence: 0 } as LedgerEntry);
      assert.throws(() => ledger.append({ sequence: 2 } as LedgerEntry), { code: 'PRIVACY_LEDGER_BROKEN' });
      ledger.append({ sequence: 1 } as LedgerEntry);
      assert.deepEqual(ledger.entries(), [{ sequence: 0 }, { sequence: 1 }]);
      store.close();
    });
  });
}

describe('SqliteDatabase', () => {
  beforeEach(setup);
  afterEach(teardown);

  it('loses nothing when it is full: the whole transaction is refused, and what was there stays', () => {
    const database = open(file);
    const insert = (bytes: number): number => database.run('INSERT INTO t VALUES (:x)', { x: new Uint8Array(bytes) });
    insert(10);
    database.get('PRAGMA max_page_count = 20');
    assert.throws(
      () =>
        database.transaction(() => {
          insert(10);
          insert(200_000);
        }),
      { code: 'STORE_FULL', message: /free space/ },
    );
    assert.equal(database.all('SELECT x FROM t').length, 1);
    insert(10);
    assert.equal(database.all('SELECT x FROM t').length, 2);
    database.close();
  });

  it('reads columns by type, and says which one holds another', () => {
    const database = open(file);
    database.run("INSERT INTO t VALUES ('one'), (2), (:bytes), (NULL)", { bytes: Uint8Array.of(3, 4) });
    const [text, integer, bytes, none] = database.all('SELECT x FROM t ORDER BY rowid');
    assert.equal(text.text('x'), 'one');
    assert.equal(integer.integer('x'), 2);
    assert.deepEqual([...bytes.bytes('x')], [3, 4]);
    assert.equal(bytes.bytes('x').byteOffset, 0);
    assert.ok(none.isNull('x') && !text.isNull('x'));
    for (const wrong of [() => none.text('x'), () => text.integer('x'), () => integer.bytes('x')]) {
      assert.throws(wrong, { code: 'STORE_CORRUPT', message: /column x holds (null|string|number)/ });
    }
    database.close();
  });

  it('says that it is closed', () => {
    const database = open(file);
    database.close();
    database.close();
    assert.throws(() => database.get('SELECT 1'), { code: 'STORE_CLOSED', message: /the test is stopping/ });
  });
});
