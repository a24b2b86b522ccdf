/** Files of item vectors and of persons' attributes, and the way of both to the threads that compute. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectSource } from '../../client/data/inspect.ts';
import { openByReadingBeside } from '../../client/data/open.ts';
import { peopleOf } from '../../client/data/people.ts';
import { readingPathOf, writeReading } from '../../client/data/reading-file.ts';
import { packDomain, unpackDomain } from '../../client/work/packets.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import type { Domain } from '../../core/data/domain.ts';
import { formatAttributes, readAttributes, readItemVectors } from '../../core/data/item-facts.ts';
import { historyOf } from '../../core/data/select.ts';
import { writeDomain } from '../../simulations/worlds/write-world.ts';

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}

async function inspected(folder: string): Promise<string> {
  const data = join(folder, 'shop.tsv');
  writeFileSync(data, 'person\titem\np1\ta\np1\tb\np2\tb\n');
  writeFileSync(join(folder, 'shop.items.tsv'), 'item\ttitle\na\tred scarf\nb\t\nc\tsteel nut\n');
  writeFileSync(join(folder, 'shop.vectors.tsv'), 'item\tx\ty\na\t1\t2\nc\t-3.5\t4e-1\n');
  writeFileSync(join(folder, 'shop.persons.tsv'), 'age\tperson\tregion\n18-24\tp1\tnorth\n\tp2\tsouth\n');
  await writeReading(await inspectSource(data), readingPathOf(data));
  return data;
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'isthmus-facts-'));

function checkFacts(domain: Domain): void {
  assert.deepEqual(
    [...domain.vectors!.of],
    [
      ['a', Float32Array.of(1, 2)],
      ['c', Float32Array.of(-3.5, 0.4)],
    ],
  );
  assert.deepEqual(historyOf(domain, 0).attributes, ['age=18-24', 'region=north']);
  assert.deepEqual(historyOf(domain, 1).attributes, ['region=south']);
  assert.deepEqual(domain.titles, ['red scarf', undefined, 'steel nut']);
}

describe('facts about items and persons', () => {
  it('are found beside the data, read by the reading file, and reach work threads as they are', async () => {
    const { domain } = await openByReadingBeside(await inspected(folder()), { name: 'shop' });
    checkFacts(domain);
    checkFacts(unpackDomain(structuredClone(packDomain(domain))));
    const { domain: named, pseudonyms } = await peopleOf(domain, unsafeSharedKeyPseudonyms(new Uint8Array(32)));
    assert.deepEqual([...named.attributes!.keys()], pseudonyms);
    checkFacts(named);
  });

  it('are written for the platforms of a simulation', async () => {
    const { domain } = await openByReadingBeside(await inspected(folder()), { name: 'shop' });
    const { interactions } = await writeDomain(domain, folder());
    checkFacts((await openByReadingBeside(interactions, { name: 'shop' })).domain);
  });

  it('other vectors than those of the inspection are refused, and another file of persons is not', async () => {
    const data = await inspected(folder());
    const beside = data.replace(/tsv$/, '');
    writeFileSync(`${beside}persons.tsv`, 'person\tage\np1\t25-34\n');
    const { domain } = await openByReadingBeside(data, { name: 'shop' });
    assert.deepEqual(historyOf(domain, 0).attributes, ['age=25-34']);
    writeFileSync(`${beside}vectors.tsv`, `${readFileSync(`${beside}vectors.tsv`, 'utf8')}b\t1\t1\n`);
    await assert.rejects(openByReadingBeside(data, { name: 'shop' }), { code: 'DATA_CATALOGUE' });
  });

  it('vectors: what made them is in the header, and reaches work threads and the files of a simulation', async () => {
    const made = '3f'.repeat(32);
    const data = await inspected(folder());
    const file = data.replace(/tsv$/, 'vectors.tsv');
    writeFileSync(file, readFileSync(file, 'utf8').replace('item\tx\ty', `item\tmade:${made}\ttitles:0`));
    await writeReading(await inspectSource(data), readingPathOf(data));
    const { domain } = await openByReadingBeside(data, { name: 'shop' });
    checkFacts(domain);
    const { interactions } = await writeDomain(unpackDomain(structuredClone(packDomain(domain))), folder());
    assert.equal((await openByReadingBeside(interactions, { name: 'shop' })).domain.vectors?.made, made);
    assert.equal((await readItemVectors(bytes('item\tx\na\t1\n'))).made, undefined);
  });

  for (const [what, text] of [
    ['a number that is none', 'a\t1\nb\tx\n'],
    ['NaN', 'a\t1\nb\tNaN\n'],
    ['a header whose fingerprint is none', 'item\tmade:3F\na\t1\n'],
    ['another length', 'a\t1\t2\nb\t1\n'],
    ['an item twice', 'a\t1\na\t2\n'],
    ['no item', '\t1\n'],
    ['nothing', ''],
  ] as const) {
    it(`vectors: ${what} is an error that names the line`, async () => {
      await assert.rejects(readItemVectors(bytes(text)), {
        code: 'DATA_FORMAT_BROKEN',
        message: text === '' ? /no vector/ : /line [12]/,
      });
    });
  }

  it('persons: a file without a column of persons is refused; what is written is read again', async () => {
    await assert.rejects(readAttributes(bytes('age\tregion\n1\t2\n')), { code: 'DATA_HEADER' });
    await assert.rejects(readAttributes(bytes('person\tage\np1\t2\np1\t3\n')), {
      code: 'DATA_FORMAT_BROKEN',
      message: /line 3: the person stands in an earlier line too/,
    });
    const attributes = new Map([
      ['p1', ['age=1', 'note=a=b']],
      ['p2', ['note=c']],
    ]);
    assert.deepEqual(await readAttributes(bytes(formatAttributes(attributes))), attributes);
  });
});
