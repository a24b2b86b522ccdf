import assert from 'node:assert/strict';
import { z } from 'zod';
import type { History } from '../../core/data/domain.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { adapted } from '../../core/transfer/network/adapted.ts';
import { double } from '../../core/transfer/network/arithmetic.ts';
import { attention } from '../../core/transfer/network/attention.ts';
import { convolution } from '../../core/transfer/network/convolution.ts';
import { bend, chain, dense } from '../../core/transfer/network/dense.ts';
import { gru } from '../../core/transfer/network/gru.ts';
import { sizeOfBlocks } from '../../core/transfer/network/layer.ts';
import type { SequenceLayer } from '../../core/transfer/network/layer.ts';
import { beside, meanOf, sumOfSequences, thenDense } from '../../core/transfer/network/sequences.ts';
import { examplesOf } from '../../core/transfer/training/towers/examples.ts';
import { towerOver } from '../../core/transfer/training/towers/item-vectors.ts';
import { Negatives, SAMPLINGS } from '../../core/transfer/training/towers/negatives.ts';
import { TowerPair } from '../../core/transfer/training/towers/pair.ts';
import { NEARNESSES } from '../../core/transfer/training/towers/softmax.ts';
import { towerDefaults, towers, towerSettings } from '../../core/transfer/training/towers/towers.ts';
import type { TowerSettings } from '../../core/transfer/training/towers/towers.ts';
import type { Training } from '../../core/transfer/training/training.ts';

const WIDTH = 5;
const ITEMS = 30;
const random = new Prng('towers');
const gaussians = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.gaussian());
const vectors = { dimension: WIDTH, vectors: gaussians(ITEMS * WIDTH) };
const made = { items: vectors, encode: (): Float32Array => new Float32Array(WIDTH) };
const itemTower = towerOver(
  chain(dense(WIDTH, 4, { weights: 'a', bias: 'b' }), bend(4), dense(4, 4, { weights: 'c' })),
  {
    catalogue: { ids: Array.from({ length: ITEMS }, (_, item) => `${item}`) },
    views: [made],
  },
);
const settings = { task: 'halves', ordered: true, longest: 6, positives: 2, negatives: 5 } as const;
const noScore = { seed: 'towers', score: () => () => 0 };
const history = Uint32Array.of(3, 11, 4, 18, 29, 7, 0, 15, 22);

const persons: Readonly<Record<string, SequenceLayer>> = {
  mean: meanOf(4),
  attention: attention(4, 3, { keys: 'k', query: 'q' }),
  gru: gru(4, 4, { gates: 'g', candidate: 'h' }),
  'a mean and a recurrent unit': sumOfSequences(
    meanOf(4),
    thenDense(gru(4, 3, { gates: 'g', candidate: 'h' }), dense(3, 4, { weights: 'o' })),
  ),
  'two convolutions': beside(convolution(4, 2, 2, 'one'), convolution(4, 2, 3, 'two')),
};

