/** Domain adaptation: gradients of both losses, what a person adds, and what rounds make of it. */
import assert from 'node:assert/strict';
import { saidClaims } from '../../core/claims/claim-sentences.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { lengthOf } from '../../core/privacy/mechanism/written-out.ts';
import { Prng } from '../../core/random/prng.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { double } from '../../core/transfer/network/arithmetic.ts';
import type { Reals } from '../../core/transfer/network/arithmetic.ts';
import { bend, chain, dense } from '../../core/transfer/network/dense.ts';
import { meanOf, thenDense } from '../../core/transfer/network/sequences.ts';
import { withNextBehind, withNothingBehind } from '../../core/transfer/training/behind-weights.ts';
import { deviationOf, nextMeans } from '../../core/transfer/training/platform-means.ts';
import { ADAPTATIONS, adaptationOf, teacherOf } from '../../core/transfer/training/towers/adaptation.ts';
import type { Teacher } from '../../core/transfer/training/towers/adapting.ts';
import { adversarial, DECAY, platformChances } from '../../core/transfer/training/towers/adversarial.ts';
import { examplesOf } from '../../core/transfer/training/towers/examples.ts';
import type { Example } from '../../core/transfer/training/towers/examples.ts';
import { towerOver } from '../../core/transfer/training/towers/item-vectors.ts';
import { FEATURES, mmd, randomFeatures } from '../../core/transfer/training/towers/mmd.ts';
import { Negatives } from '../../core/transfer/training/towers/negatives.ts';
import { TowerPair } from '../../core/transfer/training/towers/pair.ts';
import { smallWorld } from '../client/small-world.ts';

const WIDTH = 5;
const ITEMS = 30;
const DIMENSION = 4;
const LAMBDA = 1.7;
const loss = { temperature: 0.7, nearness: 'distance' } as const;
const facts = { platforms: 3, dimension: DIMENSION, temperature: loss.temperature };
const random = new Prng('adaptation');
const gaussians = (count: number, by = 1): Float32Array =>
  Float32Array.from({ length: count }, () => by * random.gaussian());
const pair = new TowerPair(
  towerOver(chain(dense(WIDTH, 4, { weights: 'a', bias: 'b' }), bend(4), dense(4, DIMENSION, { weights: 'c' })), {
    catalogue: { ids: Array.from({ length: ITEMS }, (_, item) => `${item}`) },
    views: [{ items: { dimension: WIDTH, vectors: gaussians(ITEMS * WIDTH) }, encode: () => new Float32Array(WIDTH) }],
  }),
  thenDense(meanOf(DIMENSION), dense(DIMENSION, DIMENSION, { weights: 'd' })),
  DIMENSION,
);
const examplesFor = (history: readonly number[]): readonly Example[] =>
  examplesOf(
    Uint32Array.from(history),
    1,
    { task: 'halves', ordered: true, longest: 6, positives: 2, negatives: 5 },
    new Negatives(ITEMS, { sampling: 'uniform', corrects: true }),
    { seed: 'adaptation', score: () => () => 0 },
  );

/** The vectors z of a person's examples. */
function vectorsOf(parameters: Reals, examples: readonly Example[]): readonly Reals[] {
  return examples.map(({ seen }) => {
    const { y } = pair.runItems(double, parameters, seen);
    return pair.runPerson(double, parameters, y, Uint32Array.of(0, seen.length)).y;
  });
}

const meanOver = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((sum, one) => sum + of(one) / all.length, 0);

/** The slope of a function of parameters. */
function slopeOf(value: (parameters: Float64Array) => number, at: Float64Array, i: number): number {
  const [up, down] = [at.slice(), at.slice()];
  up[i] += 1e-5;
  down[i] -= 1e-5;
  return (value(up) - value(down)) / 2e-5;
}

const near = (one: number, other: number, what: string): void =>
  assert.ok(Math.abs(one - other) < 2e-5, `${what}: ${one} and ${other}`);

