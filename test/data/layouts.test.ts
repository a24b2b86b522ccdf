/** Files in the layouts of RecBole, LensKit and Surprise: each is recognised, and a broken one is refused by its line. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { readingText } from '../../core/data/reading-text.ts';

const INTER = 'user_id:token\titem_id:token\trating:float\ttimestamp:float\nu1\t1\t5\t881250949\nu2\t2\t4\t881250950\n';

interface Layout {
  readonly what: string;
  /** Contents by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly source: string;
  readonly said: RegExp;
  readonly titles?: readonly (string | undefined)[];
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

const LAYOUTS: readonly Layout[] = [
  {
    what: "RecBole's folder of atomic files, with items and users",
    files: {
      'ml/ml.inter': INTER,
      'ml/ml.item': 'item_id:token\tmovie_title:token_seq\tyear:float\n1\tToy Story\t1995\n2\tHeat\t1995\n',
      'ml/ml.user': 'user_id:token\tage:token\tgender:token\nu1\t25-34\tF\nu2\t\tM\n',
    },
    source: 'ml',
    said: /tab-separated.*header in line 1; person column "user_id:token"; item column "item_id:token"; rating column "rating:float", on a scale of 1 to 5.*; time column "timestamp:float", seconds/,
    titles: ['Toy Story', 'Heat'],
    attributes: { u1: ['age=25-34', 'gender=F'], u2: ['gender=M'] },
  },
  {
    what: "RecBole's file of interactions by itself, with another name of the titles",
    files: { 'shop.inter': INTER, 'shop.item': 'item_id:token\tname:token_seq\n1\tToy Story\n2\tHeat\n' },
    source: 'shop.inter',
    said: /person column "user_id:token"/,
    titles: ['Toy Story', 'Heat'],
  },
  {
    what: 'titles that hold control characters, which would command a terminal',
    files: {
      'shop.inter': INTER,
      'shop.item': 'item_id:token\ttitle:token_seq\n1\tToy\u001b[2J\u009b1A Story\n2\t\u0007\n',
    },
    source: 'shop.inter',
    said: /person column "user_id:token"/,
    titles: ['Toy [2J 1A Story', undefined],
  },
  {
    what: "LensKit's columns",
    files: { 'ratings.csv': 'user,item,rating,timestamp\nu1,1,5,881250949\nu2,2,4,881250950\n' },
    source: 'ratings.csv',
    said: /comma-separated.*person column "user"; item column "item"; rating column "rating".*time column "timestamp"/,
  },
  {
    what: "LensKit's newer columns, the item first",
    files: { 'rating.csv': 'item_id,user_id,rating,timestamp\n1,u1,5,1997-12-04\n2,u2,4,1997-12-04\n' },
    source: 'rating.csv',
    said: /person column "user_id"; item column "item_id"/,
  },
  {
    what: "Surprise's u.data and u.item",
    files: {
      'ml-100k/u.data': 'u1\t1\t5\t881250949\nu2\t2\t4\t881250950\n',
      'ml-100k/u.item': '1|Toy Story|01-Jan-1995||http|0|1\n2|Heat|01-Jan-1995||http|1|0\n',
    },
    source: 'ml-100k',
    said: /tab-separated.*no header; person column 0; item column 1; rating column 2.*time column 3/,
    titles: ['Toy Story', 'Heat'],
  },
  {
    what: "Surprise's ratings.dat",
    files: {
      'ml-1m/ratings.dat': 'u1::1::5::881250949\nu2::2::4::881250950\n',
      'ml-1m/movies.dat': '1::Toy Story::A\n2::Heat::B\n',
    },
    source: 'ml-1m',
    said: /"::"-separated.*no header; person column 0/,
    titles: ['Toy Story', 'Heat'],
  },
  {
    what: "Surprise's Jester, with two tabs between values",
    files: { 'jester_ratings.dat': 'u1\t\t1\t\t9.219\nu2\t\t2\t\t8.281\n' },
    source: 'jester_ratings.dat',
    said: /separated by blanks.*person column 0; item column 1; rating column 2/,
  },
];

interface Broken {
  readonly what: string;
  readonly name: string;
  readonly content: string;
  readonly message: RegExp;
}

const BROKEN: readonly Broken[] = [
  {
    what: 'a column without a type',
    name: 'x.inter',
    content: 'user_id:token\titem_id:tokn\n1\t2\n',
    message:
      /x\.inter: line 1: the column "item_id:tokn" has no type that RecBole knows: token, token_seq, float or float_seq/,
  },
  {
    what: 'no header',
    name: 'x.inter',
    content: '1\t2\t3\n1\t3\t3\n',
    message: /line 1: the column "1" has no type/,
  },
  {
    what: 'no column of persons, with the flag filled in',
    name: 'x.inter',
    content: 'session_id:token\titem_id:token\n1\t2\n',
    message: /no column for the person .*--columns person=session_id:token/,
  },
  {
    what: 'rows that are all broken, each with its line',
    name: 'x.inter',
    content: 'user_id:token\titem_id:token\trating:float\n1\t\t5\n1\n',
    message: /line 2: the item is empty; line 3: 1 column instead of at least 3/,
  },
  {
    what: 'a row of Surprise with a word in place of the rating',
    name: 'u.data',
    content: '1\t2\tx\t881250949\n',
    message: /the first line, "1", "2", "x", "881250949", contains no known column name/,
  },
];

describe('layouts of other libraries', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-layouts-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const put = async (name: string, content: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return path;
  };

  for (const { what, files, source, said, titles, attributes } of LAYOUTS) {
    it(`reads ${what}, and again by the reading that it wrote`, async () => {
      for (const [name, content] of Object.entries(files)) await put(name, content);
      const path = join(folder, source);
      const inspected = await inspectSource(path);
      const { reading, report } = inspected;
      assert.match(readingText(reading), said);
      assert.deepEqual(report.domain.persons, ['u1', 'u2']);
      assert.deepEqual(report.domain.catalogue, ['1', '2']);
      assert.equal(report.bad, 0);
      if (titles !== undefined) assert.deepEqual(report.domain.titles, titles);
      if (attributes !== undefined) assert.deepEqual(Object.fromEntries(report.domain.attributes ?? []), attributes);
      await writeReading(inspected, readingPathOf(path));
      const again = await openByReadingBeside(path, { name: report.domain.name });
      assert.deepEqual(again.domain.items, report.domain.items);
      assert.deepEqual(again.domain.attributes, report.domain.attributes);
    });
  }

  for (const { what, name, content, message } of BROKEN) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(inspectSource(await put(name, content)), { name: 'DataError', message });
    });
  }
});
