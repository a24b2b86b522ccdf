/** Interactions from a running PostgreSQL: `npm run test:services`. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';

/** More than two batches of the cursor. */
const ROWS = 2500;
const QUERY = `-- connection: ISTHMUS_TEST_SHOP
SELECT customer AS person, product AS item, stars AS rating, bought_at AS time
FROM purchases ORDER BY number`;

describe('a query of PostgreSQL', () => {
  let server: PostgresServer;
  let folder: string;
  const zone = process.env['TZ'];
  before(async () => {
    // A time without a zone must not be read in this machine's zone.
    process.env['TZ'] = 'America/New_York';
    server = await startPostgres();
    const sql = postgres(server.address, { max: 1, onnotice: () => undefined });
    await sql.unsafe(`CREATE TABLE purchases (number serial, customer bigint, product text, stars numeric, bought_at timestamp, paid_at timestamptz);
      INSERT INTO purchases (customer, product, stars, bought_at, paid_at)
        SELECT 9007199254740993 + n % 500, 'item' || n / 500, 4 + n % 2, timestamp '2023-11-14 22:13:20' + n * interval '1 s',
          timestamptz '2023-11-14 22:13:20+00' + n * interval '1 s'
        FROM generate_series(0, ${ROWS - 1}) AS n;
      INSERT INTO purchases (customer, product, stars) VALUES (NULL, 'item0', 5), (1, 'item0', NULL)`);
    await sql.end();
  });
  after(async () => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    await server.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-query-'));
    process.env['ISTHMUS_TEST_SHOP'] = server.address;
  });
  afterEach(async () => {
    delete process.env['ISTHMUS_TEST_SHOP'];
    await rm(folder, { recursive: true });
  });

  const put = async (content: string): Promise<string> => {
    const path = join(folder, 'shop.sql');
    await writeFile(path, content);
    return path;
  };

  for (const column of ['bought_at', 'paid_at']) {
    it(`streams all rows, with every digit of an id and times in UTC: ${column}`, async () => {
      const path = await put(QUERY.replace('bought_at', column));
      const inspected = await inspectSource(path);
      const { domain, rows, badRows } = inspected.report;
      assert.equal(rows, ROWS + 2);
      assert.deepEqual(badRows, [{ line: ROWS + 1, reason: 'the person is empty' }]);
      assert.equal(domain.persons[0], '9007199254740993');
      assert.equal(domain.persons[1], '9007199254740994');
      assert.deepEqual(domain.catalogue, ['item0', 'item1', 'item2', 'item3', 'item4']);
      assert.equal(domain.timestamps?.[0], Date.UTC(2023, 10, 14, 22, 13, 20) / 1000);
      assert.deepEqual(domain.ratings?.subarray(0, 2), Float32Array.of(4, 4));
      await writeReading(inspected, readingPathOf(path));
      const again = await openByReadingBeside(path, { name: 'shop' });
      assert.deepEqual(again.domain.items, domain.items);
    });
  }

  it('stops in the middle when told to', async () => {
    const path = await put(`-- connection: ISTHMUS_TEST_SHOP
SELECT n AS person, n AS item FROM generate_series(1, 200000) AS n`);
    const reason = new Error('stop');
    let rows = 0;
    const stop = new AbortController();
    const onProgress = (read: number): void => {
      rows = read;
      stop.abort(reason);
    };
    const told = inspectSource(path, {}, { signal: stop.signal, onProgress });
    await assert.rejects(told, reason);
    assert.ok(rows < 100_000, `${rows} rows were read`);
  });

  it('cannot write by a function either, whatever its address asks for', async () => {
    const sql = postgres(server.address, { max: 1, onnotice: () => undefined });
    await sql.unsafe(`CREATE TABLE written (n int);
      CREATE FUNCTION write() RETURNS int VOLATILE LANGUAGE sql AS 'INSERT INTO written VALUES (1) RETURNING n'`);
    process.env['ISTHMUS_TEST_SHOP'] = `${server.address}?default_transaction_read_only=off`;
    const path = await put('-- connection: ISTHMUS_TEST_SHOP\nSELECT write() AS person, 1 AS item');
    await assert.rejects(inspectSource(path), { code: 'DATA_UNREADABLE', message: /in a read-only transaction/ });
    assert.deepEqual([...(await sql.unsafe('SELECT count(*)::int AS n FROM written'))], [{ n: 0 }]);
    await sql.end();
  });

  for (const [what, query, message] of [
    [
      'cannot write',
      QUERY.replace(
        /SELECT[^]*/,
        'WITH a AS (DELETE FROM purchases RETURNING *) SELECT customer AS person, product AS item FROM a',
      ),
      /in a read-only transaction/,
    ],
    ['names a table that is not there', QUERY.replace('purchases', 'absent'), /relation "absent" does not exist/],
    ['fails in a row', QUERY.replace('stars AS rating', '1 / (number - 1200) AS rating'), /division by zero/],
  ] as const) {
    it(`is refused by its cause if it ${what}`, async () => {
      await assert.rejects(inspectSource(await put(query)), { code: 'DATA_UNREADABLE', message });
    });
  }

  it('is refused with a remedy if nobody listens, and the password is not said', async () => {
    process.env['ISTHMUS_TEST_SHOP'] = 'postgres://isthmus:secret@127.0.0.1:1/postgres';
    await assert.rejects(inspectSource(await put(QUERY)), (error: Error) => {
      assert.match(error.message, /ISTHMUS_TEST_SHOP does not answer the query: .*ECONNREFUSED.*; correct the address/);
      return !error.message.includes('secret');
    });
  });
});
