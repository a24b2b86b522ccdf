import assert from 'node:assert/strict';
import { buildDomain } from '../../core/data/build.ts';
import type { InteractionRecord } from '../../core/data/build.ts';
import { itemCounts } from '../../core/data/select.ts';
import { coldItemNegatives, coldItemSplit } from '../../core/evaluation/cold-item.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { rankMetrics } from '../../core/evaluation/metrics.ts';
import { beforeMoment, decayedCounts } from '../../core/evaluation/recency.ts';
import { Prng } from '../../core/random/prng.ts';

const prng = new Prng('items');
const rows: InteractionRecord[] = [];
for (let p = 0; p < 200; p++) {
  // Item i0 was met early, i1 late, both by everybody.
  rows.push({ person: `p${p}`, item: 'i0', timestamp: 1000 }, { person: `p${p}`, item: 'i1', timestamp: 9000 });
  for (const item of prng.sample(60, 6)) rows.push({ person: `p${p}`, item: `j${item}`, timestamp: 5000 });
}
const domain = buildDomain('shop', rows);

describe('the cold item', () => {
  const split = coldItemSplit(domain, { seed: 1, share: 0.5 });

  it('leaves no interaction with a cold item anywhere, and the catalogue whole', () => {
    const counts = itemCounts(split.train);
    assert.equal(split.coldItems.length, 31);
    for (const item of split.coldItems) assert.equal(counts[item], 0);
    assert.deepEqual(split.train.catalogue, domain.catalogue);
    const hidden = split.persons.reduce((sum, { positives }) => sum + positives.length, 0);
    assert.ok(hidden > 0 && hidden + split.train.items.length <= domain.items.length);
  });

  it('ranks cold items among cold items, and a method without any order gets the result of chance', () => {
    const negatives = coldItemNegatives(split, 20, 1);
    const cold = new Set(split.coldItems);
    for (const person of split.persons) {
      const drawn = negatives.draw(person);
      for (const item of drawn) assert.ok(cold.has(item) && !person.positives.includes(item));
      assert.equal(new Set(drawn.subarray(0, 20)).size, 20);
    }
    const score = (scorer: () => Float32Array): number => {
      const [found] = evaluateColdStart({
        scorer,
        cold: split.persons,
        items: domain.catalogue.length,
        negatives: [negatives],
        seed: 1,
      });
      return rankMetrics(found, { cutoffs: [10] }).find(({ metric }) => metric === 'HR@10')!.mean;
    };
    const chance = score(() => new Float32Array(domain.catalogue.length));
    assert.ok(Math.abs(chance - 10 / 21) < 0.06, String(chance));
    // Counts of the warm rows know nothing of cold items.
    const counts = Float32Array.from(itemCounts(split.train));
    assert.ok(Math.abs(score(() => counts) - 10 / 21) < 0.06);
  });

  it('refuses more negatives than there are cold items, and a share outside its range', () => {
    assert.throws(() => coldItemNegatives(split, 40, 1).draw(split.persons[0]), { code: 'EVALUATION_TOO_FEW_ITEMS' });
    assert.throws(() => coldItemSplit(domain, { seed: 1, share: 1 }), { code: 'DATA_OPTION' });
  });
});

describe('recency', () => {
  it('keeps what happened before a moment, and nothing that happened at it', () => {
    const before = beforeMoment(domain, 9000);
    assert.equal(before.items.length, 200 * 7);
    assert.equal(itemCounts(before)[domain.catalogue.indexOf('i1')], 0);
    assert.equal(beforeMoment(domain, 9001).items.length, domain.items.length);
  });

  it('halves an interaction with every half-life, so that the late item is hotter than the early one', () => {
    const at = 9001;
    const decayed = decayedCounts(domain, at, 4000);
    const [early, late] = ['i0', 'i1'].map((id) => decayed[domain.catalogue.indexOf(id)]);
    assert.ok(Math.abs(late / early - 4) < 1e-9);
    assert.ok(Math.abs(late - 200 * 2 ** (-1 / 4000)) < 1e-9);
    const alike = decayedCounts(domain, at, Infinity);
    assert.deepEqual([...alike], [...itemCounts(domain)]);
  });

  it('refuses a domain with an interaction that has no time', () => {
    const unknown = buildDomain('shop', [
      { person: 'p', item: 'i', timestamp: 1 },
      { person: 'p', item: 'j' },
    ]);
    assert.throws(() => decayedCounts(unknown, 2, 1), { code: 'DATA_OPTION' });
  });
});
