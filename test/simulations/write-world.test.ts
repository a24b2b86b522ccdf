import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDomain } from '../../client/data/open.ts';
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
    const read = await openDomain(source, { name: 'films' });
    assert.deepEqual([read.rows, read.bad, read.domain.items.length], [1000, 1, 999]);
    assert.deepEqual(read.badRows, [{ line: 502, reason: 'the rating is not a number', found: '"NaN"' }]);

    const { interactions } = await writeDomain(read.domain, join(folder, 'out'));
    assert.doesNotMatch(await readFile(interactions, 'utf8'), /NaN/);
    const again = await openDomain(interactions, { name: 'films', maxBadShare: 0 });
    const { titles: _, ...domain } = again.domain;
    assert.deepEqual(domain, read.domain);
  });
});
