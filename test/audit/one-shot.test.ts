import assert from 'node:assert/strict';
import { oneShotEstimate } from '../../core/audit/one-shot.ts';
import { gaussianEpsilon } from '../../core/accounting/gaussian-exact.ts';
import type { Contribution, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import { spherePoint } from '../../core/release/sphere-cap.ts';
import { seededRandom } from '../../core/random/seeded.ts';

const DIMENSION = 4000;
const CANARIES = 500;
let directions: readonly Float32Array[] = [];

/** Cosines of random canaries, in and out, with the sum of `rounds` releases. */
function cosines(epsilon: number | null, rounds: number): { inside: Float64Array; outside: Float64Array } {
  const query: SumQuery = {
    label: 'round',
    dimension: DIMENSION,
    clip: 1,
    repetitions: rounds,
    relativeNoise: 1,
    scope: 'platform',
  };
  const plan = planPrivacy({
    epsilon: epsilon ?? 1,
    delta: 1e-6,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: 1,
    platforms: [{ name: 'p', personsAbout: CANARIES, queries: [query] }],
  });
  const sum = plannedSum(plan, 'p', 'round');
  const people: readonly Contribution[] = directions.slice(0, CANARIES).map((values) => ({ values }));
  const total = new Float64Array(DIMENSION);
  const random = seededRandom('noise');
  for (let round = 0; round < rounds; round++) {
    const { integers } = discreteGaussian.bound(sum, people, random);
    const released = epsilon === null ? integers : discreteGaussian.addNoise(sum, integers, random);
    released.forEach((value, i) => (total[i] += value));
  }
  const length = Math.hypot(...total);
  const all = Float64Array.from(
    directions,
    (direction) => direction.reduce((dot, v, i) => dot + v * total[i], 0) / length,
  );
  return { inside: all.subarray(0, CANARIES), outside: all.subarray(CANARIES) };
}

describe('one-shot canaries', () => {
  before(() => {
    const words = new RandomWords(seededRandom('directions'));
    directions = Array.from({ length: 2 * CANARIES }, () => Float32Array.from(spherePoint(DIMENSION, words)));
  });

  it('give epsilon of two Gaussians exactly when the cosines are those of Gaussians', () => {
    for (const mu of [0.5, 1, 3]) {
      // Mean mu and variance 1, in units of the deviation of the canaries that were out.
      const deviation = Math.sqrt(199 / 200);
      const cosinesIn = Float64Array.from(
        { length: 200 },
        (_, i) => (mu + (i % 2 === 0 ? deviation : -deviation)) / 100,
      );
      const estimate = oneShotEstimate(cosinesIn, 10_000, 1e-6);
      assert.ok(Math.abs(estimate / gaussianEpsilon(mu, 1e-6) - 1) < 1e-3, `${mu}: ${estimate}`);
    }
  });

  it('see little of a private release, more of a less private one, and nothing of those who were not in', () => {
    const estimates = [1, 4, 16].map((epsilon) => {
      const { inside, outside } = cosines(epsilon, 2);
      assert.ok(oneShotEstimate(outside, DIMENSION, 1e-6) < 2);
      return oneShotEstimate(inside, DIMENSION, 1e-6);
    });
    // The result is an estimate, with the error of 500 canaries. It is no bound, and does not guard the build.
    assert.ok(estimates[0] < 2.5 && estimates[1] < 6 && estimates[2] < 18, estimates.join());
    assert.ok(estimates[0] < estimates[1] && estimates[1] < estimates[2]);
    // Without noise, the other canaries act as the noise.
    assert.ok(oneShotEstimate(cosines(null, 1).inside, DIMENSION, 1e-6) > estimates[2]);
  });
});
