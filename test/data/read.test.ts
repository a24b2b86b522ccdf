import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openDomain } from '../../client/data/open.ts';
import type { OpenOptions } from '../../client/data/open.ts';
import type { Domain } from '../../core/data/domain.ts';
import { readDelimited } from '../../core/data/delimited.ts';
import { eachLine } from '../../core/data/lines.ts';

const PARQUET = join(import.meta.dirname, 'parquet');

/** person item rating timestamp, a row each, in the order of the domain. */
function rowsOf(domain: Domain): string[] {
  return domain.persons.flatMap((person, p) =>
    Array.from(domain.items.subarray(domain.offsets[p], domain.offsets[p + 1]), (item, i) => {
      const at = domain.offsets[p] + i;
      const [rating, time] = [domain.ratings?.[at] ?? '', domain.timestamps?.[at] ?? ''];
      return [person, domain.catalogue[item], rating, time].join(' ').trim();
    }),
  );
}

describe('opening a source', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-data-'));
  });
  after(() => rm(folder, { recursive: true }));

  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const read = async (name: string, content: string | Uint8Array, options: OpenOptions = {}) =>
    openDomain(await put(name, content), options);

  const THREE = ['a x 4 10', 'a y 5 20', 'b x 1 30'];

  const FORMATS: Record<string, [name: string, content: string]> = {
    'tab-separated': ['d.tsv', 'person\titem\trating\ttimestamp\na\ty\t5\t20\na\tx\t4\t10\nb\tx\t1\t30\n'],
    'tab-separated, other order, Windows line ends, byte order mark, no last line end': [
      'd.tsv',
      '\uFEFFTimestamp\tUser_ID\tnote\tItem ID\trating\r\n20\ta\t"\ty\t5\r\n10\ta\t,\tx\t4\r\n30\tb\t\tx\t1',
    ],
    'comma-separated': ['d.csv', 'rating,item,person,timestamp\n5,y,a,20\n4,"x",a,10\n1,x,b,30\n'],
    'semicolon-separated': ['d.csv', 'person;item;rating;timestamp\na;y;5;20\na;x;4;10\nb;x;1;30\n'],
    'MovieLens ratings.dat': ['ratings.dat', 'a::y::5::20\na::x::4::10\nb::x::1::30\n'],
    'MovieLens ratings.csv': ['ratings.csv', 'userId,movieId,rating,timestamp\na,y,5.0,20\na,x,4.0,10\nb,x,1.0,30\n'],
    'MovieLens u.data': ['u.data', 'a\ty\t5\t20\na\tx\t4\t10\nb\tx\t1\t30\n'],
    'Amazon ratings': ['ratings_Books.csv', 'a,y,5.0,20\na,x,4.0,10\nb,x,1.0,30\n'],
    'Amazon reviews of 2014': [
      'reviews.json',
      [
        { reviewerID: 'a', asin: 'y', reviewText: 'so\nso', overall: 5, unixReviewTime: 20 },
        { reviewerID: 'a', asin: 'x', overall: 4, unixReviewTime: 10 },
        { overall: 1, unixReviewTime: 30, reviewerID: 'b', asin: 'x' },
      ]
        .map((review) => JSON.stringify(review))
        .join('\n'),
    ],
    'dates for times': [
      'd.csv',
      'person,item,rating,date\na,y,5,1970-01-01T00:00:20Z\na,x,4,1970-01-01 00:00:10Z\nb,x,1,1970-01-01T00:00:30Z\n',
    ],
  };
  for (const [title, [name, content]] of Object.entries(FORMATS)) {
    it(`reads ${title}, plain and gzipped`, async () => {
      const plain = await read(name, content);
      assert.deepEqual(rowsOf(plain.domain), THREE);
      assert.deepEqual([plain.rows, plain.bad, plain.repeats], [3, 0, 0]);
      const packed = await read(`${name}.gz`, gzipSync(content));
      assert.deepEqual(packed.domain, plain.domain);
      assert.match(packed.format, /gzipped/);
    });
  }

  it('reads Amazon reviews of 2023: milliseconds, parent_asin', async () => {
    const review = { rating: 3, asin: 'variant', parent_asin: 'x', user_id: 'a', timestamp: 1588687728923 };
    const { domain } = await read('reviews.jsonl', JSON.stringify(review));
    assert.deepEqual(rowsOf(domain), ['a x 3 1588687728.923']);
  });

  it('reads Amazon ratings of 2018, item first', async () => {
    const { domain } = await read('ratings.csv', '0001713353,A1C6M8LCIX4M6M,5.0,1123804800\n');
    assert.deepEqual(rowsOf(domain), ['A1C6M8LCIX4M6M 0001713353 5 1123804800']);
  });

  for (const codec of ['snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'none']) {
    it(`reads Parquet, ${codec}, over several row groups`, async () => {
      const { domain, rows, repeats } = await openDomain(join(PARQUET, `${codec}.parquet`));
      // 50 rows of persons i % 7 and items 3i % 11: all different pairs. pyarrow wrote them.
      assert.deepEqual([rows, repeats, domain.persons.length, domain.catalogue.length], [50, 0, 7, 11]);
      assert.equal(rowsOf(domain)[0], '0 0 1 1000000000');
      assert.equal(rowsOf(domain).at(-1), `6 ${(48 * 3) % 11} ${1 + (48 % 5)} 1000000048`);
    });
  }

  it('reads Parquet with texts, dates, nulls and NaN', async () => {
    const path = join(PARQUET, 'strings.parquet');
    const report = await openDomain(path, { maxBadShare: 0.5 });
    assert.deepEqual(rowsOf(report.domain), [
      `a i 5 ${Date.UTC(2020, 0, 1) / 1000}`,
      `b j NaN ${Date.UTC(2020, 0, 2) / 1000}`,
    ]);
    assert.deepEqual(report.badRows, [
      { line: 3, reason: 'the person is empty' },
      { line: 4, reason: 'the rating is not a number', found: '"null"' },
    ]);
  });

  it('takes columns by the names or places it is told', async () => {
    const text = 'who,what,thumbs\na,x,1\n';
    await assert.rejects(read('d.csv', text), { code: 'DATA_HEADER', message: /"who", "what", "thumbs"/ });
    const { domain } = await read('d.csv', text, { columns: { person: 'who', item: 'what', rating: 'thumbs' } });
    assert.deepEqual(rowsOf(domain), ['a x 1']);
    const bare = await read('bare.csv', 'x,a\ny,a\n', { columns: { person: 1, item: 0 } });
    assert.deepEqual(rowsOf(bare.domain), ['a x', 'a y']);
    await assert.rejects(read('d.csv', text, { columns: { person: 'whom', item: 'what' } }), {
      code: 'DATA_HEADER',
      message: /"whom"/,
    });
  });

  it('puts titles beside the catalogue, quotation marks and commas in them included', async () => {
    await put('shop.items.tsv', 'item\ttitle\nx\t12" ruler, steel\nunseen\tnothing\nuntitled\t\n');
    const { domain } = await read('shop.tsv', 'person\titem\na\tx\na\ty\n');
    assert.deepEqual(domain.titles, ['12" ruler, steel', 'nothing', undefined, undefined]);
    assert.deepEqual(domain.catalogue, ['x', 'unseen', 'untitled', 'y']);
    assert.equal(domain.name, 'shop');
    await put('shop.items.tsv', 'a\tb\n');
    await assert.rejects(openDomain(join(folder, 'shop.tsv')), { code: 'DATA_HEADER', message: /shop\.items\.tsv/ });
  });

  it('opens a folder of MovieLens, and says what it misses in another', async () => {
    const ml = join(folder, 'ml-tiny');
    await mkdir(ml);
    await assert.rejects(openDomain(ml), { code: 'DATA_FORMAT_UNKNOWN', message: /ratings\.csv/ });
    await writeFile(join(ml, 'ratings.csv'), 'userId,movieId,rating,timestamp\n1,2,3,4\n');
    await writeFile(join(ml, 'movies.csv'), 'movieId,title,genres\n2,"American President, The (1995)",Comedy\n');
    const { domain } = await openDomain(ml);
    assert.equal(domain.name, 'ml-tiny');
    assert.deepEqual(domain.titles, ['American President, The (1995)']);
  });

  it('counts bad rows, keeps the first with lines and reasons, and goes on', async () => {
    const rows = [
      'person,item,rating',
      'a,x,5',
      ',x,5',
      'a,,5',
      '"quoted',
      'over lines",y,1',
      'a,y,NaN',
      'a,z,many',
      'a',
      '',
      'b,x,',
    ];
    const report = await read('d.csv', rows.join('\n'), { maxBadShare: 0.9, badRowsKept: 4 });
    assert.deepEqual(report.badRows, [
      { line: 3, reason: 'the person is empty' },
      { line: 4, reason: 'the item is empty' },
      { line: 7, reason: 'the rating is not a number', found: '"NaN"' },
      { line: 8, reason: 'the rating is not a number', found: '"many"' },
    ]);
    assert.deepEqual([report.rows, report.bad], [8, 5]);
    assert.deepEqual(rowsOf(report.domain), ['a x 5', 'quoted\nover lines y 1', 'b x NaN']);
  });

  it('takes an absent rating for unknown, and one that 32 bits do not hold for bad', async () => {
    const report = await read('d.tsv', 'person\titem\trating\na\tx\t\na\ty\t4\na\tz\t1e39\n', { maxBadShare: 1 });
    assert.deepEqual(rowsOf(report.domain), ['a x NaN', 'a y 4']);
    assert.deepEqual(report.badRows, [{ line: 4, reason: 'the rating is too large', found: '"1e39"' }]);
  });

  it('gives up past the stated share, naming share and rows', async () => {
    const text = [
      'person\titem\trating',
      ...Array.from({ length: 98 }, (_, i) => `a\ti${i}\t1`),
      'a\tx\tNaN',
      'a\ty\tinf',
    ];
    await assert.rejects(read('d.tsv', text.join('\n')), {
      code: 'DATA_TOO_MANY_BAD_ROWS',
      message: /2 of 100 rows .* more than the 1 % .*line 100: .*"NaN"/,
    });
    assert.equal((await read('d.tsv', text.join('\n'), { maxBadShare: 0.02 })).bad, 2);
  });

  const BROKEN: [title: string, name: string, content: string | Uint8Array, code: string, message: RegExp][] = [
    ['an empty file', 'd.tsv', '', 'DATA_EMPTY', /d\.tsv/],
    ['blank lines', 'd.tsv', '\n \n', 'DATA_EMPTY', /empty lines/],
    ['a header alone', 'd.tsv', 'person\titem\n', 'DATA_EMPTY', /header alone/],
    ['a file gzipped from nothing', 'd.tsv.gz', gzipSync(''), 'DATA_EMPTY', /d\.tsv/],
    ['a wrong header', 'd.tsv', 'person\tthing\na\tx\n', 'DATA_HEADER', /item/],
    ['no columns at all', 'd.txt', 'hello\nworld\n', 'DATA_FORMAT_UNKNOWN', /no columns/],
    ['bytes', 'd.tsv', Uint8Array.from({ length: 100 }, (_, i) => i), 'DATA_FORMAT_UNKNOWN', /not text/],
    ['a zip archive', 'd.csv', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'DATA_FORMAT_UNKNOWN', /zip/],
    ['a JSON array', 'd.json', '[{"user": 1}]', 'DATA_FORMAT_UNKNOWN', /one object a line/],
    ['objects of something else', 'd.json', '{"colour":"red"}\n{"colour":"blue"}', 'DATA_HEADER', /colour/],
    ['a lost quotation mark', 'd.csv', 'person,item\na,"x\nb,y\n', 'DATA_FORMAT_BROKEN', /line/],
    ['Parquet without its footer', 'd.parquet', 'PAR1 and then nothing of the kind', 'DATA_FORMAT_BROKEN', /Parquet/],
  ];
  for (const [title, name, content, code, message] of BROKEN) {
    it(`refuses ${title} by code`, async () => {
      await assert.rejects(read(name, content), { name: 'DataError', code, message });
    });
  }

  it('refuses what is cut off, and what is not there', async () => {
    const whole = gzipSync(Array.from({ length: 30_000 }, (_, i) => `${i * 7919}\t${i * 31}\t1\t5`).join('\n'));
    assert.ok(whole.length > 100_000);
    await assert.rejects(read('cut.tsv.gz', whole.subarray(0, 100_000)), {
      code: 'DATA_FORMAT_BROKEN',
      message: /cut off/,
    });
    await assert.rejects(
      read(
        'cut.csv.gz',
        gzipSync(new TextDecoder().decode(gunzipSync(whole)).replaceAll('\t', ',')).subarray(0, 100_000),
      ),
      {
        code: 'DATA_FORMAT_BROKEN',
        message: /cut off/,
      },
    );
    const parquet = await readFile(join(PARQUET, 'snappy.parquet'));
    await assert.rejects(read('cut.parquet', parquet.subarray(0, 500)), { code: 'DATA_FORMAT_BROKEN' });
    const middle = Uint8Array.from(parquet);
    middle.fill(0xff, 4, 300);
    await assert.rejects(read('scratched.parquet', middle), { code: 'DATA_FORMAT_BROKEN' });
    await assert.rejects(openDomain(join(folder, 'nowhere.tsv')), {
      code: 'DATA_UNREADABLE',
      message: /does not exist/,
    });
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const rows = Array.from({ length: 70_000 }, (_, i) => `p${i}\tx\n`).join('');
    await assert.rejects(read('d.tsv', `person\titem\n${rows}`, { signal: stop.signal }), /enough/);
  });
});