/** Plans a federation that trains two towers. */
function world(adaptation: string, changes: object = {}, privacy = {}): ReturnType<typeof planFederation> {
  const encoder = encoderSpec('subspace>two-towers', { 'two-towers.adaptation': adaptation, ...changes });
  const draft = { encoder, privacy: { epsilon: 4, ...privacy }, rounds: { count: 5 } };
  return planFederation(smallWorld(draft, ['books', 'films', 'music']).manifest);
}

const parameters = Float64Array.from(gaussians(pair.size, 0.5));
const examples = examplesFor([3, 11, 4, 18, 29, 7, 0, 15, 22]);
const teacher: Teacher = { number: 1, weight: 1.3 };

describe('domain adaptation', () => {
  it('mmd: an update is minus the gradient of the loss and of the pull towards the common mean', () => {
    const means = { platforms: 3, features: FEATURES };
    const rows = Float32Array.from({ length: 3 * (1 + FEATURES) }, (_, i) =>
      i % (1 + FEATURES) === 0 ? 1 : 0.1 * random.gaussian(),
    );
    const features = randomFeatures(DIMENSION, loss.temperature);
    const apart = deviationOf(means, rows, teacher.number);
    const pulled = (at: Float64Array): number =>
      pair.learn(double, at, [examples], loss)[0].loss +
      2 *
        LAMBDA *
        teacher.weight *
        meanOver(vectorsOf(at, examples), (z) => features.of(z).reduce((sum, value, j) => sum + value * apart[j], 0));
    const [{ own, update }] = pair.learn(double, parameters, [examples], loss, mmd(facts).at(rows, teacher, LAMBDA));
    for (let i = 0; i < pair.size; i++) near(-slopeOf(pulled, parameters, i), update.values[i], `parameter ${i}`);
    // The person's statistics are in the row of the own platform alone.
    const width = 1 + FEATURES;
    own.forEach((value, i) => {
      if (Math.floor(i / width) !== teacher.number) assert.equal(value, 0);
      else if (i % width === 0) assert.ok(Math.abs(value - 1) < 1e-12);
      else
        near(
          value,
          meanOver(vectorsOf(parameters, examples), (z) => features.of(z)[(i % width) - 1]),
          `feature ${i}`,
        );
    });
  });

  it('mmd: with the means of the moment, what all persons add is minus the gradient of MMD² itself', () => {
    const persons = [
      { number: 0, history: [1, 2, 3, 4] },
      { number: 0, history: [9, 8, 7, 2, 5] },
      { number: 0, history: [19, 3, 27, 12] },
      { number: 1, history: [20, 21, 6, 14, 28] },
    ].map((one) => ({ ...one, examples: examplesFor(one.history) }));
    const two = { ...facts, platforms: 2 };
    const features = randomFeatures(DIMENSION, loss.temperature);
    const meansAt = (at: Float64Array): Float64Array[] =>
      [0, 1].map((p) => {
        const zs = persons.filter(({ number }) => number === p).map((one) => vectorsOf(at, one.examples));
        return Float64Array.from({ length: FEATURES }, (_, j) =>
          meanOver(zs, (own) => meanOver(own, (z) => features.of(z)[j])),
        );
      });
    const discrepancy = (at: Float64Array): number => {
      const [a, b] = meansAt(at);
      return a.reduce((sum, value, j) => sum + ((value - b[j]) / 2) ** 2, 0);
    };
    const rows = Float32Array.from(meansAt(parameters).flatMap((mean) => [1, ...mean]));
    const shape = {
      platforms: [3, 1].map((personsAbout, p) => ({ name: `p${p}`, items: ITEMS, personsAbout, releases: true })),
      maxPlatformsPerPerson: 2,
      rounds: 1,
    };
    const withPull = persons.map((one) =>
      pair.learn(
        double,
        parameters,
        [one.examples],
        loss,
        mmd(two).at(rows, teacherOf(shape, `p${one.number}`), LAMBDA),
      ),
    );
    const without = persons.map((one) => pair.learn(double, parameters, [one.examples], loss));
    for (let i = 0; i < pair.size; i++) {
      const mean =
        meanOver(withPull, ([{ update }]) => update.values[i]) - meanOver(without, ([{ update }]) => update.values[i]);
      near(-LAMBDA * slopeOf(discrepancy, parameters, i), mean, `parameter ${i}`);
    }
  });

  it('adversarial: the classifier learns to tell platforms, and the towers learn against it', () => {
    const w = gaussians((DIMENSION + 1) * 3, 0.4);
    const told = (at: Float64Array, by: Reals): number =>
      teacher.weight *
      (meanOver(vectorsOf(at, examples), (z) => -Math.log(platformChances(by, z, 3)[teacher.number])) +
        (DECAY / 2) * Math.hypot(...by) ** 2);
    const reversed = (at: Float64Array): number =>
      pair.learn(double, at, [examples], loss)[0].loss - LAMBDA * told(at, w);
    const [{ own, update }] = pair.learn(
      double,
      parameters,
      [examples],
      loss,
      adversarial(facts).at(w, teacher, LAMBDA),
    );
    for (let i = 0; i < pair.size; i++) near(-slopeOf(reversed, parameters, i), update.values[i], `parameter ${i}`);
    for (let i = 0; i < w.length; i++)
      near(-slopeOf((by) => told(parameters, by), Float64Array.from(w), i), own[i], `classifier ${i}`);
  });

  it('mmd: features have length 1, and a person is within the clip; a long gradient does not shorten the statistics', () => {
    const features = randomFeatures(DIMENSION, 0.2);
    for (let i = 0; i < 20; i++) assert.ok(Math.abs(Math.hypot(...features.of(gaussians(DIMENSION, 9))) - 1) < 1e-12);
    const way = mmd(facts);
    const statistics = way.at(new Float32Array(3 * (1 + FEATURES)), teacher, LAMBDA)(gaussians(DIMENSION)).own;
    for (const long of [0, 1e-3, 0.4, 1, 1e6]) {
      const values = way.together(
        Float32Array.from(gaussians(40), (value) => long * value),
        statistics,
        0.5,
      );
      assert.ok(lengthOf({ values }) <= 0.5 * (1 + 1e-6), `${long}`);
      assert.ok(Math.abs(Math.hypot(...values.subarray(40)) - 0.25) < 1e-6, `${long}`);
    }
    assert.ok(Math.hypot(...way.together(gaussians(40), statistics, 0.5).subarray(0, 40)) > 0.4);
    // Wide towers have more parameters than a call has room for arguments.
    const wide = way.together(new Float32Array(200_000).fill(1), statistics, 0.5);
    assert.ok(Math.abs(lengthOf({ values: wide }) - 0.5) < 1e-6);
  });

  it('a mean is a ratio of opened sums: whoever took part, it is replaced only where persons are above the noise', () => {
    const means = { platforms: 3, features: 2 };
    const before = Float32Array.of(0, 0, 0, 1, 0.5, 0.5, 1, 0.1, 0.2);
    const sum = Float64Array.of(10, 4, -2, 0.5, 9, 9, 1.5, 0.3, 0.6);
    assert.deepEqual(
      [...nextMeans(means, before, sum, 1)],
      [...Float32Array.of(1, 0.4, -0.2, 1, 0.5, 0.5, 1, 0.2, 0.4)],
    );
    assert.deepEqual(
      [
        ...nextMeans(
          means,
          before,
          sum.map(() => NaN),
          1,
        ),
      ],
      [...before],
    );
    // A platform that is not known yet pulls nobody, and nobody pulls it.
    assert.deepEqual([...deviationOf(means, before, 0)], [0, 0]);
    const apart = deviationOf(means, before, 1);
    assert.ok(Math.abs(apart[0] - 0.2) < 1e-7 && Math.abs(apart[1] - 0.15) < 1e-7, apart.join());
    assert.deepEqual([...deviationOf(means, Float32Array.of(0, 0, 0, 1, 3, 4, 0, 0, 0), 1)], [0, 0]);
  });

  it('means and the progress of rounds that may stop stand side by side behind the weights', () => {
    const plan = { means: { platforms: 2, features: 1 }, stopping: { patience: 2 } };
    const first = withNothingBehind(plan, Float32Array.of(7, 8));
    assert.deepEqual([...first], [7, 8, 0, 0, 0, 0, 1, 0]);
    const next = withNextBehind(plan, first, Float32Array.of(9, 9), Float64Array.of(4, 2, 0, 0, 10, 5), 0);
    assert.deepEqual([...next], [9, 9, 1, 0.5, 0, 0, 0.5, 0]);
  });

  it('what is added is planned: more numbers in the same sum, with the same noise in each, the same clip and the same epsilon', () => {
    const plain = world('none');
    for (const [adaptation, places] of [
      ['mmd', 3 * (1 + FEATURES)],
      ['adversarial', 3 * 17],
    ] as const) {
      const adapted = world(adaptation);
      assert.equal(adapted.parameters, plain.parameters + places);
      const [before, after] = [plain, adapted].map(({ privacy: { sums } }) => sums['books'].at(-1)!);
      assert.equal(after.dimension, adapted.parameters);
      assert.deepEqual({ ...after, dimension: before.dimension, bound: before.bound }, before);
      assert.equal(adapted.privacy.epsilon, plain.privacy.epsilon);
      assert.equal(world(adaptation, { 'two-towers.patience': 2 }).parameters, plain.parameters + places + 2);
    }
    const clipQuantile = { clipQuantile: 0.5 };
    assert.throws(() => world('mmd', {}, clipQuantile), { code: 'TRANSFER_SETTING', message: /adversarial or none/ });
    world('adversarial', {}, clipQuantile);
    // Under a platform's smaller clip, who has a long gradient would count less in its mean.
    const clipWeights = { clipWeights: { books: 4, films: 1, music: 1 } };
    assert.throws(() => world('mmd', {}, clipWeights), { code: 'TRANSFER_SETTING', message: /clipWeights/ });
    world('adversarial', {}, clipWeights);
  });

  it('the statement says what the sums tell of single platforms, to a person as well', () => {
    for (const adaptation of ADAPTATIONS) {
      const { plain, sentences } = saidClaims(claimTerms(world(adaptation))).at(-1)!;
      const isSaid = sentences.some(({ id }) => id === 'C4.apart');
      assert.deepEqual([isSaid, plain.text.includes('differ on average')], Array(2).fill(adaptation !== 'none'));
    }
  });

  it('is refused where fewer than two platforms teach, and who does not teach has no number', () => {
    const encoder = (adaptation: string): ReturnType<typeof encoderNamed> =>
      encoderNamed('subspace>two-towers', { 'two-towers.adaptation': adaptation });
    const shape = {
      platforms: ['books', 'films', 'music'].map((name) => ({
        name,
        items: 50,
        personsAbout: 100,
        releases: name !== 'books',
      })),
      maxPlatformsPerPerson: 2,
      rounds: 2,
    };
    const lonely = { ...shape, platforms: shape.platforms.slice(0, 2) };
    for (const adaptation of ['mmd', 'adversarial'] as const) {
      const refused = { code: 'TRANSFER_SHAPE', message: /only "films" does: name two in privacy.sources/ };
      assert.throws(() => encoder(adaptation).plan(lonely), refused);
      assert.throws(() => encoder(adaptation).queries(lonely, 'films'), refused);
      assert.equal(adaptationOf({ adaptation, temperature: 1 }, shape, 4)?.block.shape.includes(2), true);
    }
    encoder('none').plan(lonely);
    assert.deepEqual(
      ['films', 'music'].map((name) => teacherOf(shape, name).number),
      [0, 1],
    );
    for (const name of ['books', 'a platform that only takes the model']) {
      assert.throws(() => teacherOf(shape, name), { code: 'TRANSFER_SHAPE', message: /does not teach/ });
    }
  });
});
