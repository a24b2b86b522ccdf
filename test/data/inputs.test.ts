/** Files as they occur in practice. Each is read correctly, or refused with a message that names the remedy. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { inspectSource } from '../../client/data/inspect.ts';
import type { InspectChoice, Inspected } from '../../client/data/inspect.ts';
import type { Domain } from '../../core/data/domain.ts';
import { readingText } from '../../core/data/reading-text.ts';

const PARQUET = join(import.meta.dirname, 'parquet');

/** Columns person, item and day, one line per row. */
function rowsOf({ persons, offsets, items, catalogue, timestamps }: Domain): string[] {
  return persons.flatMap((person, p) =>
    Array.from(items.subarray(offsets[p], offsets[p + 1]), (item, i) => {
      const time = timestamps?.[offsets[p] + i] ?? Number.NaN;
      return [
        person,
        catalogue[item],
        ...(Number.isNaN(time) ? [] : [new Date(1000 * time).toISOString().slice(0, 10)]),
      ].join(' ');
    }),
  );
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const utf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, 'utf16le');

interface Read {
  readonly what: string;
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly choice?: InspectChoice;
  readonly rows: readonly string[];
  readonly bad?: number;
  /** Expected in the sentence about the reading, or in the remarks. */
  readonly said?: RegExp;
}

