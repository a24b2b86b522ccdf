import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { z } from 'zod';
import { inspectSources } from '../../cli/commands/data.ts';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { parseQueryFile } from '../../core/data/query-file.ts';
import { readingText } from '../../core/data/reading-text.ts';

const QUERY = `-- connection: ISTHMUS_TEST_SHOP
-- The last year.
SELECT customer AS person, product AS item, stars AS rating, bought_at AS time
FROM purchases;
`;

describe('a query as a source', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-sql-'));
    process.env['ISTHMUS_TEST_SHOP'] = `sqlite:${join(folder, 'shop.db')}`;
    const database = new Database(join(folder, 'shop.db'));
    database.exec(`CREATE TABLE purchases (customer INTEGER, product TEXT, stars REAL, bought_at INTEGER);
      INSERT INTO purchases VALUES (9007199254740993, 'x', 5, 1700000000), (9007199254740992, 'y', 4, 1700000001),
        (7, 'y', 1, 1700000002), (8, NULL, 5, 1700000003)`);
    database.close();
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

  it('is read by the reading that it wrote, with every digit of an id, and bad rows by their number', async () => {
    const path = await put(QUERY);
    const inspected = await inspectSource(path);
    const { reading, report } = inspected;
    assert.match(readingText(reading), /a query of the database that ISTHMUS_TEST_SHOP names; person column "person"/);
    assert.deepEqual(report.domain.persons, ['9007199254740993', '9007199254740992']);
    assert.deepEqual(report.badRows, [{ line: 4, reason: 'the item is empty' }]);
    assert.equal(report.disliked, 1);
    await writeReading(inspected, readingPathOf(path));
    const written = await readFile(readingPathOf(path), 'utf8');
    assert.match(written, /connection: ISTHMUS_TEST_SHOP/);
    assert.ok(!written.includes('shop.db'), 'the address stands in no file');
    const again = await openByReadingBeside(path, { name: 'shop' });
    assert.deepEqual(again.domain.items, report.domain.items);
  });

  it('is in the document of the inspection as its schema describes it', async () => {
    const schema = JSON.parse(await readFile('docs/schemas/data-inspect.json', 'utf8')) as Parameters<
      typeof z.fromJSONSchema
    >[0];
    const document = await inspectSources([await put(QUERY)], { dryRun: true });
    z.fromJSONSchema(schema).parse(JSON.parse(JSON.stringify(document)));
    assert.equal(document.sources[0].reading.format, 'sql');
  });

  it('is refused once it is another query', async () => {
    const path = await put(QUERY);
    await writeReading(await inspectSource(path), readingPathOf(path));
    await put(QUERY.replace(';', ' WHERE stars > 4;'));
    await assert.rejects(openByReadingBeside(path, { name: 'shop' }), {
      code: 'DATA_HEADER',
      message: /shop\.sql: its query is not the one that was inspected/,
    });
  });

  it('cannot write', async () => {
    const path = await put(
      QUERY.replace(
        /SELECT[^]*/,
        'WITH a AS (SELECT 1) DELETE FROM purchases RETURNING customer AS person, product AS item',
      ),
    );
    await assert.rejects(inspectSource(path), { code: 'DATA_UNREADABLE', message: /readonly/ });
    const database = new Database(join(folder, 'shop.db'));
    assert.deepEqual(database.prepare('SELECT count(*) FROM purchases').raw().get(), [4]);
    database.close();
  });

  it('cannot reach files outside the database', async () => {
    const out = join(folder, 'out');
    const path = await put(QUERY.replace('customer AS', `"writefile"('${out}', 'x') AS`));
    await assert.rejects(inspectSource(path), { code: 'DATA_UNREADABLE', message: /files outside the database/ });
    await assert.rejects(readFile(out), { code: 'ENOENT' });
  });

  it('does not take one of two columns of the same name for the person', async () => {
    const path = await put(QUERY.replace('stars AS rating', 'stars AS person'));
    await assert.rejects(inspectSource(path), {
      code: 'DATA_HEADER',
      message: /two columns have the name "person" .*rename one of them/,
    });
  });

  it('does not show an address that is none of a file', async () => {
    process.env['ISTHMUS_TEST_SHOP'] = 'sqlite:libsql://host?authToken=secret';
    await assert.rejects(inspectSource(await put(QUERY)), ({ message }: Error) => !/secret|host/.test(message));
  });

  it('lets other work go on while it is read', async () => {
    const path = await put(
      '-- connection: ISTHMUS_TEST_SHOP\nSELECT value AS person, 1 AS item FROM generate_series(1, 50000)',
    );
    const signal = AbortSignal.timeout(1);
    await assert.rejects(inspectSource(path, {}, { signal }), { name: 'TimeoutError' });
  });

  for (const [what, change, address, code, message] of [
    [
      'an address that is not set',
      QUERY,
      undefined,
      'DATA_OPTION',
      /ISTHMUS_TEST_SHOP is not set: set it to postgres:/,
    ],
    [
      'an address of another kind',
      QUERY,
      'mysql://host/db',
      'DATA_OPTION',
      /neither a postgres: nor a sqlite: address/,
    ],
    [
      'a file that is not there',
      QUERY,
      'sqlite:/nowhere/shop.db',
      'DATA_UNREADABLE',
      /ISTHMUS_TEST_SHOP does not answer/,
    ],
    [
      'a query that the database refuses',
      QUERY.replace('purchases', 'absent'),
      'same',
      'DATA_UNREADABLE',
      /no such table: absent/,
    ],
    [
      'columns of other names',
      QUERY.replace('AS person', ''),
      'same',
      'DATA_HEADER',
      /no column for the person among "customer", "item"/,
    ],
  ] as const) {
    it(`names the cause: ${what}`, async () => {
      if (address === undefined) delete process.env['ISTHMUS_TEST_SHOP'];
      else if (address !== 'same') process.env['ISTHMUS_TEST_SHOP'] = address;
      await assert.rejects(inspectSource(await put(change)), { code, message });
    });
  }

  it('is checked by line', () => {
    assert.deepEqual(parseQueryFile('-- connection: DB\n\nwith a as (select 1)\nselect * from a ;\n'), {
      connection: 'DB',
      query: 'with a as (select 1)\nselect * from a ',
    });
    assert.throws(() => parseQueryFile('SELECT 1'), { code: 'DATA_HEADER', message: /line 1 names no connection/ });
    assert.throws(() => parseQueryFile('-- connection: DB\n-- nothing\n'), {
      message: /there is no query after line 1/,
    });
    assert.throws(() => parseQueryFile('-- connection: DB\n-- so\nDELETE FROM a'), {
      message: /line 3: the query does not begin/,
    });
    for (const second of ['\nDELETE FROM a', ' DELETE FROM a', " /* ' */ DELETE FROM a"]) {
      assert.throws(() => parseQueryFile(`-- connection: DB\n\nSELECT 1;${second}`), {
        message: /line [34] begins a second/,
      });
    }
    const quiet = `SELECT ';' AS a, -- it's one;\n "b;c" FROM d /* ; */;\n-- the end`;
    assert.equal(parseQueryFile(`-- connection: DB\n${quiet}`).query, quiet);
  });
});
