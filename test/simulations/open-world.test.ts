import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { openWorld } from '../../simulations/worlds/open-world.ts';

describe('A world of files', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'isthmus-world-'))));
  after(() => rm(folder, { recursive: true }));

  it('is read as found, or by its reading files, and says which', async () => {
    const path = (name: string): string => join(folder, name);
    await writeFile(path('books.tsv'), 'person\titem\trating\na\tx\t5\nb\tx\t1\nb\t\t4\nb\ty\t4\n');
    await writeFile(path('films.csv'), 'who;what\na;f\nc;g\n');
    const choice = { columns: { person: 'who', item: 'what' } };
    await writeReading(await inspectSource(path('films.csv'), choice), readingPathOf(path('films.csv')));
    const sizes = { seed: '1', world: null, persons: 1, items: 1, worldOverlap: 0, meanHistory: 3 };
    const { domains, readings } = await openWorld({ data: folder, platforms: [], ...sizes });
    assert.deepEqual(
      domains.map(({ name, persons, items }) => [name, persons.length, items.length]),
      [
        ['books', 2, 2],
        ['films', 2, 2],
      ],
    );
    assert.match(
      readings[0],
      /^books is read by inspection: tab-separated, .*person column "person"; .*rated 3 to 5 counts as a like.*cannot be read: 1$/,
    );
    assert.equal(readings[1], `films is read by ${path('films.csv.reading.yaml')}`);
  });

  it('refuses a platform with two files, and names both; the others can still be read', async () => {
    const data = await mkdtemp(join(folder, 'two-'));
    for (const name of ['food.tsv', 'food.csv', 'toys.tsv', 'books.tsv'])
      await writeFile(join(data, name), name.endsWith('csv') ? 'person,item\na,x\n' : 'person\titem\na\ty\n');
    const sizes = { seed: '1', world: null, persons: 1, items: 1, worldOverlap: 0, meanHistory: 3 };
    await assert.rejects(openWorld({ data, platforms: [], ...sizes }), {
      code: 'SIMULATION_WORLD',
      message: `platform food has more than one file in ${data}: food.csv and food.tsv. Keep the one that is to be read`,
    });
    const { domains } = await openWorld({ data, platforms: ['toys', 'books'], ...sizes });
    assert.equal(domains.length, 2);
    await rm(join(data, 'food.csv'));
    for (const ending of ['tsv', 'csv']) await writeFile(join(data, `food.items.${ending}`), 'y\n');
    await assert.rejects(inspectSource(join(data, 'food.tsv')), {
      code: 'DATA_TWO_FILES',
      message: `${data} has food.items.tsv and food.items.csv: keep the one that is to be read, or name it with --items`,
    });
  });
});
