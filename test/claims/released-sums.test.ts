/**
 * Sums as they leave a platform: what one person moves, and the noise in every coordinate, of every kind of sum that there is.
 * Rounds go through `computeUpdate`, a platform's own sums through `createChargedSums`, as in production.
 */
import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { computeUpdate } from '../../client/rounds/update.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { roundSum } from '../../core/federation/attempt.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { Contribution, PlannedSum, PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { centre } from '../../core/privacy/mechanism/ring.ts';
import { mechanismOf } from '../../core/privacy/plan/plan-lookups.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];

function federation(privacy: Partial<Parameters<typeof draftManifest>[0]['privacy']> = {}): FederationPlan {
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  const manifest = draftManifest({
    federation: 'f',
    seed: 's',
    coordinator: identity('coordinator'),
    platforms: NAMES.map((name, i) => ({ identity: identity(name), items: 30 + i, personsAbout: 400 * (i + 1) })),
    encoder: encoderSpec('shared-trunk', { 'autoencoder.hidden': 1, 'autoencoder.bottleneck': 4, 'subspace.steps': 1 }),
    privacy: { epsilon: 4, colluding: 1, dropouts: 1, ...privacy },
    rounds: { count: 3 },
  });
  return planFederation(manifest);
}

/** Every kind of sum over platforms that a manifest can ask for. */
const KINDS: readonly (readonly [kind: string, plan: FederationPlan])[] = [
  ['everybody', federation()],
  ['everybody, by weights', federation({ clipWeights: { a: 1, b: 5, c: 2.7 } })],
  ['drawn persons', federation({ sampling: 0.3 })],
  ['drawn persons, by weights', federation({ sampling: 0.6, clipWeights: { a: 3 }, maxPlatformsPerPerson: 3 })],
  ['a clip that follows a quantile', federation({ clipQuantile: 0.5 })],
  ['drawn persons and a clip that follows a quantile', federation({ sampling: 0.5, clipQuantile: 0.8 })],
];

/** The real mechanism, except for the noise. */
const noiseLeftOut: PrivacyMechanism = { ...discreteGaussian, addNoise: (_sum, integers) => integers };

async function update(
  plan: FederationPlan,
  platform: string,
  people: readonly Contribution[],
  seed: string,
  mechanism: PrivacyMechanism = mechanismOf(plan.privacy),
): Promise<Float64Array> {
  const model: Pick<PlatformModel, 'contributions'> = { contributions: () => people };
  const { vector } = await computeUpdate({
    plan,
    platform,
    model: model as PlatformModel,
    shared: firstModel(plan),
    round: 1,
    mechanism,
    random: seededRandom(seed),
    signal: new AbortController().signal,
    onContribution: () => undefined,
  });
  return centre(vector, plan.privacy.ringBits);
}

/** Standard deviations by which the mean square of so many samples is away from `variance` (Wilson and Hilferty 1931). */
function varianceDeviation(squares: number, samples: number, variance: number): number {
  const spread = 2 / (9 * samples);
  return (Math.cbrt(squares / samples / variance) - (1 - spread)) / Math.sqrt(spread);
}

/**
 * Limit for a standard normal, exceeded once in 1e9: over the thousands of coordinates tested, less often than 1e-5.
 */
const FAR = 6.2;

/**
 * Each row is one release with the plain sum subtracted: independent in every coordinate and from release to release, of the
 * planned variance in each coordinate and, more exactly, over all of them.
 */
function assertNoise(rows: readonly Float64Array[], variance: number, name: string): void {
  const dimension = rows[0].length;
  const squares = new Float64Array(dimension);
  const sums = new Float64Array(dimension);
  let neighbours = 0;
  let again = 0;
  rows.forEach((row, at) => {
    row.forEach((value, j) => {
      squares[j] += value * value;
      sums[j] += value;
      if (j > 0) neighbours += (value / variance) * row[j - 1];
      if (at > 0) again += (value / variance) * rows[at - 1][j];
    });
  });
  squares.forEach((square, j) => {
    const deviation = varianceDeviation(square, rows.length, variance);
    assert.ok(Math.abs(deviation) < FAR, `${name}: variance of coordinate ${j} of ${dimension} is off by ${deviation}`);
    const mean = sums[j] / Math.sqrt(rows.length * variance);
    assert.ok(Math.abs(mean) < FAR, `${name}: mean of coordinate ${j} is off by ${mean}`);
  });
  const all = varianceDeviation(
    squares.reduce((total, square) => total + square, 0),
    rows.length * dimension,
    variance,
  );
  assert.ok(Math.abs(all) < FAR, `${name}: variance of all coordinates is off by ${all}`);
  const beside = neighbours / Math.sqrt(rows.length * (dimension - 1));
  assert.ok(Math.abs(beside) < FAR, `${name}: coordinates beside each other go together by ${beside}`);
  const after = again / Math.sqrt((rows.length - 1) * dimension);
  assert.ok(Math.abs(after) < FAR, `${name}: one release and the next go together by ${after}`);
}

/** The longest possible update of one person, along one coordinate or along many. */
function far(dimension: number, along: 'one' | 'many', seed: string): Contribution {
  const prng = new Prng(seed);
  const values = new Float32Array(dimension);
  if (along === 'one') values[prng.integer(dimension)] = 1e6;
  else for (let j = 0; j < dimension; j++) values[j] = 1e6 * prng.gaussian();
  return { values };
}

const norm = (values: Float64Array): number => Math.hypot(...values);

describe('Sums as they leave a platform', () => {
  for (const [kind, plan] of KINDS) {
    const { sampling, adaptiveClip } = roundSum(plan);
    const strategyLength = plan.parameters - (adaptiveClip === undefined ? 0 : 1);

    it(`a round, ${kind}: noise of the planned variance in every coordinate, where there are persons and where not`, async () => {
      for (const platform of ['a', 'c']) {
        const { localVariance } = roundSum(plan, platform);
        // Without persons, so that every coordinate is only noise, including the vote's.
        const rows: Float64Array[] = [];
        for (let at = 0; at < 250; at++) rows.push(await update(plan, platform, [], `${kind} ${platform} ${at}`));
        assertNoise(rows, localVariance, `${kind}, ${platform}`);
        if (sampling !== undefined) continue;
        // With persons: without noise, the same coins give the plain sum.
        const people = [far(strategyLength, 'one', 'x'), far(strategyLength, 'many', 'y')];
        const over: Float64Array[] = [];
        for (let at = 0; at < 100; at++) {
          const plain = await update(plan, platform, people, `over ${at}`, noiseLeftOut);
          const noised = await update(plan, platform, people, `over ${at}`);
          over.push(noised.map((value, j) => value - plain[j]));
        }
        assertNoise(over, localVariance, `${kind}, ${platform}, over persons`);
      }
    });

    it(`a round, ${kind}: one person moves a platform's integers by at most its clip, the M heaviest by the sensitivity, and a worst one by .99 of it`, async () => {
      const { maxPlatformsPerPerson } = plan.privacy;
      const largest: number[] = [];
      for (const platform of NAMES) {
        const { integerClip } = roundSum(plan, platform);
        let worst = 0;
        for (let at = 0; at < 40; at++) {
          const person = far(strategyLength, at % 2 === 0 ? 'one' : 'many', `${platform} ${at}`);
          const moved = norm(await update(plan, platform, [person], `moved ${at}`, noiseLeftOut));
          assert.ok(moved <= integerClip * (1 + 1e-12), `${platform}: ${moved} of ${integerClip}`);
          worst = Math.max(worst, moved);
        }
        // With a vote, both parts reach their bounds together only if the vote is a whole one.
        if (adaptiveClip === undefined || adaptiveClip.quantile >= 0.5) {
          assert.ok(worst >= 0.99 * integerClip, `${platform}: at most ${worst} of ${integerClip}`);
        }
        largest.push(worst);
      }
      const together = largest
        .sort((a, b) => b - a)
        .slice(0, maxPlatformsPerPerson)
        .reduce((sum, moved) => sum + moved, 0);
      const { integerSensitivity } = roundSum(plan);
      assert.ok(together <= integerSensitivity * (1 + 1e-12), `${together} of ${integerSensitivity}`);
      assert.ok(together >= 0.99 * integerSensitivity, `at most ${together} of ${integerSensitivity}`);
    });
  }

  it('a sum of one platform alone: all of the noise, in every coordinate', async () => {
    const plan = federation();
    for (const sum of plan.privacy.sums['b'].filter(({ scope }) => scope === 'platform')) {
      const rows: Float64Array[] = [];
      for (let at = 0; at < (sum.dimension > 100 ? 60 : 400); at++) {
        rows.push(await ownRelease(plan, sum, `own ${at}`));
      }
      assertNoise(rows, sum.localVariance, sum.label);
      assert.ok(sum.localVariance >= (sum.noiseMultiplier * sum.integerSensitivity) ** 2, sum.label);
    }
  });

  it('drawn persons are others in every round, at the rate of the plan', async () => {
    const plan = federation({ sampling: 0.3 });
    const { sampling, scale } = roundSum(plan, 'a');
    // One coordinate per person, a whole unit that rounding does not change.
    const unit = Math.floor(scale / 16) / scale;
    const people = Array.from({ length: plan.parameters }, (_, j) => ({
      indices: Uint32Array.of(j),
      values: Float32Array.of(unit),
    }));
    const times = new Float64Array(people.length);
    const rounds = 400;
    let both = 0;
    let before = new Float64Array(people.length);
    for (let at = 0; at < rounds; at++) {
      const integers = await update(plan, 'a', people, `coins ${at}`, noiseLeftOut);
      const drawn = integers.map((integer) => (integer > 0 ? 1 : 0));
      drawn.forEach((there, j) => {
        times[j] += there;
        both += there * before[j];
      });
      before = drawn;
    }
    const rate = sampling!.rate;
    const spread = Math.sqrt(rounds * rate * (1 - rate));
    times.forEach((count, j) => {
      assert.ok(Math.abs(count - rounds * rate) < FAR * spread, `person ${j} was drawn ${count} times of ${rounds}`);
    });
    const pairs = (rounds - 1) * people.length;
    const deviation = (both - pairs * rate ** 2) / Math.sqrt(pairs * rate ** 2 * (1 - rate ** 2));
    assert.ok(Math.abs(deviation) < FAR, `drawn in one round and the next: off by ${deviation}`);
  });
});

/** One release of a platform's own sum over nobody, in integers. */
async function ownRelease(plan: FederationPlan, sum: PlannedSum, seed: string): Promise<Float64Array> {
  const sums = createChargedSums({
    plan: plan.privacy,
    platform: 'b',
    mechanism: discreteGaussian,
    random: seededStreams(seed),
    charge: () => undefined,
  });
  const released = await sums.release(sum.label, []);
  return released.map((value) => value * sum.scale);
}