describe('two towers', () => {
  for (const [name, person] of Object.entries(persons)) {
    for (const nearness of NEARNESSES) {
      it(`${name}, ${nearness}: an update is minus the gradient of the person's own loss`, () => {
        const pair = new TowerPair(itemTower, person, 4);
        const parameters = Float64Array.from(gaussians(pair.size), (value) => 0.5 * value);
        const examples = examplesOf(
          history,
          1,
          settings,
          new Negatives(ITEMS, { sampling: 'uniform', corrects: true }),
          noScore,
        );
        const lossAt = (i: number, step: number): number => {
          const moved = parameters.slice();
          moved[i] += step;
          return pair.learn(double, moved, [examples], { temperature: 0.7, nearness })[0].loss;
        };
        const [{ update }] = pair.learn(double, parameters, [examples], { temperature: 0.7, nearness });
        const values = update.values;
        assert.equal(values.length, pair.size);
        for (let i = 0; i < pair.size; i++) {
          const slope = (lossAt(i, 1e-5) - lossAt(i, -1e-5)) / 2e-5;
          assert.ok(Math.abs(-slope - values[i]) < 1e-5, `parameter ${i}: ${-slope} and ${values[i]}`);
        }
      });
    }
  }

  it('the person of meta-learning is the start after its steps, and the outer step passes to the start', () => {
    const layer = adapted(2, { steps: 2, rate: 0.5, outer: 'maml' }, 'start');
    const reptile = adapted(2, { steps: 2, rate: 0.5, outer: 'reptile' }, 'start');
    const [x, offsets] = [Float64Array.of(1, 0), Uint32Array.of(0, 1)];
    const start = Float64Array.of(0.2, 0.4);
    // 1 - 0.2 = 0.8, half of it is added; then half of 0.4.
    const pass = layer.run(double, start, x, offsets);
    assert.ok(Math.abs(pass.y[0] - 0.8) < 1e-12 && pass.y[1] === 0.4, pass.y.join());
    assert.deepEqual([...pass.backward(Float64Array.of(3, 4)).factors[0].right], [3, 4]);
    const moved = reptile.run(double, start, x, offsets).backward(Float64Array.of(3, 4)).factors[0].right;
    assert.ok(Math.abs(moved[0] - 0.6) < 1e-12 && moved[1] === 0, moved.join());
    assert.equal(sizeOfBlocks(layer.blocks), 2);
  });

  it('negatives follow their law, and logQ says by how much an item is drawn more often than evenly', () => {
    const counts = Float64Array.from({ length: 10 }, (_, item) => (item === 2 ? 40 : item === 5 ? -3 : 6));
    const total = 40 + 1 + 8 * 6;
    for (const sampling of SAMPLINGS) {
      const negatives = new Negatives(10, { sampling, corrects: true, counts });
      const { items, logQ } = negatives.draw(40_000, new Prng(sampling), (item) => (item === 7 ? 1 : 0));
      const share = items.reduce((sum, item) => sum + (item === 2 ? 1 : 0), 0) / items.length;
      const expected = { uniform: 0.1, counts: 40 / total, mixed: 0.05 + 20 / total, hard: 0.1 }[sampling];
      const told = Math.exp(negatives.logQ(2)) / 10;
      if (sampling === 'hard') {
        const hardest = items.reduce((sum, item) => sum + (item === 7 ? 1 : 0), 0) / items.length;
        assert.ok(hardest > 0.35, `${hardest}`);
        continue;
      }
      assert.ok(Math.abs(share - expected) < 0.01, `${sampling}: ${share} and ${expected}`);
      assert.ok(Math.abs(told - expected) < 1e-9, `${sampling}: ${told} and ${expected}`);
      items.forEach((item, i) => assert.equal(logQ[i], negatives.logQ(item)));
      assert.equal(new Negatives(10, { sampling, corrects: false, counts }).logQ(2), 0);
    }
  });

  it('a person of one item teaches nothing, and no negative is an item that the person has', () => {
    const negatives = new Negatives(ITEMS, { sampling: 'uniform', corrects: true });
    assert.deepEqual(examplesOf(Uint32Array.of(4), 1, settings, negatives, noScore), []);
    const everything = Uint32Array.from({ length: ITEMS - 1 }, (_, item) => item);
    for (const { candidates, logQ, positives } of examplesOf(everything, 1, settings, negatives, noScore)) {
      candidates.slice(positives).forEach((item, i) => {
        assert.equal(logQ[positives + i], item === ITEMS - 1 ? 0 : Number.POSITIVE_INFINITY);
      });
    }
  });

  it('the towers run on a bounded number of items at once, however large catalogue, histories and settings are', async () => {
    let most = 0;
    const items = 6000;
    const counted: Training<TowerSettings> = towers({
      name: 'counted',
      summary: '',
      reference: '',
      defaults: towerDefaults,
      ablation: { off: '', settings: {} },
      schema: z.strictObject(towerSettings(towerDefaults)),
      layers: () => ({ dimension: 1, items: [], person: meanOf(1) }),
      itemTower: () => ({
        blocks: [],
        run(arithmetic, _, chosen) {
          most = Math.max(most, chosen.length);
          return { y: arithmetic.zeros(chosen.length), backward: (dy) => ({ dx: dy, factors: [] }) };
        },
      }),
      initial: () => 0,
    });
    const plan = { blocks: [], optimiser: { name: 'fedavg', learningRate: 1 }, denominator: 1 } as const;
    const trainee = await counted.join({
      shape: { platforms: [], maxPlatformsPerPerson: 1, rounds: 1 },
      platform: { name: 'books', number: 0 },
      plan,
      settings: counted.settings({ longest: 100, positives: 20, negatives: 100, sampling: 'hard' }),
      views: [],
      inputs: () => new Float32Array(0),
      width: 1,
      widths: [1],
      catalogue: { ids: Array.from({ length: items }, (_, item) => `${item}`) },
      sums: { noiseDeviation: () => 0, release: () => Promise.resolve(new Float64Array(0)) },
      random: seededRandom('counted'),
    });
    const long: History = { items: Uint32Array.from({ length: 400 }, (_, item) => item) };
    const shared = new Float32Array(0);
    assert.equal([...trainee.contribution(shared, 1)(Array.from({ length: 40 }, () => long))].length, 40);
    assert.equal(trainee.encode(shared)(long).length, 2);
    assert.ok(most > 0 && most <= 2560, `${most} items at once`);
  });
});