const READ: readonly Read[] = [
  // Identity.
  {
    what: 'whole numbers of JSON beyond 2^53 by their digits',
    name: 'b.jsonl',
    content: '{"user_id":9007199254740993,"item_id":1}\n{"user_id":9007199254740992,"item_id":12345678901234567890}\n',
    rows: ['9007199254740993 1', '9007199254740992 12345678901234567890'],
  },
  {
    what: 'numbers of JSON and the same digits in text as one person',
    name: 'b.jsonl',
    content: '\uFEFF{"user":7,"item":"x"}\n{"user":"7","item":"y"}\n{"user":7.5,"item":"y"}\n',
    rows: ['7 x', '7 y', '7.5 y'],
  },
  {
    what: 'text of Windows by its encoding, every letter another person',
    name: 'l.csv',
    content: latin1('user,item,rating\nJos\xe9,1,5\nJos\xe8,2,4\nJos\xea,3,4\n'),
    choice: { encoding: 'windows-1252' },
    rows: ['José 1', 'Josè 2', 'Josê 3'],
  },
  {
    what: 'lines that are not UTF-8 as bad ones, and the others right',
    name: 'l.csv',
    content: latin1('user,item\nJos\xe9,1\nJos\xe8,2\nAnna,3\n'),
    rows: ['Anna 3'],
    bad: 2,
    said: /2 lines are not UTF-8, the first line 2: .* --encoding windows-1252/,
  },
  {
    what: 'letters composed in two ways as two persons',
    name: 'n.csv',
    content: 'user,item\nJos\u00e9,1\nJose\u0301,2\n',
    rows: ['Jos\u00e9 1', 'Jose\u0301 2'],
  },
  {
    what: 'ids with blanks, marks and no-break spaces around them as one person',
    name: 'n.csv',
    content: 'user,item\nu,1\n u ,2\n"u ",3\n "u" ,4\n\u00a0u\uFEFF,5\n',
    rows: ['u 1', 'u 2', 'u 3', 'u 4', 'u 5'],
  },
  {
    what: 'what stands for a letter that was lost, control characters and half pairs as nobody',
    name: 'n.jsonl',
    content: ['Jos\uFFFD', 'a\u0000', 'a\nb', '\ud83d', true, null, [1], ' ', 'ok']
      .map((user, item) => JSON.stringify({ user, item }))
      .join('\n'),
    rows: ['ok 8'],
    bad: 8,
  },
  {
    what: 'ids of any length',
    name: 'n.csv',
    content: `user,item\n${'a'.repeat(100_000)},1\n${'a'.repeat(100_001)},2\n`,
    rows: [`${'a'.repeat(100_000)} 1`, `${'a'.repeat(100_001)} 2`],
  },
  {
    what: 'a delimiter within a field as a bad row, not as a column more',
    name: 'n.csv',
    content: 'title,user,item\nHeat,u1,1\nGood, bad,u2,2\nHeat,u3,3,,\n',
    rows: ['u1 1', 'u3 3'],
    bad: 1,
  },
  // Columns.
  {
    what: 'a header of known names, also where columns are chosen by place',
    name: 'h.csv',
    content: 'userId,movieId\n1,2\n1,3\n',
    choice: { columns: { person: 0, item: 1 } },
    rows: ['1 2', '1 3'],
    said: /header in line 1/,
  },
  {
    what: 'a header of unknown names, where it is said to be one',
    name: 'h.csv',
    content: 'who,what\na,x\n',
    choice: { columns: { person: 0, item: 1 }, header: true },
    rows: ['a x'],
  },
  {
    what: 'a first row with a known name, where it is said to be none',
    name: 'h.csv',
    content: 'user,x\nb,y\n',
    choice: { columns: { person: 0, item: 1 }, header: false },
    rows: ['user x', 'b y'],
  },
  {
    what: "RecBole's typed header",
    name: 'r.inter',
    content: 'user_id:token\titem_id:token\trating:float\ttimestamp:float\n196\t242\t3\t881250949\n',
    rows: ['196 242 1997-12-04'],
  },
  {
    what: 'a file without a header, saying which place is what',
    name: 'a.csv',
    content: '1421,U77,5.0,1525219200\n',
    rows: ['1421 U77 2018-05-02'],
    said: /no header; person column 0; item column 1; rating column 2.*; time column 3/,
  },
  {
    what: 'Book-Crossing, whose 0 is no rating',
    name: 'bx.csv',
    content: '"User-ID";"ISBN";"Book-Rating"\n"1";"a";"0"\n"1";"b";"9"\n"2";"c";"10"\n"2";"d";"3"\n',
    rows: ['1 b', '2 c'],
    said: /on a scale of 1 to 10: a row rated 5.5 to 10 counts as a like/,
  },
  // Delimiters.
  { what: 'blanks', name: 'b.txt', content: 'user item\nu1  i1\nu1\ti2\n', rows: ['u1 i1', 'u1 i2'] },
  { what: 'bars', name: 'b.txt', content: 'u1|i1|4|881250949\n', rows: ['u1 i1 1997-12-04'] },
  {
    what: 'a delimiter that is named',
    name: 'd.txt',
    content: 'user##item\na##x\n',
    choice: { delimiter: '##' },
    rows: ['a x'],
  },
  { what: 'comments before the header', name: 'c.csv', content: '# a comment\n#\nuser,item\n#1,b\n', rows: ['#1 b'] },
  { what: "Excel's sep=", name: 's.csv', content: 'sep=;\nuser;item\na,b;c\n', rows: ['a,b c'] },
  { what: "Excel's Unicode text", name: 'u.txt', content: utf16('user\titem\r\nJosé\t1\r\n'), rows: ['José 1'] },
  {
    what: 'UTF-16 without a mark',
    name: 'u.txt',
    content: utf16('user\titem\nann\t1\n').subarray(2),
    rows: ['ann 1'],
    said: /utf-16le/,
  },
  {
    what: 'quoted fields over lines, which it says',
    name: 'q.csv',
    content: 'user,item,text\na,x,"good\nb,y,no"\nc,z,""\n',
    rows: ['a x', 'c z'],
    said: /quoted fields run over lines/,
  },
  {
    what: 'a lost quotation mark as one bad line',
    name: 'q.csv',
    content: 'user,item,text\na,x,"good\nb,y,no\nc,z,"12"" ruler"\n',
    rows: ['b y', 'c z'],
    bad: 1,
  },
  // Times.
  ...(
    [
      ['seconds', '1700000000'],
      ['seconds with a fraction', '1700000000.5'],
      ['milliseconds', '1700000000000'],
      ['microseconds', '1700000000000000'],
      ['nanoseconds', '1700000000000000000'],
      ['a date', '2023-11-14'],
      ['ISO', '2023-11-14T22:13:20.123456Z'],
      ['BigQuery', '2023-11-14 22:13:20 UTC'],
      ['Postgres', '2023-11-14 22:13:20.5+00'],
      ['another zone', '2023-11-15T01:13:20+03:00'],
      ['slashes', '2023/11/14 22:13'],
      ['the month first', '11/14/2023'],
      ['the day first', '14.11.2023 22:13:20'],
      ['halves of the day', '11/14/2023 10:13 PM'],
      ['Goodreads', 'Tue Nov 14 14:13:20 -0800 2023'],
    ] as const
  ).map(([what, time]) => ({
    what: `times: ${what}`,
    name: 't.csv',
    content: `user,item,time\nu,i,"${time}"\n`,
    rows: ['u i 2023-11-14'],
  })),
  {
    what: 'times of a year that cannot be as bad rows',
    name: 't.csv',
    content: `user,item,time\n${'u,i,1700000000\n'.repeat(3)}u,j,1700000000000\nu,k,-99999999999\n`,
    rows: ['u i 2023-11-14'],
    bad: 2,
  },
  {
    what: 'days that no month has as bad rows',
    name: 't.csv',
    content:
      'user,item,time\nu,i,2023-02-28\nv,i,2023-02-28\nw,i,2023-02-28\nu,j,2023-02-30\nu,k,2023-13-01\nu,l,2023-02-28 25:00\n',
    rows: ['u i 2023-02-28', 'v i 2023-02-28', 'w i 2023-02-28'],
    bad: 3,
  },
  {
    what: 'dates that could be either, as they are said to be',
    name: 't.csv',
    content: 'user,item,time\nu,i,09/08/2009\n',
    choice: { time: 'dmy' },
    rows: ['u i 2009-08-09'],
  },
  {
    what: 'a column of times that are none, left out and told',
    name: 't.csv',
    content: 'user,item,date\nu,i,soon\n',
    rows: ['u i'],
    said: /column "date" is not read as the time/,
  },
  {
    what: 'no time where none is wanted',
    name: 't.csv',
    content: 'user,item,date\nu,i,2020-01-01\n',
    choice: { columns: { timestamp: null } },
    rows: ['u i'],
  },
  // Ratings.
  {
    what: 'the latest of several ratings',
    name: 'r.csv',
    content:
      'user,item,rating,date\nu,i,5,2020-01-01\nu,i,3,2021-01-01\nu,i,1,2023-01-01\nu,j,1,2020-01-01\nu,j,5,2021-01-01\n',
    rows: ['u j 2021-01-01'],
  },
  {
    what: 'every rating where that is said',
    name: 'r.csv',
    content: 'user,item,rating\nu,i,5\nu,j,1\n',
    choice: { minRating: null },
    rows: ['u i', 'u j'],
  },
  {
    what: 'ratings from one on that is said',
    name: 'r.csv',
    content: 'user,item,rating\nu,i,5\nu,j,4\nu,k,\n',
    choice: { minRating: 4.5 },
    rows: ['u i', 'u k'],
  },
  {
    what: 'an anime list, whose -1 is no rating',
    name: 'r.csv',
    content: 'user,item,rating\nu,i,-1\nu,j,10\nu,k,6\nu,l,2\n',
    rows: ['u j', 'u k'],
  },
  {
    what: 'Jester, whose 99 is no rating',
    name: 'r.csv',
    content: 'user,item,rating\nu,i,99\nu,j,-9.5\nu,k,8.25\nu,l,0.5\n',
    rows: ['u k', 'u l'],
  },
  {
    what: 'thumbs',
    name: 'r.csv',
    content: 'user,item,rating\nu,i,1\nu,j,0\n',
    rows: ['u i'],
  },
  {
    what: 'counts, which are no ratings',
    name: 'r.csv',
    content: 'user,item,rating\nu,i,1\nu,j,35000\n',
    rows: ['u i', 'u j'],
    said: /no scale recognised: every rating counts/,
  },
];

