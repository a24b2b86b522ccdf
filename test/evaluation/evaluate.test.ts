import assert from 'node:assert/strict';
import fc from 'fast-check';
import { buildDomain } from '../../core/data/build.ts';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import { itemCounts } from '../../core/data/select.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import type { Evaluation } from '../../core/evaluation/evaluate.ts';
import { listMetrics, popularityRanks, rankMetrics } from '../../core/evaluation/metrics.ts';
import { popularityNegatives, uniformNegatives, WHOLE_CATALOGUE } from '../../core/evaluation/negatives.ts';
import { ranksInCatalogue, rankAmong, TopItems } from '../../core/evaluation/rank.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';

const ITEMS = 1000;
const PERSONS = 400;

/** Long-tailed: item i is met with probability proportional to 1 / (i + 5). */
function longTailed(name: string, seed: string) {
  const prng = new Prng(seed);
  const rows = [];
  for (let p = 0; p < PERSONS; p++) {
    for (let i = 0; i < 12; i++) {
      rows.push({
        person: `p${p}`,
        item: `${name}${Math.floor((ITEMS + 5) ** prng.uniform() * 5 ** prng.uniform()) % ITEMS}`,
      });
    }
  }
  return buildDomain(name, rows);
}

const source = longTailed('s', 'source');
const target = longTailed('t', 'target');
const split = coldSplit(target, [source], { seed: 1 });
const items = split.target.catalogue.length;
const named = (metrics: readonly { metric: string; mean: number }[], name: string) =>
  metrics.find(({ metric }) => metric === name)!.mean;

describe('evaluating cold persons', () => {
  const all = [
    uniformNegatives({ target: split.target, seed: 1 }),
    popularityNegatives({ target: split.target, seed: 1 }),
    WHOLE_CATALOGUE,
  ];

  it('gives a random method k / (n + 1), and one constant score the same: ties are broken at random', () => {
    const prng = new Prng('random');
    const random = Float32Array.from({ length: items }, () => prng.uniform());
    const methods = {
      random: () => prng.shuffle(random),
      constant: () => new Float32Array(items),
    };
    for (const [name, scorer] of Object.entries(methods)) {
      const totals = all.map(() => 0);
      let positives = 0;
      for (let seed = 0; seed < 12; seed++) {
        const evaluations = evaluateColdStart({ scorer, cold: split.cold, items, negatives: all, seed });
        positives += evaluations[0].ranks.length;
        evaluations.forEach(
          (e, i) => (totals[i] += named(rankMetrics(e, { cutoffs: [10] }), 'HR@10') * e.ranks.length),
        );
      }
      const inCatalogue =
        split.cold.reduce((sum, { positives: p }) => sum + (p.length * 10) / (items - p.length + 1), 0) /
        split.cold.reduce((sum, { positives: p }) => sum + p.length, 0);
      [0.1, 0.1, inCatalogue].forEach((expected, i) => {
        const error = Math.sqrt((expected * (1 - expected)) / positives);
        assert.ok(
          Math.abs(totals[i] / positives - expected) < 5 * error,
          `${name}, ${all[i].name}: ${totals[i] / positives}`,
        );
      });
    }
  });

  it('is fooled by best-sellers under uniform negatives, and less under popularity-drawn ones', () => {
    const popularity = Float32Array.from(itemCounts(split.target));
    const [uniform, byPopularity] = evaluateColdStart({
      scorer: () => popularity,
      cold: split.cold,
      items,
      negatives: all,
      seed: 1,
    }).map((e) => named(rankMetrics(e, { cutoffs: [10] }), 'HR@10'));
    assert.ok(uniform > 0.4 && byPopularity < uniform - 0.2, `${uniform} ${byPopularity}`);
  });

  it('gives a method that knows the answers everything', () => {
    const oracle = (_: number, { positives }: ColdPerson) => {
      const scores = new Float32Array(items);
      for (const item of positives) scores[item] = 1;
      return scores;
    };
    for (const e of evaluateColdStart({ scorer: oracle, cold: split.cold, items, negatives: all, seed: 1 })) {
      assert.deepEqual(
        rankMetrics(e, { cutoffs: [1] }).map(({ mean, personMean }) => [mean, personMean]),
        [
          [1, 1],
          [1, 1],
          [1, 1],
        ],
      );
      if (e.negatives === 'full') {
        const metrics = listMetrics(e, split.cold, itemCounts(split.target), { cutoffs: [20] });
        assert.equal(named(metrics, 'Recall@20'), 1);
      }
    }
  });

  it('measures every kind of negatives as if it were alone', () => {
    const scores = new Float32Array(items);
    const run = (negatives: typeof all) =>
      evaluateColdStart({ scorer: () => scores, cold: split.cold, items, negatives, seed: 9 });
    const together = run(all);
    all.forEach((kind, i) => assert.deepEqual(run([kind])[0], together[i]));
  });

  it('refuses scores that cannot be ranked', () => {
    const run = (scores: Float32Array) => () =>
      evaluateColdStart({ scorer: () => scores, cold: split.cold, items, negatives: all, seed: 1 });
    assert.throws(run(new Float32Array(items).fill(NaN, 4, 5)), { code: 'EVALUATION_BAD_SCORES', message: /item 4/ });
    assert.throws(run(new Float32Array(items - 1)), { code: 'EVALUATION_BAD_SCORES' });
    assert.doesNotThrow(run(new Float32Array(items).fill(-Infinity)));
    assert.throws(
      () => evaluateColdStart({ scorer: () => new Float32Array(items), cold: [], items, negatives: all, seed: 1 }),
      { code: 'EVALUATION_NO_POSITIVES' },
    );
  });

  it('stops when told to', () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    assert.throws(
      () =>
        evaluateColdStart({
          scorer: () => new Float32Array(items),
          cold: split.cold,
          items,
          negatives: all,
          seed: 1,
          signal: stop.signal,
        }),
      /enough/,
    );
  });
});

