import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { inspectSource } from '../../client/data/inspect.ts';
import type { InspectChoice } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { eachRecord } from '../../core/data/delimited.ts';
import type { FieldShape } from '../../core/data/delimited.ts';
import { eachLine } from '../../core/data/lines.ts';
import type { Encoding } from '../../core/data/lines.ts';
import type { ReadReport } from '../../core/data/rows.ts';

const PARQUET = join(import.meta.dirname, 'parquet');

/** Columns person, item, rating and timestamp, one line per row, in the order of the domain. */
function rowsOf(domain: Domain): string[] {
  return domain.persons.flatMap((person, p) =>
    Array.from(domain.items.subarray(domain.offsets[p], domain.offsets[p + 1]), (item, i) => {
      const at = domain.offsets[p] + i;
      const [rating, time] = [domain.ratings?.[at] ?? '', domain.timestamps?.[at] ?? ''];
      return [person, domain.catalogue[item], rating, time].join(' ').trim();
    }),
  );
}

interface Opened extends ReadReport {
  readonly format: string;
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
  /** The rows as found, with every rating counted. */
  const open = async (path: string, choice: InspectChoice = {}, badRowsKept?: number): Promise<Opened> => {
    const collect = badRowsKept === undefined ? {} : { badRowsKept };
    const { report, format } = await inspectSource(path, { minRating: null, ...choice }, collect);
    return { ...report, format };
  };
  const read = async (name: string, content: string | Uint8Array, choice: InspectChoice = {}, badRowsKept?: number) =>
    open(await put(name, content), choice, badRowsKept);

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
      const { domain, rows, repeats } = await open(join(PARQUET, `${codec}.parquet`));
      // 50 rows of persons i % 7 and items 3i % 11, all different pairs, written by pyarrow.
      assert.deepEqual([rows, repeats, domain.persons.length, domain.catalogue.length], [50, 0, 7, 11]);
      assert.equal(rowsOf(domain)[0], '0 0 1 1000000000');
      assert.equal(rowsOf(domain).at(-1), `6 ${(48 * 3) % 11} ${1 + (48 % 5)} 1000000048`);
    });
  }

  it('reads Parquet with texts, dates, nulls and NaN', async () => {
    const path = join(PARQUET, 'strings.parquet');
    const report = await open(path);
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
    await assert.rejects(read('d.csv', text), {
      code: 'DATA_HEADER',
      message: /"who", "what", "thumbs".*--columns person=0,item=1/,
    });
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
    await assert.rejects(open(join(folder, 'shop.tsv')), { code: 'DATA_HEADER', message: /shop\.items\.tsv/ });
  });

  it('opens a folder of MovieLens, and says what it misses in another', async () => {
    const ml = join(folder, 'ml-tiny');
    await mkdir(ml);
    await assert.rejects(open(ml), { code: 'DATA_FORMAT_UNKNOWN', message: /ratings\.csv/ });
    await writeFile(join(ml, 'ratings.csv'), 'userId,movieId,rating,timestamp\n1,2,3,4\n');
    await writeFile(join(ml, 'movies.csv'), 'movieId,title,genres\n2,"American President, The (1995)",Comedy\n');
    const { domain } = await open(ml);
    assert.equal(domain.name, 'ml-tiny');
    assert.deepEqual(domain.titles, ['American President, The (1995)']);
  });

  it('counts bad rows, keeps the first with lines and reasons, and goes on', async () => {
    const rows = [
      'person,item,rating,note',
      'a,x,5,',
      ',x,5,',
      'a,,5,',
      'quoted,y,1,"over',
      'lines"',
      'a,y,NaN,',
      'a,z,many,',
      'a',
      '',
      'a,v,3,one,too many',
      'b,x,,,',
      'c,x,1,"text" after',
      '"two\nlines",x,1,',
    ];
    const report = await read('d.csv', rows.join('\n'), {}, 7);
    assert.deepEqual(report.badRows, [
      { line: 3, reason: 'the person is empty' },
      { line: 4, reason: 'the item is empty' },
      { line: 7, reason: 'the rating is not a number', found: '"NaN"' },
      { line: 8, reason: 'the rating is not a number', found: '"many"' },
      { line: 9, reason: '1 column instead of at least 3' },
      { line: 11, reason: '5 columns instead of 4' },
      { line: 13, reason: 'text after a closing quotation mark' },
    ]);
    assert.deepEqual([report.rows, report.bad], [11, 8]);
    assert.deepEqual(rowsOf(report.domain), ['a x 5', 'quoted y 1', 'b x NaN']);
  });

  it('takes an absent rating for unknown, and one that 32 bits do not hold for bad', async () => {
    const report = await read('d.tsv', 'person\titem\trating\na\tx\t\na\ty\t4\na\tz\t1e39\n');
    assert.deepEqual(rowsOf(report.domain), ['a x NaN', 'a y 4']);
    assert.deepEqual(report.badRows, [{ line: 4, reason: 'the rating is too large', found: '"1e39"' }]);
  });

  it('gives up when no row is left, naming the first and why', async () => {
    await assert.rejects(read('d.tsv', 'person\titem\trating\na\tx\tNaN\n\ty\t1\n'), {
      code: 'DATA_EMPTY',
      message: /none of the 2 rows .*\(line 2: the rating is not a number: "NaN"; line 3: the person is empty\)/,
    });
  });

  const BROKEN: [title: string, name: string, content: string | Uint8Array, code: string, message: RegExp][] = [
    ['an empty file', 'd.tsv', '', 'DATA_EMPTY', /d\.tsv/],
    ['blank lines', 'd.tsv', '\n \n', 'DATA_EMPTY', /empty lines/],
    ['a header alone', 'd.tsv', 'person\titem\n', 'DATA_EMPTY', /only a header/],
    ['a file gzipped from nothing', 'd.tsv.gz', gzipSync(''), 'DATA_EMPTY', /d\.tsv/],
    ['a wrong header', 'd.tsv', 'person\tthing\na\tx\n', 'DATA_HEADER', /item/],
    ['no columns at all', 'd.txt', 'hello\nworld\n', 'DATA_FORMAT_UNKNOWN', /no columns/],
    ['bytes', 'd.tsv', Uint8Array.from({ length: 100 }, (_, i) => i), 'DATA_FORMAT_UNKNOWN', /not text/],
    ['a zip archive', 'd.csv', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'DATA_FORMAT_UNKNOWN', /zip/],
    ['a JSON array', 'd.json', '[{"user": 1}]', 'DATA_FORMAT_UNKNOWN', /one object per line/],
    ['objects of something else', 'd.json', '{"colour":"red"}\n{"colour":"blue"}', 'DATA_HEADER', /colour/],
    ['a lost quotation mark alone', 'd.csv', 'person,item\na,"x\n', 'DATA_EMPTY', /line 2: a quotation mark opens/],
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
    await assert.rejects(open(join(folder, 'nowhere.tsv')), {
      code: 'DATA_UNREADABLE',
      message: /does not exist/,
    });
  });

  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const rows = Array.from({ length: 70_000 }, (_, i) => `p${i}\tx\n`).join('');
    const path = await put('d.tsv', `person\titem\n${rows}`);
    await assert.rejects(inspectSource(path, {}, { signal: stop.signal }), /enough/);
  });
});