interface Refused {
  readonly what: string;
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly choice?: InspectChoice;
  readonly message: RegExp;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'text of Windows without its encoding, naming the line',
    name: 'l.csv',
    content: latin1('user,item\nJos\xe9,1\nJos\xe8,2\n'),
    message: /line 2: the line is not UTF-8.* --encoding windows-1252/,
  },
  {
    what: 'a header that is not UTF-8',
    name: 'l.csv',
    content: latin1('utilisateur_modifi\xe9,item\na,1\n'),
    message: /line 1: the line is not UTF-8/,
  },
  {
    what: 'two numbers a line, with the flag filled in',
    name: 'train.txt',
    content: '2179\t0\n2180\t1\n',
    message: /--columns person=0,item=1/,
  },
  {
    what: 'JSON of other keys, with the flag filled in',
    name: 'y.jsonl',
    content: '{"user_id":"u","business_id":"b"}\n',
    message: /no column for the item among "user_id", "business_id": .*--columns item=business_id/,
  },
  {
    what: 'a key that is not there, by its name',
    name: 'y.jsonl',
    content: '{"user_id":"u","business_id":"b"}\n',
    choice: { columns: { item: 'nope' } },
    message: /no column "nope" for the item/,
  },
  {
    what: 'lists of items',
    name: 'l.txt',
    content: '1 2 3 4\n2 5 6\n',
    message: /LightGCN.* one item per line.*--delimiter/,
  },
  { what: 'blocks of persons', name: 'n.txt', content: '1:\n30878,4,2005-12-26\n', message: /"1:".*Netflix/ },
  { what: 'lines without columns', name: 'w.txt', content: 'hello\nworld\n', message: /which is "hello".*--delimiter/ },
  { what: 'lines of an old Mac', name: 'm.csv', content: 'user,item\ra,x\rb,y\r', message: /CR only/ },
  {
    what: 'dates that could be either',
    name: 'd.csv',
    content: 'user,item,date\nu,i,09/08/2009\n',
    message: /d\.csv: column "date": .*--time mdy.*--time dmy/,
  },
];

