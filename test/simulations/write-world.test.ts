import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { writeReading } from '../../client/data/reading-file.ts';
import { DEFAULT_SYNTHETIC_WORLD, syntheticWorld } from '../../simulations/worlds/synthetic.ts';
import { writeDomain } from '../../simulations/worlds/write-world.ts';

describe('A domain written as files', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-world-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('is read as the same domain, also where most ratings and times are unknown', async () => {
    const source = join(folder, 'export.tsv');
    const rows = Array.from({ length: 1000 }, (_, i) => {
      const rating = i === 500 ? 'NaN' : i % 3 === 0 ? `${1 + (i % 5)}` : '';
      return `p${i % 50}\ti${i}\t${rating}\t${i % 4 === 0 ? i : ''}`;
    });
    await writeFile(source, `person\titem\trating\ttimestamp\n${rows.join('\n')}\n`);
    const { report: read } = await inspectSource(source, { name: 'films', minRating: null });
    assert.deepEqual([read.rows, read.bad, read.domain.items.length], [1000, 1, 999]);
    assert.deepEqual(read.badRows, [{ line: 502, reason: 'the rating is not a number', found: '"NaN"' }]);

    const { interactions } = await writeDomain(read.domain, join(folder, 'out'));
    assert.doesNotMatch(await readFile(interactions, 'utf8'), /NaN/);
    const again = await openByReadingBeside(interactions, { name: 'films' });
    const { titles: _, ...domain } = again.domain;
    assert.deepEqual([domain, again.bad], [read.domain, 0]);
  });

  it('says how it is read as an inspection would', async () => {
    const world = syntheticWorld({ ...DEFAULT_SYNTHETIC_WORLD, persons: 30, items: 40, meanHistory: 5 });
    const { interactions, reading } = await writeDomain(world.domains[0], folder);
    const written = await readFile(reading, 'utf8');
    const found = await inspectSource(interactions);
    const { cataloguePath } = await writeReading(found, reading);
    assert.equal(cataloguePath, undefined, 'the file of items is the catalogue');
    assert.equal(await readFile(reading, 'utf8'), written);
  });
});