describe('reading streams', () => {
  async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
  }

  const records = async (bytes: AsyncIterable<Uint8Array>, shape: FieldShape): Promise<unknown[]> => {
    const seen: unknown[] = [];
    await eachRecord(bytes, shape, {
      record: (fields, line) => void seen.push([line, ...fields]),
      broken: (line, reason) => void seen.push([line, reason]),
    });
    return seen;
  };

  const lines = async (bytes: AsyncIterable<Uint8Array>, encoding: Encoding = 'utf-8'): Promise<[string, number][]> => {
    const seen: [string, number][] = [];
    await eachLine(bytes, encoding, {
      line: (text, line) => void seen.push([text, line]),
      broken: (line, reason) => void seen.push([reason, line]),
    });
    return seen;
  };

  it('gives the same records wherever the bytes are cut, inside a letter as well', async () => {
    const text = 'person,item\nÅsa,"smörgås, ""stor"""\n\n爱丽丝, "书\nund" ,5\r\na,b\xff\n"open\nx';
    const bytes = Uint8Array.from(Buffer.from(text).toString('latin1').replace('Ã¿', '\xff'), (letter) =>
      letter.charCodeAt(0),
    );
    for (const quotes of ['over-lines', 'in-a-line', 'none'] as const) {
      const shape = { encoding: 'utf-8', delimiter: ',', quotes } as const;
      const expected = await records(cut(bytes, bytes.length), shape);
      for (let size = 1; size < 12; size++) assert.deepEqual(await records(cut(bytes, size), shape), expected);
    }
    assert.deepEqual(await records(cut(bytes, 3), { encoding: 'utf-8', delimiter: ',', quotes: 'over-lines' }), [
      [1, 'person', 'item'],
      [2, 'Åsa', 'smörgås, "stor"'],
      [4, '爱丽丝', '书\nund', '5'],
      [6, 'the line is not UTF-8 text'],
      [7, 'a quotation mark opens a field and none closes it'],
      [8, 'x'],
    ]);
  });

  it('numbers lines as an editor does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'bc', '', 'd\r')),
        fc.integer({ min: 1, max: 5 }),
        async (given, size) => {
          const seen = await lines(cut(new TextEncoder().encode(given.join('\n')), size));
          const expected = given.map((text, i): [string, number] => [text.replace('\r', ''), i + 1]);
          if (given.at(-1) === '') expected.pop();
          assert.deepEqual(seen, expected);
        },
      ),
    );
  });

  it('reads UTF-16 wherever it is cut, and gives half a pair no letter of another', async () => {
    const text = 'ä\t1\n\u010a\t2\n😀';
    for (let size = 1; size < 6; size++) {
      const little = await lines(cut(Uint8Array.from(Buffer.from(text, 'utf16le')), size), 'utf-16le');
      assert.deepEqual(little, [
        ['ä\t1', 1],
        ['\u010a\t2', 2],
        ['😀', 3],
      ]);
    }
    const halves = await lines(cut(Uint8Array.of(0x00, 0xd8, 0x0a, 0x00, 0x01, 0xd8), 2), 'utf-16le');
    assert.deepEqual(halves, [
      ['\uFFFD', 1],
      ['\uFFFD', 2],
    ]);
  });

  it('leaves out a line without end, whatever it holds, and keeps none of it', async () => {
    async function* long(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('a\n');
      for (let i = 0; i < 40; i++) yield await Promise.resolve(new Uint8Array(1 << 20).fill(0x61));
      yield new TextEncoder().encode('\nb\n');
    }
    assert.deepEqual(await lines(long()), [
      ['a', 1],
      ['the line is longer than 16 MiB', 2],
      ['b', 3],
    ]);
  });

  it('goes on after a quoted field that never ends, with the lines that followed it', async () => {
    const plain = Array.from({ length: 60_000 }, (_, i) => `p${i},an item of some length ${i}`);
    const text = ['lost,"x', ...plain, 'a,"b', 'c"'].join('\n');
    const seen = await records(cut(new TextEncoder().encode(text), 1 << 16), {
      encoding: 'utf-8',
      delimiter: ',',
      quotes: 'over-lines',
    });
    assert.equal(seen.length, plain.length + 2);
    assert.deepEqual(seen[0], [1, 'a quotation mark opens a field and none closes it']);
    assert.deepEqual(seen.at(-1), [plain.length + 2, 'a', 'b\nc']);
  });
});
