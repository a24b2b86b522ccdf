import assert from 'node:assert/strict';
import type { ColdPerson } from '../../core/data/cold-person.ts';
import { evaluateColdStart } from '../../core/evaluation/evaluate.ts';
import { rankMetrics } from '../../core/evaluation/metrics.ts';
import { uniformNegatives } from '../../core/evaluation/negatives.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { BaselineWorld } from '../../core/transfer/baselines/baseline.ts';
import { baselineNamed, baselines } from '../../core/transfer/baselines/registry.ts';
import { Neighbours } from '../../core/transfer/baselines/user-knn.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';
import { domainOfRows } from '../../compliance/domain-of-rows.ts';

const world = syntheticWorld({
  seed: 'baselines',
  platforms: ['books', 'films'],
  persons: 300,
  items: 100,
  overlap: 0.6,
  meanHistory: 12,
  tasteDimensions: 3,
  sharedTaste: 1,
  tasteStrength: 3,
  popularityExponent: 0.6,
});
const [books, films] = world.domains;
const split = coldSplit(films, [books], { seed: 1, coldShare: 0.3 });

const worldOf = ({ target, linked }: ColdSplit, validation?: readonly ColdPerson[]): BaselineWorld => ({
  target,
  linked,
  sources: [books],
  ...(validation && { validation }),
  random: seededRandom('baseline'),
  factorise: factorMemory('factors').factorise,
});

const quality = (name: string, metric = 'NDCG@10', given = worldOf(split)): number => {
  const scorer = baselineNamed(name).fit(given);
  const [evaluation] = evaluateColdStart({
    scorer: (_, { person }) => scorer(person),
    cold: split.cold,
    items: 100,
    negatives: [uniformNegatives({ target: split.target, n: 49, seed: 1 })],
    seed: 1,
  });
  return rankMetrics(evaluation).find((one) => one.metric === metric)!.mean;
};

describe('baselines', () => {
  it('have the names that tables use', () => {
    assert.deepEqual(
      baselines.map(({ name }) => name),
      ['random', 'popularity', 'local-only', 'prior', 'prior-count', 'user-knn', 'ceiling'],
    );
    assert.throws(() => baselineNamed('oracle'), { code: 'TRANSFER_BASELINE_UNKNOWN', message: /prior-count/ });
  });

  it('random gets what chance gives', () => {
    const positives = split.cold.reduce((sum, { positives: { length } }) => sum + length, 0);
    const chance = 10 / 50;
    const standardError = Math.sqrt((chance * (1 - chance)) / positives);
    const found = quality('random', 'HR@10');
    assert.ok(Math.abs(found - chance) < 4 * standardError, `${found}`);
  });

  it('counts are counts, and the prior is of the linked persons alone', () => {
    const target = domainOfRows('t', [[0, 1], [1, 2], [1], [3]], 5);
    const given: BaselineWorld = {
      target,
      linked: ['p0', 'p3', 'nobody'],
      sources: [],
      random: seededRandom('x'),
      factorise: () => ({
        dimension: 1,
        persons: Float32Array.of(1, 10, 100, 3),
        items: Float32Array.of(1, 2, 3, 4, 5),
        foldIn: () => new Float32Array(1),
      }),
    };
    const scores = (name: string): number[] => Array.from(baselineNamed(name).fit(given)('anybody'));
    assert.deepEqual(scores('popularity'), [1, 3, 1, 1, 0]);
    assert.deepEqual(scores('prior-count'), [1, 1, 0, 1, 0]);
    assert.deepEqual(scores('prior'), [2, 4, 6, 8, 10]);
    assert.deepEqual(scores('local-only'), [28.5, 57, 85.5, 114, 142.5]);
  });

  it('the ceiling uses tastes: far above the prior, and not below nearest neighbours', () => {
    const prior = quality('prior');
    const neighbours = quality('user-knn');
    const ceiling = quality('ceiling');
    assert.ok(neighbours > prior + 0.02, `${neighbours} and ${prior}`);
    assert.ok(ceiling > prior + 0.1, `${ceiling} and ${prior}`);
    assert.ok(ceiling > neighbours - 0.02, `${ceiling} and ${neighbours}`);
  });

  it('neighbours are weighted by the cosines of their profiles', () => {
    const target = domainOfRows('t', [[0, 1], [1, 2], [3], [2]], 5);
    // The last two have nothing in common with the profile, or no profile.
    const profiles = [
      { items: Uint32Array.of(0, 4), weights: Float64Array.of(0.6, 0.8) },
      { items: Uint32Array.of(4, 7), weights: Float64Array.of(0.28, 0.96) },
      { items: Uint32Array.of(2), weights: Float64Array.of(1) },
      { items: new Uint32Array(0), weights: new Float64Array(0) },
    ];
    const neighbours = new Neighbours(target, [0, 1, 2, 3], profiles);
    const [first, second] = [0.8 * 0.6 + 0.6 * 0.8, 0.6 * 0.28];
    const everybody = [1, 2, 2, 1, 0].map((count) => (1e-3 * count) / 4);
    const expected = [first, first + second, second, 0, 0].map((own, item) => everybody[item] + own / (first + second));
    const profile = { items: Uint32Array.of(0, 4, 9), weights: Float64Array.of(0.8, 0.6, 0) };
    for (const scores of [neighbours.scores(profile), neighbours.scores(profile)]) {
      scores.forEach((score, item) => assert.ok(Math.abs(score - expected[item]) < 1e-6, `${item}: ${score}`));
    }
    const stranger = { items: Uint32Array.of(9), weights: Float64Array.of(1) };
    assert.deepEqual(neighbours.scores(stranger), Float32Array.from(everybody));
  });

  it('the ceiling takes the validation persons of a published split', () => {
    const half = Math.floor(split.cold.length / 2);
    assert.ok(quality('ceiling', 'NDCG@10', worldOf(split, split.cold.slice(0, half))) > quality('prior') + 0.1);
  });

  it('score persons of whom no source knows anything', () => {
    for (const baseline of baselines) {
      const scores = baseline.fit(worldOf(split))('a stranger');
      assert.equal(scores.length, 100);
      assert.ok(scores.every(Number.isFinite), baseline.name);
    }
  });
});
