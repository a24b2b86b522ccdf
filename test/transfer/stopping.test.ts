/** Early stopping: the rule, what a held-out person adds, and a federation that stops before its last round. */
import assert from 'node:assert/strict';
import { keptModel } from '../../core/federation/shared-model.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { lengthOf } from '../../core/privacy/mechanism/written-out.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { weightsOf, withNothingBehind } from '../../core/transfer/training/behind-weights.ts';
import {
  bestRound,
  heldOutContribution,
  isStopped,
  nextProgress,
  withProgress,
} from '../../core/transfer/training/stopping.ts';
import { federate } from '../../simulations/in-one-process.ts';
import { mechanismPlants } from '../../simulations/worlds/planted/plants.ts';
import { smallWorld } from '../client/small-world.ts';

const stopping = { patience: 2 };
const shared = { stopping, blocks: [], optimiser: { name: 'fedavg', learningRate: 1 }, denominator: 1 } as const;

describe('early stopping', () => {
  it('a mean counts as lower only beyond two deviations of what the noise does to a difference', () => {
    const deviation = 2 * Math.SQRT2 * Math.hypot(1, 0.4) * (1 / 100);
    assert.deepEqual(nextProgress([0.4 + deviation * 1.01, 3], [100, 40], 1), [Math.fround(0.4), 0]);
    assert.deepEqual(nextProgress([0.4 + deviation * 0.99, 3], [100, 40], 1), [0.4 + deviation * 0.99, 4]);
    // The model holds the mean in single precision, and an equal mean is no fall.
    const [held] = nextProgress([1, 0], [3, 1], 0);
    assert.deepEqual(nextProgress([held, 0], [3, 1], 0), [held, 1]);
    // Nobody is held out, or the count is within its noise.
    for (const count of [0, 1.9, -50]) assert.deepEqual(nextProgress([0.5, 0], [count, -9], 1), [0.5, 1]);
  });

  it('stops after as many rounds as its patience, with the model whose loss was the lowest', () => {
    const losses = [0.9, 0.6, 0.5, 0.55, 0.7, 0.1];
    const models = [withNothingBehind({ stopping }, Float32Array.of(0))];
    let round = 0;
    while (!isStopped(shared, models[round])) {
      const [lowest, waited] = weightsOf(shared, models[round]).length === 1 ? models[round].subarray(1) : [];
      const progress = nextProgress([lowest, waited], [1, losses[round]], 0);
      round += 1;
      models.push(withProgress(Float32Array.of(round, 0, 0), progress));
    }
    // Round 3 measures the model of round 2.
    assert.deepEqual([round, bestRound(models[round], round)], [5, 2]);
    assert.deepEqual([...keptModel(shared, models[round], round, (at) => models[at])], [2, 0.5, 2]);
    assert.equal(
      keptModel(shared, models[4], 4, () => assert.fail('goes on')),
      models[4],
    );
  });

  it('whatever the loss of a held-out person, what the person adds is within the clip', () => {
    for (const loss of [0, 0.3, 1, 1e9, Infinity]) {
      const { indices, values } = heldOutContribution(10, loss, 0.5);
      assert.deepEqual([...indices!], [8, 9]);
      assert.ok(lengthOf({ values }) <= 0.5 * (1 + 1e-6), `${loss}`);
    }
  });

  it('two numbers more are in the same sum, under the same clip, noise and number of charges; a clip that moves is refused', () => {
    const world = (patience: number | null, privacy = {}): ReturnType<typeof planFederation> =>
      planFederation(
        smallWorld(
          {
            encoder: encoderSpec('subspace>two-towers', { 'two-towers.patience': patience }),
            privacy: { epsilon: 4, ...privacy },
            rounds: { count: 5 },
          },
          ['books', 'films', 'music'],
        ).manifest,
      );
    const [plain, stops] = [world(null), world(3)];
    assert.equal(stops.parameters, plain.parameters + 2);
    const [before, after] = [plain, stops].map(({ privacy: { sums } }) => sums['books'].at(-1)!);
    assert.deepEqual(
      { ...after, dimension: before.dimension, bound: before.bound },
      before,
      'all else in the sum is the same',
    );
    assert.equal(stops.privacy.epsilon, plain.privacy.epsilon);
    assert.throws(() => world(3, { clipQuantile: 0.5 }), { code: 'TRANSFER_SETTING', message: /remove patience/ });
  });

  it('on its planted world it stops long before the last round', async () => {
    const [{ encoder, epsilon, rounds, settings, world }] = mechanismPlants;
    const seed = 'one';
    const { sources, split } = world.make(seed);
    const { factorise } = factorMemory(seed);
    const terms = { sources, split, epsilon, delta: 1e-6, seed, rounds: rounds!, factorise };
    const { roundsRun } = await federate({ ...terms, encoder: encoderNamed(encoder, settings) });
    assert.ok(rounds === 20 && roundsRun < 6, `${roundsRun} of ${rounds}`);
  });
});
