import assert from 'node:assert/strict';
import { buildDomain } from '../../core/data/build.ts';
import type { InteractionRecord } from '../../core/data/build.ts';
import { historyLength, historyOf, personIndex } from '../../core/data/select.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';

function records(persons: number, from: number, seed: string, each = 5): InteractionRecord[] {
  const prng = new Prng(seed);
  const rows: InteractionRecord[] = [];
  for (let p = from; p < from + persons; p++) {
    for (const item of prng.sample(40, each))
      rows.push({ person: `p${p}`, item: `${seed}${item}`, rating: 1 + (item % 5) });
  }
  return rows;
}

const bookRows = records(100, 0, 'book');
const musicRows = [...records(80, 60, 'music'), ...records(20, 40, 'music', 2)];
const books = buildDomain('book', bookRows);
const music = buildDomain('music', musicRows);

describe('the cold split', () => {
  it('hides a share of the persons known well enough on both sides, all of their target rows, and nobody else', () => {
    const split = coldSplit(music, [books], { seed: 1 });
    // p60..p99 have five interactions on each side; p40..p59 have two in music.
    assert.equal(split.cold.length, 8);
    const left = personIndex(split.target);
    const before = personIndex(music);
    for (const cold of split.cold) {
      assert.equal(left.has(cold.person), false);
      assert.deepEqual(cold.positives, historyOf(music, before.get(cold.person)!).items);
      assert.deepEqual(cold.ratings, historyOf(music, before.get(cold.person)!).ratings);
      assert.equal(cold.sourceInteractions, 5);
    }
    assert.equal(split.target.persons.length, 92);
    assert.deepEqual(split.target.catalogue, music.catalogue);
    assert.equal(split.unmetPositives, 0);
    assert.equal(split.warm.length, 52);
    assert.deepEqual(split.linked, split.warm);
  });

  it('leaves items that only cold persons met out of the catalogue, and counts them', () => {
    const active = music.persons.filter((_, p) => historyLength(music, p) === 5);
    const own = active.map((person) => ({ person, item: `only ${person}`, rating: 1 }));
    const split = coldSplit(buildDomain('music', [...own, ...musicRows]), [books], { seed: 1 });
    const plain = coldSplit(music, [books], { seed: 1 });
    assert.equal(split.unmetPositives, 8);
    const ids = (of: typeof split) =>
      of.cold.map(({ person, positives }) => [person, ...Array.from(positives, (item) => of.target.catalogue[item])]);
    assert.deepEqual(ids(split), ids(plain));
    assert.equal(split.target.catalogue.length, 72 + plain.target.catalogue.length);
    for (const { person } of split.cold) assert.ok(!split.target.catalogue.includes(`only ${person}`));
    const [first] = split.cold;
    const before = personIndex(music).get(first.person)!;
    assert.deepEqual(first.ratings, historyOf(music, before).ratings);
  });

  it('depends on seed and ids, not on the order of rows', () => {
    const again = coldSplit(
      buildDomain('music', musicRows.slice().reverse()),
      [buildDomain('book', bookRows.slice().reverse())],
      {
        seed: 1,
      },
    );
    const first = coldSplit(music, [books], { seed: 1 });
    assert.deepEqual(
      again.cold.map(({ person }) => person),
      first.cold.map(({ person }) => person),
    );
    assert.deepEqual(again.linked, first.linked);
    const other = coldSplit(music, [books], { seed: 2 });
    assert.notDeepEqual(
      other.cold.map(({ person }) => person),
      first.cold.map(({ person }) => person),
    );
  });

  it('drops links in an overlap sweep, the smaller inside the larger, and keeps everybody’s interactions', () => {
    const [tenth, half, whole] = [0.1, 0.5, 1].map((overlapKept) =>
      coldSplit(music, [books], { seed: 4, overlapKept }),
    );
    assert.deepEqual([tenth.linked.length, half.linked.length, whole.linked.length], [5, 26, 52]);
    for (const id of tenth.linked) assert.ok(half.linked.includes(id));
    assert.deepEqual(tenth.target.items, whole.target.items);
    assert.deepEqual(tenth.warm, whole.warm);
  });

  it('refuses two platforms that share nobody', () => {
    const strangers = buildDomain('games', [{ person: 'someone else', item: 'x' }]);
    assert.throws(() => coldSplit(music, [strangers], { seed: 1 }), { code: 'DATA_NO_OVERLAP', message: /"games"/ });
    assert.throws(() => coldSplit(music, [], { seed: 1 }), { code: 'DATA_NO_OVERLAP' });
    assert.throws(() => coldSplit(music, [books], { seed: 1, coldShare: 1 }), { code: 'DATA_OPTION' });
    assert.throws(() => coldSplit(music, [books], { seed: 1, overlapKept: NaN }), { code: 'DATA_OPTION' });
  });
});