describe('ranks', () => {
  const scoresOf = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 30 });

  it('in the catalogue lie between the best and the worst place ties allow, and cover both', () => {
    fc.assert(
      fc.property(scoresOf, fc.nat(), (values, salt) => {
        const scores = Float32Array.from(values);
        const positives = new Prng(salt).sample(scores.length, 1 + (salt % 3));
        const others = values.filter((_, item) => !positives.includes(item));
        const ranks = ranksInCatalogue(scores, positives, new Prng(salt));
        positives.forEach((item, i) => {
          const better = others.filter((score) => score > scores[item]).length;
          const equal = others.filter((score) => score === scores[item]).length;
          assert.ok(ranks[i] > better && ranks[i] <= better + equal + 1);
        });
      }),
    );
    const tied = new Set(
      Array.from({ length: 60 }, (_, seed) =>
        rankAmong(new Float32Array(4), 0, Uint32Array.of(1, 2, 3), new Prng(seed)),
      ),
    );
    assert.deepEqual([...tied].sort(), [1, 2, 3, 4]);
  });

  it('agree with the list: the best k items hold every score above the k-th', () => {
    fc.assert(
      fc.property(scoresOf, fc.nat(), (values, salt) => {
        const scores = Float32Array.from(values);
        const list = new Uint32Array(Math.min(5, values.length));
        new TopItems(values.length, 'lists').select(scores, salt, list);
        assert.equal(new Set(list).size, list.length);
        assert.deepEqual(
          Array.from(list, (item) => scores[item]),
          values.toSorted((a, b) => b - a).slice(0, list.length),
        );
      }),
    );
  });

  it('show tied items equally often over persons', () => {
    const top = new TopItems(50, 'ties');
    const shown = new Array<number>(50).fill(0);
    const list = new Uint32Array(10);
    const prng = new Prng('salts');
    for (let i = 0; i < 5000; i++) {
      top.select(new Float32Array(50), prng.uint32(), list);
      for (const item of list) shown[item]++;
    }
    for (const times of shown)
      assert.ok(Math.abs(times - 1000) < 200, `${Math.min(...shown)} to ${Math.max(...shown)}`);
  });
});

describe('metrics', () => {
  const cold: ColdPerson[] = [
    { person: 'a', positives: Uint32Array.of(0, 1), ratings: Float32Array.of(4, NaN), sourceInteractions: 3 },
    { person: 'b', positives: Uint32Array.of(2), ratings: Float32Array.of(2), sourceInteractions: 30 },
  ];
  const evaluation: Evaluation = {
    negatives: 'full',
    ranks: Uint32Array.of(1, 3, 20),
    offsets: Uint32Array.of(0, 2, 3),
    lists: { length: 2, items: Uint32Array.of(0, 3, 3, 4) },
  };

  it('are those of the textbook', () => {
    const metrics = rankMetrics(evaluation, { cutoffs: [3] });
    assert.deepEqual(metrics, [
      { metric: 'HR@3', mean: 2 / 3, personMean: 0.5, n: 3 },
      { metric: 'NDCG@3', mean: 1.5 / 3, personMean: 0.375, n: 3 },
      { metric: 'MRR', mean: (1 + 1 / 3 + 1 / 20) / 3, personMean: ((1 + 1 / 3) / 2 + 1 / 20) / 2, n: 3 },
    ]);
    assert.equal(rankMetrics(evaluation, { cutoffs: [3], keep: Uint8Array.of(1, 0, 0) })[0].mean, 1);
    assert.throws(() => rankMetrics(evaluation, { keep: new Uint8Array(3) }), { code: 'EVALUATION_NO_POSITIVES' });
  });

  it('of lists count what is shown', () => {
    const metrics = listMetrics(evaluation, cold, Uint32Array.of(9, 5, 5, 1, 0), { cutoffs: [2, 5] });
    assert.deepEqual(
      metrics.map(({ metric, mean }) => [metric, Number(mean.toFixed(6))]),
      [
        ['Recall@2', 0.25],
        ['Precision@2', 0.25],
        ['F1@2', 0.25],
        ['Coverage@2', 0.6],
        // Ranks shown: 1, 4, 4, 5 of 5.
        ['PopularityRank@2', 0.7],
      ],
    );
    assert.deepEqual([...popularityRanks(Uint32Array.of(9, 5, 5, 1, 0))], [1, 2.5, 2.5, 4, 5]);
  });
});