describe('inputs of the field', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-inputs-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  const saidOf = ({ reading, remarks }: Inspected): string => [readingText(reading), ...remarks].join('\n');

  for (const { what, name, content, choice, rows, bad = 0, said } of READ) {
    it(`reads ${what}`, async () => {
      const inspected = await inspectSource(await put(name, content), choice);
      assert.deepEqual(rowsOf(inspected.report.domain), rows);
      assert.equal(inspected.report.bad, bad);
      if (said !== undefined) assert.match(saidOf(inspected), said);
    });
  }

  for (const { what, name, content, choice, message } of REFUSED) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(inspectSource(await put(name, content), choice), { name: 'DataError', message });
    });
  }

  it('lists the columns that it does not read', async () => {
    const content = 'user_id\titem_id\tEVENT_TS\tweight\tdate\na\tb\tx\t3\tsoon\n';
    assert.deepEqual((await inspectSource(await put('u.tsv', content))).unread, ['EVENT_TS', 'weight', 'date']);
    const bare = await inspectSource(await put('b.csv', 'a,x,1\n'), { columns: { person: 0, item: 1 } });
    assert.deepEqual(bare.unread, ['2']);
  });

  it('counts for a list only who likes: a stranger sees the good one first', async () => {
    const rows = (item: string, rating: number, n: number): string =>
      Array.from({ length: n }, (_, i) => `${item}${i},${item},${rating}\n`).join('');
    const { report } = await inspectSource(
      await put('r.csv', `user,item,rating\n${rows('bad', 1, 30)}${rows('good', 5, 29)}`),
    );
    assert.deepEqual(new Set(rowsOf(report.domain).map((row) => row.split(' ')[1])), new Set(['good']));
    assert.deepEqual([report.domain.persons.length, report.disliked], [29, 30]);
  });

  for (const [file, rows, bad] of [
    ['micros', ['9007199254740993 x 2023-11-14', '9007199254740993 y 2023-11-14', '9007199254740992 x 2023-11-14'], 0],
    ['rounded', ['1 1'], 3],
    ['float32', ['16777215 y'], 1],
    ['decimal', ['12 x'], 1],
    ['bytes', ['José x'], 2],
  ] as const) {
    it(`reads Parquet: ${file}`, async () => {
      const { report } = await inspectSource(join(PARQUET, `${file}.parquet`));
      assert.deepEqual(rowsOf(report.domain), rows);
      assert.equal(report.bad, bad);
    });
  }

  it('reads a folder of parts, and refuses one of several tables', async () => {
    const { report } = await inspectSource(join(PARQUET, 'parts'));
    assert.deepEqual(rowsOf(report.domain), ['a x 2023-11-14', 'b y 2023-11-14', 'b x 2023-11-14', 'c y 2023-11-14']);
    await put('day=1/part-0.csv', 'user,item\na,x\n');
    await put('day=2/part-0.csv.gz', gzipSync('user,item\na,\nb,y\n'));
    await put('_SUCCESS', '');
    const days = await inspectSource(folder);
    assert.deepEqual(rowsOf(days.report.domain), ['a x', 'b y']);
    assert.deepEqual(days.report.badRows, [{ file: 'part-0.csv.gz', line: 2, reason: 'the item is empty' }]);
    await put('day=2/other.csv', 'user,item\na,x\n');
    await assert.rejects(inspectSource(folder), { message: /not the parts of one table .*other\.csv/ });
  });

  it('says which file titles come from, in any of their forms', async () => {
    const data = 'u::1::5::881250949\nu::2::5::881250949\n';
    const title = 'Misérables, Les (1995)';
    const forms: [string, string | Uint8Array, string][] = [
      ['ml/movies.dat', latin1(`1::${title}::Drama\n`), 'ml/ratings.dat'],
      ['csv/shop.items.csv', `title,item\n"${title}",1\n`, 'csv/shop.dat'],
      ['tsv/shop.items.tsv', `item\ttitle\n1\t${title}\n`, 'tsv/shop.dat'],
      ['tsv/any.txt', `item_id:token\ttitle:token\n1\t${title}\n`, 'tsv/shop.dat'],
    ];
    for (const [items, content, source] of forms) {
      const path = await put(items, content);
      const choice = items.endsWith('any.txt') ? { items: path } : {};
      const inspected = await inspectSource(await put(source, data), choice);
      assert.deepEqual(inspected.report.domain.titles, [title, undefined], items);
      assert.equal(inspected.items?.path, path);
      assert.match(inspected.remarks.join('\n'), /1 items of the rows are not in /);
      const without = await inspectSource(join(folder, source), { items: null });
      assert.equal(without.report.domain.titles, undefined);
    }
  });
});
