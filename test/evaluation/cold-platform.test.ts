import assert from 'node:assert/strict';
import { buildDomain } from '../../core/data/build.ts';
import type { InteractionRecord } from '../../core/data/build.ts';
import { clusteredGain } from '../../core/evaluation/clustered-gain.ts';
import { coldPlatformCut, hideLastItem } from '../../core/evaluation/cold-platform.ts';
import { candidateLists, ranksInLists } from '../../core/evaluation/two-kinds.ts';
import { Prng } from '../../core/random/prng.ts';

describe('the cold platform', () => {
  const rows: InteractionRecord[] = [];
  for (let p = 0; p < 60; p++) {
    // In the file the last item comes first: only the time says that it is the last.
    for (let i = 0; i < (p === 0 ? 2 : 4); i++)
      rows.push({ person: `p${p}`, item: `i${(7 * p + i) % 50}`, timestamp: 1000 - i });
  }
  const domain = buildDomain('shop', rows);
  const parts = hideLastItem(domain);

  it('hides the last item in time of everybody who has enough, and nothing else', () => {
    const { hidden, train } = parts;
    assert.equal(hidden[0], -1);
    assert.equal(train.offsets[1], 2);
    for (let p = 1; p < 60; p++) {
      const left = train.items.subarray(train.offsets[p], train.offsets[p + 1]);
      assert.equal(domain.catalogue[hidden[p]], `i${(7 * p) % 50}`);
      assert.equal(left.length, 3);
      assert.equal(left.includes(hidden[p]), false);
    }
  });

  it('cuts own persons that grow as a set, beside the same scored persons, who are never among them', () => {
    const cut = (own: number, seed = 'a') => coldPlatformCut(parts, { own, mostOwn: 30, scored: 20, seed });
    assert.deepEqual([...cut(10).own], [...cut(30).own.slice(0, 10)]);
    assert.deepEqual(cut(0).scored, cut(30).scored);
    assert.equal(cut(0).own.length, 0);
    const all = new Set([...cut(30).own, ...cut(30).scored]);
    assert.equal(all.size, 50);
    assert.equal(all.has(0), false, 'a person without a hidden item takes no part');
    assert.notDeepEqual(cut(30).own, cut(30, 'b').own);
  });

  it('refuses a cut that leaves nobody to be scored', () => {
    assert.throws(() => coldPlatformCut(parts, { own: 59, mostOwn: 59, scored: 20, seed: 'a' }), {
      code: 'EVALUATION_TOO_FEW_PERSONS',
    });
  });
});

describe('one list with two kinds of negatives', () => {
  const counts = Uint32Array.from({ length: 100 }, (_, item) => (item < 10 ? 91 : 1));
  const person = { hidden: 50, known: Uint32Array.of(0, 51) };
  const persons = Array.from({ length: 400 }, (_, p) => ({ id: `p${p}`, ...person }));
  const lists = candidateLists({ counts, persons, n: 5, seed: 's' });

  it('holds the hidden item first, no item twice, and none that the person knows', () => {
    for (let p = 0; p < persons.length; p++) {
      const row = lists.items.subarray(p * lists.width, (p + 1) * lists.width);
      assert.equal(row[0], 50);
      assert.equal(new Set(row).size, 11);
      assert.equal(row.includes(0) || row.includes(51), false);
    }
  });

  it('draws the first kind uniformly and the second by popularity', () => {
    const popular = [0, 0];
    for (let p = 0; p < persons.length; p++) {
      for (let at = 1; at < 11; at++) if (lists.items[p * 11 + at] < 10) popular[at > 5 ? 1 : 0]++;
    }
    // 9 of 97 items can be drawn and are popular: .093 of the uniform ones, most of the others.
    assert.ok(Math.abs(popular[0] / 2000 - 9 / 97) < 0.02, String(popular[0]));
    assert.ok(popular[1] / 2000 > 0.75, String(popular[1]));
  });

  it('ranks by score in both kinds and each apart; a list without any order gets the rank of chance', () => {
    const best = new Float32Array(lists.items.length);
    for (let p = 0; p < persons.length; p++) best.set([2, 3, 1, 1, 1, 1, 3, 3, 1, 1, 1], p * 11);
    const { both, popularity, uniform } = ranksInLists(lists, best);
    assert.deepEqual([both[7], uniform[7], popularity[7]], [4, 2, 3]);
    const chance = ranksInLists(lists, new Float32Array(lists.items.length)).both;
    const mean = chance.reduce((sum, rank) => sum + rank, 0) / chance.length;
    // Ranks 1 to 11 alike: mean 6, and a standard error of .16 over 400 persons.
    assert.ok(Math.abs(mean - 6) < 0.6, String(mean));
  });
});

describe('the interval of a gain over cuts', () => {
  const cuts = (each: (person: number, cut: number, prng: Prng) => number, count = 10) => {
    const prng = new Prng('gains');
    return Array.from({ length: count }, (_, c) => ({
      persons: Array.from({ length: 40 }, (_p, p) => `p${p}`),
      gains: Float64Array.from({ length: 40 }, (_p, p) => each(p, c, prng)),
    }));
  };

  it('averages markets alike and not by their size', () => {
    const one = cuts(() => 1, 1);
    const zero = cuts(() => 0, 9);
    assert.deepEqual(clusteredGain([one, zero], 's'), { mean: 0.5, low: 0.5, high: 0.5, n: 80 });
  });

  it('does not take ten cuts of the same persons for ten times the persons', () => {
    const taste = Float64Array.from({ length: 40 }, () => new Prng('taste').gaussian());
    taste.forEach((_, p) => (taste[p] = new Prng(`taste/${p}`).gaussian()));
    const once = clusteredGain([cuts((p) => taste[p], 1)], 's');
    const often = clusteredGain([cuts((p) => taste[p])], 's');
    assert.ok(Math.abs((often.high - often.low) / (once.high - once.low) - 1) < 0.25);
  });

  it('counts what a cut has in common: its persons and its noise', () => {
    const noise = Array.from({ length: 10 }, (_, c) => new Prng(`noise/${c}`).gaussian());
    const { high, low } = clusteredGain([cuts((_p, c) => noise[c])], 's');
    assert.ok(high - low > 0.5, `${low} to ${high}`);
  });

  it('covers the mean of the population about as often as it says', () => {
    let covered = 0;
    for (let trial = 0; trial < 60; trial++) {
      const prng = new Prng(`trial/${trial}`);
      const person = Float64Array.from({ length: 40 }, () => prng.gaussian());
      const cut = Float64Array.from({ length: 10 }, () => 0.5 * prng.gaussian());
      const { high, low } = clusteredGain([cuts((p, c) => person[p] + cut[c] + prng.gaussian())], `${trial}`, 200);
      if (low <= 0 && high >= 0) covered++;
    }
    assert.ok(covered >= 51, `${covered} of 60`);
  });
});
