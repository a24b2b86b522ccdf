/**
 * Tests of the planted bugs: each still fits its place, the table is up to date, and one of them is planted and
 * noticed.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SENTENCES } from '../../../core/claims/sentence.ts';
import { Prng } from '../../../core/random/prng.ts';
import { NOTICED } from './noticed.ts';
import { PlantedCopy } from './planted-copy.ts';
import { PLANTS, withTable } from './table.ts';

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe('Planted bugs', () => {
  it('each have a line of the sources that they replace, an id and a test of their own', () => {
    const unfit = PLANTS.filter(
      ({ file, search, replace }) => read(file).split(search).length !== 2 || search === replace,
    );
    assert.deepEqual(
      unfit.map(({ id, file }) => `${id}: its line in ${file} has moved; say where it is now`),
      [],
    );
    const ids = PLANTS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(ids.toSorted(), Object.keys(NOTICED).sort());
    for (const [id, { file, title }] of Object.entries(NOTICED)) {
      assert.ok(title.length > 10 && read(file).length > 0, `${id} names a test`);
    }
  });

  it('make every sentence false that a claim prints', () => {
    const broken = new Set<string>(PLANTS.map(({ breaks }) => breaks));
    assert.deepEqual([...broken].sort(), Object.keys(SENTENCES).sort());
  });

  it('stand in docs/privacy.md (else: npx tsx docs/write-plants.ts)', () => {
    const page = read('docs/privacy.md');
    assert.equal(page, withTable(page));
  });

  it('are noticed: one of them, drawn anew in every run', async function () {
    this.timeout(180_000);
    const seed = process.env.PLANT_SEED ?? String(Date.now());
    const plant = PLANTS[new Prng(seed).integer(PLANTS.length)];
    console.log(`      PLANT_SEED=${seed}: ${plant.id}`);
    const copy = new PlantedCopy();
    try {
      const { outcome, text } = await copy.run([NOTICED[plant.id]], plant, 120);
      assert.equal(outcome, 'failed', `${plant.id} (${plant.why}): the test it names ${outcome}. ${text}`);
    } finally {
      copy.remove();
    }
  });
});
