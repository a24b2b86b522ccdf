/** Named synthetic worlds: each has the trait of its name. */
import assert from 'node:assert/strict';
import type { Domain } from '../../core/data/domain.ts';
import { historyOf, itemCounts, personIndex } from '../../core/data/select.ts';
import { wordsOf } from '../../core/transfer/text/cross-lingual.ts';
import { presetWorld } from '../../simulations/worlds/presets.ts';
import type { PresetName } from '../../simulations/worlds/presets.ts';
import { PERIOD_DAYS, syntheticWorld } from '../../simulations/worlds/synthetic.ts';
import type { World } from '../../simulations/worlds/world.ts';

const made = (name: PresetName): World =>
  syntheticWorld(presetWorld(name, { seed: '1', persons: 300, items: 200, meanHistory: 11 }));

/** Mean number of items that two persons have in common, over pairs. */
function common(domain: Domain, pairs: readonly (readonly [number, number])[]): number {
  const shared = pairs.map(([a, b]) => {
    const own = new Set(historyOf(domain, a).items);
    return historyOf(domain, b).items.filter((item) => own.has(item)).length;
  });
  return shared.reduce((sum, count) => sum + count, 0) / pairs.length;
}

describe('the world "social"', () => {
  const { domains, truth } = made('social');
  const [friends, films] = domains;

  it('has a platform whose items are its own persons, and nobody is linked with oneself', () => {
    assert.equal(friends.name, 'friends');
    assert.deepEqual(friends.catalogue, friends.persons);
    friends.persons.forEach((_, p) => {
      const { items } = historyOf(friends, p);
      assert.ok(items.length >= 3 && !items.includes(p), String(p));
    });
    assert.equal(truth!.preference('friends', friends.persons[5])[5], -Infinity);
  });

  it('links persons of like tastes: they have more films in common than others', () => {
    const rows = personIndex(films);
    const known = friends.persons.flatMap((id, p) => (rows.has(id) ? [p] : []));
    const row = (p: number): number => rows.get(friends.persons[p]) ?? 0;
    const linked = known.flatMap((p) =>
      Array.from(historyOf(friends, p).items)
        .filter((other) => rows.has(friends.persons[other]))
        .map((other) => [row(p), row(other)] as const),
    );
    const others = known.flatMap((p, at) => known.slice(at + 1, at + 6).map((other) => [row(p), row(other)] as const));
    assert.ok(linked.length > 200);
    assert.ok(common(films, linked) > 1.5 * common(films, others), `${common(films, linked)} ${common(films, others)}`);
  });
});

describe('the world "periods"', () => {
  const { domains, truth } = made('periods');

  it('has a time for each interaction, in order, over eight quarters', () => {
    for (const { offsets, persons, timestamps } of domains) {
      const times = timestamps!;
      persons.forEach((_, p) => {
        const own = times.subarray(offsets[p], offsets[p + 1]);
        assert.deepEqual(own, own.slice().sort());
      });
      const days = (Math.max(...times) - Math.min(...times)) / 86_400;
      assert.ok(days > 7 * PERIOD_DAYS && days < 8 * PERIOD_DAYS, `${days} days`);
    }
  });

  it('drifts: what is popular in the last quarter was not in the first one', () => {
    const [{ catalogue, items, timestamps }] = domains;
    const first = Math.min(...timestamps!);
    const countsIn = (quarter: number): Float64Array => {
      const counts = new Float64Array(catalogue.length);
      timestamps!.forEach((time, i) => {
        if (Math.floor((time - first) / 86_400 / PERIOD_DAYS) === quarter) counts[items[i]]++;
      });
      return counts;
    };
    const top = (counts: Float64Array): readonly number[] =>
      Array.from(counts.keys())
        .sort((a, b) => counts[b] - counts[a])
        .slice(0, 20);
    const [early, second, late] = [0, 1, 7].map((quarter) => new Set(top(countsIn(quarter))));
    const shared = (other: ReadonlySet<number>): number => [...late].filter((item) => other.has(item)).length;
    assert.ok(shared(early) <= 6, `${shared(early)} of 20 from the first quarter`);
    assert.ok(early.size === 20 && second.size === 20);
  });

  it('has its truth over all quarters: popular items have a high preference', () => {
    const [{ name, persons, ...domain }] = domains;
    const counts = itemCounts({ name, persons, ...domain });
    const means = new Float64Array(counts.length);
    for (const person of persons) truth!.preference(name, person).forEach((value, item) => (means[item] += value));
    const order = Array.from(counts.keys()).sort((a, b) => means[b] - means[a]);
    const half = (items: readonly number[]): number => items.reduce((sum, item) => sum + counts[item], 0);
    const [upper, lower] = [half(order.slice(0, 100)), half(order.slice(100))];
    assert.ok(upper > 2 * lower, `${upper} ${lower}`);
  });
});

describe('the world "cross-lingual"', () => {
  it('has titles without a common word but for numbers; brands begin alike', () => {
    const [north, south] = made('cross-lingual').domains.map(
      ({ titles }) => new Set(titles!.flatMap((title) => wordsOf(title ?? '')).filter((word) => !/^\d+$/.test(word))),
    );
    assert.deepEqual(
      [...north].filter((word) => south.has(word)),
      [],
    );
    const brands = [...south].filter((word) => north.has(word.replace(/esk$/, '')));
    assert.ok(brands.length >= 8, String(brands));
  });
});
