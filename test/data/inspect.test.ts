import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { inspectSources, inspectText } from '../../cli/commands/data.ts';
import type { InspectDocument } from '../../cli/commands/data.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { buildDomain } from '../../core/data/build.ts';
import { describeDomain, overlaps } from '../../core/data/describe.ts';
import { parseReading } from '../../core/data/reading.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('describing a domain', () => {
  // Ten items: six persons met one of them, one person met each of four, and nobody met the other five.
  const domain = buildDomain(
    'd',
    [
      ...Array.from({ length: 6 }, (_, p) => ({ person: `p${p}`, item: 'hit', timestamp: 100 + p })),
      ...Array.from({ length: 4 }, (_, i) => ({ person: 'p0', item: `niche${i}`, rating: i + 1 })),
    ],
    { titles: new Map(Array.from({ length: 5 }, (_, i) => [`unmet${i}`, 'a title'])) },
  );

  it('tells sizes, histories, the long tail and time', () => {
    const figures = describeDomain(domain);
    assert.deepEqual([figures.persons, figures.items, figures.interactions, figures.titled], [6, 10, 10, 5]);
    assert.equal(figures.density, 10 / 60);
    assert.deepEqual(figures.histories, { min: 1, p10: 1, median: 1, mean: 10 / 6, p90: 5, max: 5 });
    assert.equal(figures.perItem.median, 1);
    assert.deepEqual([figures.longTail.top1PercentShare, figures.longTail.top10PercentShare], [0.6, 0.6]);
    // By definition: the mean absolute difference of all pairs, divided by twice the mean.
    const counts = [6, 1, 1, 1, 1, 0, 0, 0, 0, 0];
    const differences = counts.flatMap((a) => counts.map((b) => Math.abs(a - b))).reduce((sum, x) => sum + x, 0);
    assert.ok(Math.abs(figures.longTail.gini - differences / 100 / 2) < 1e-12);
    assert.deepEqual(figures.timeSpan, { first: 100, last: 105, knownShare: 0.6 });
    assert.deepEqual(figures.ratings, { min: 1, mean: 2.5, max: 4, knownShare: 0.4 });
  });

  it('counts who is known on several, and who well enough', () => {
    const side = (name: string, persons: Record<string, number>) =>
      buildDomain(
        name,
        Object.entries(persons).flatMap(([person, n]) =>
          Array.from({ length: n }, (_, i) => ({ person, item: `${i}` })),
        ),
      );
    const domains = [side('a', { x: 3, y: 3, z: 1 }), side('b', { x: 4, z: 9 }), side('c', { x: 2, y: 3, w: 1, v: 1 })];
    assert.deepEqual(
      overlaps(domains).map(({ domains: names, persons, eligible }) => [names.join('+'), persons, eligible]),
      [
        ['a+b', 2, 1],
        ['a+c', 2, 1],
        ['b+c', 1, 0],
        ['a+b+c', 1, 0],
      ],
    );
    assert.equal(overlaps(domains)[0].shareOfSmallest, 1);
    assert.deepEqual(overlaps(domains.slice(0, 1)), []);
  });
});

describe('isthmus data inspect', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-inspect-'));
    await writeFile(join(folder, 'books.tsv'), 'person\titem\trating\na\tx\t5\nb\tx\t3\nb\ty\tNaN\n');
    await writeFile(join(folder, 'music.csv'), 'who,what\na,s\nc,s\nc,s\n');
  });
  after(() => rm(folder, { recursive: true }));

  const isthmus = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--import=tsx', 'cli/main.ts', ...args], { cwd: ROOT });

  it('prints a document that its schema describes, and writes what it says', async () => {
    const source = join(folder, 'books.tsv');
    const { stdout } = await isthmus('data', 'inspect', source, '--json');
    const schema = z.fromJSONSchema(
      JSON.parse(await readFile(join(ROOT, 'docs/schemas/data-inspect.json'), 'utf8')) as Parameters<
        typeof z.fromJSONSchema
      >[0],
    );
    const document = JSON.parse(stdout) as InspectDocument;
    schema.parse(document);
    const [found] = document.sources;
    assert.throws(() => schema.parse({ ...document, more: 1 }));
    assert.throws(() => schema.parse({ ...document, sources: [{ ...found, density: 2 }] }));
    assert.throws(() =>
      schema.parse({ ...document, sources: [{ ...found, reading: { ...found.reading, time: 'x' } }] }),
    );
    assert.deepEqual(found.badRows, [{ line: 4, reason: 'the rating is not a number: "NaN"' }]);
    assert.deepEqual(document.overlaps, []);
    assert.equal(found.readingFile, `${source}.reading.yaml`);
    const { reading, catalogue } = parseReading(await readFile(found.readingFile, 'utf8'), 'r');
    assert.deepEqual(reading, found.reading);
    assert.equal(found.catalogueFile, join(folder, catalogue.file));
    assert.equal(await readFile(found.catalogueFile, 'utf8'), 'item\ttitle\nx\t\n');
    assert.equal((await openByReadingBeside(source, { name: 'books' })).bad, 1);
  });

  it('fails by code and exit code on bad data, and where it cannot write', async () => {
    const source = join(folder, 'junk.tsv');
    await writeFile(source, 'person\titem\n\tx\n');
    await assert.rejects(isthmus('data', 'inspect', source), {
      code: 3,
      stderr: /none of the 1 rows .*line 2: the person is empty.*\[DATA_EMPTY\]\n$/,
    });
    const nowhere = join(folder, 'no', 'place.yaml');
    await assert.rejects(inspectSources([join(folder, 'books.tsv')], { out: nowhere }), {
      code: 'DATA_UNWRITABLE',
      message: /--out/,
    });
  });

  it('prints a page for people, and with --dry-run writes nothing', async () => {
    const source = join(folder, 'music.csv');
    const before = await readdir(folder);
    const document = await inspectSources([source], { dryRun: true, columns: { person: 'who', item: 'what' } });
    const text = inspectText(document);
    assert.match(text, /persons +2\n/);
    assert.match(text, /rows +3: 0 bad, 1 repeats/);
    assert.match(text, /person +column "who"\n +item +column "what"\n +rating +none: every row counts as a like\n/);
    assert.deepEqual(await readdir(folder), before);
  });

  it('says when nobody is shared', () => {
    const alone = (name: string, person: string) => buildDomain(name, [{ person, item: 'x' }]);
    const text = inspectText({ sources: [], overlaps: overlaps([alone('a', 'x'), alone('b', 'y')]) });
    assert.match(text, /nobody: nothing can be transferred/);
  });
});