describe('reading streams', () => {
  async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  }

  it('gives the same rows wherever the bytes are cut, inside a letter as well', async () => {
    const text = 'person,item\nÅsa,"smörgås, ""stor"""\n爱丽丝,书\r\n';
    const bytes = new TextEncoder().encode(text);
    for (const delimiter of [',', '\t'] as const) {
      const whole = new TextEncoder().encode(delimiter === ',' ? text : text.replaceAll('"', '').replaceAll(',', '\t'));
      const expected = rowsOf((await readDelimited(cut(whole, whole.length), delimiter, { name: 'd' })).domain);
      for (let size = 1; size < 12; size++) {
        assert.deepEqual(rowsOf((await readDelimited(cut(whole, size), delimiter, { name: 'd' })).domain), expected);
      }
    }
    assert.equal((await readDelimited(cut(bytes, 3), ',', { name: 'd' })).domain.catalogue[0], 'smörgås, "stor"');
  });

  it('numbers lines as an editor does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'bc', '')),
        fc.integer({ min: 1, max: 5 }),
        async (lines, size) => {
          const seen: [string, number][] = [];
          await eachLine(cut(new TextEncoder().encode(lines.join('\n')), size), (text, line) =>
            seen.push([text, line]),
          );
          const expected = lines.map((text, i): [string, number] => [text, i + 1]);
          if (expected.at(-1)?.[0] === '') expected.pop();
          assert.deepEqual(seen, expected);
        },
      ),
    );
  });

  it('ends a line without end', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield await Promise.resolve(new Uint8Array(1 << 20).fill(0x61));
    }
    await assert.rejects(readDelimited(endless(), '\t', { name: 'd' }), { code: 'DATA_FORMAT_BROKEN' });
    await assert.rejects(readDelimited(endless(), ',', { name: 'd' }), { code: 'DATA_FORMAT_BROKEN' });
  });
});
