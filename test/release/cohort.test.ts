import assert from 'node:assert/strict';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import type { ChargedSums, WrittenContribution } from '../../core/privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { Prng } from '../../core/random/prng.ts';
import { RandomWords } from '../../core/random/random-words.ts';
import {
  nearest,
  prototypeContributions,
  prototypeQueries,
  randomisedResponse,
  trainPrototypes,
  truthProbability,
} from '../../core/release/cohort.ts';
import { spherePoint } from '../../core/release/sphere-cap.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PublicShape } from '../../core/transfer/encoder.ts';
import { prototypeSettings } from '../../core/transfer/encoder/release-shape.ts';

const refused = (error: unknown) => error instanceof PrivacyError && error.code === 'PRIVACY_BAD_PARAMETER';

/** Persons in `groups` clusters on the sphere. */
function clumps(groups: number, dimension: number, persons: number, spread: number, seed: string) {
  const words = new RandomWords(seededRandom(seed));
  const centres = Array.from({ length: groups }, () => spherePoint(dimension, words));
  const points = Array.from({ length: persons }, (_, p) => {
    const side = spherePoint(dimension, words);
    return Float32Array.from(centres[p % groups], (value, i) => 3 * (value + spread * side[i]));
  });
  return { centres, points };
}

describe('cohorts', () => {
  it('tell the truth as often as the design table says', () => {
    for (const [epsilon0, probability] of [
      [2, 0.33],
      [3, 0.57],
      [4, 0.78],
      [6, 0.96],
    ]) {
      assert.ok(Math.abs(truthProbability(16, epsilon0) - probability) <= 0.01);
    }
    assert.throws(() => truthProbability(1, 2), refused);
    assert.throws(() => truthProbability(1.5, 2), refused);
    for (const epsilon0 of [0, -1, Number.NaN, 65]) assert.throws(() => truthProbability(4, epsilon0), refused);
  });

  it('answer by k-ary randomised response: eps0 is the log ratio of truth to any other answer', () => {
    const source = seededRandom('krr');
    const draws = 60_000;
    const counts = new Float64Array(5);
    for (let i = 0; i < draws; i++) counts[randomisedResponse(3, 5, 2, source)] += 1;
    const truth = truthProbability(5, 2);
    counts.forEach((count, code) => {
      const expected = code === 3 ? truth : (1 - truth) / 4;
      assert.ok(Math.abs(count / draws - expected) < 4 * Math.sqrt(expected / draws), `code ${code}: ${count}`);
    });
    assert.ok(Math.abs(Math.log(truth / ((1 - truth) / 4)) - 2) < 1e-12);
  });

  it('add each person to one block, at length 1 at most', () => {
    const { points } = clumps(4, 3, 200, 0.5, 'block');
    const prototypes = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    const strange = [new Float32Array(3), Float32Array.of(Number.NaN, 1, 1), Float32Array.of(1e30, 1e30, 1e30)];
    for (const { indices, values } of prototypeContributions(prototypes, 3, [...points, ...strange])) {
      const norm = Math.hypot(...values);
      assert.ok(norm < 1 + 1e-6 && (norm > 1 - 1e-6 || values.length === 0));
      assert.equal(indices!.length, values.length);
      assert.equal(new Set([...indices!].map((index) => Math.floor(index / 4))).size, values.length === 0 ? 0 : 1);
    }
  });

  it('have prototypes that find clumps through charged noisy sums', async () => {
    const { centres, points } = clumps(5, 3, 6000, 0.15, 'clumps');
    const settings = { cohorts: 8, dimension: 3, passes: 4, relativeNoise: 1 };
    const plan = planPrivacy({
      epsilon: 2,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 1,
      platforms: [{ name: 'a', personsAbout: 6000, queries: prototypeQueries(settings) }],
    });
    let charges = 0;
    const sums = createChargedSums({
      plan,
      platform: 'a',
      mechanism: discreteGaussian,
      random: seededStreams('noise'),
      charge: () => (charges += 1),
    });
    const prototypes = await trainPrototypes(settings, () => points, sums, seededRandom('public'));
    assert.equal(charges, 4);
    assert.equal(prototypes.length, 24);
    for (let k = 0; k < 8; k++) assert.ok(Math.abs(Math.hypot(...prototypes.subarray(3 * k, 3 * k + 3)) - 1) < 1e-6);
    for (const centre of centres) {
      const closest = nearest(prototypes, 3, Float32Array.from(centre));
      const cosine = centre.reduce((sum, value, i) => sum + value * prototypes[3 * closest + i], 0);
      assert.ok(cosine > 0.95, `a clump is ${cosine.toFixed(3)} from its prototype`);
    }
    await assert.rejects(
      trainPrototypes(settings, () => points, sums, seededRandom('public')),
      /declared 4 releases/,
    );
  });

  it('have as many passes as few prototypes need to reach good places from any start', async () => {
    const prng = new Prng('x');
    const shares = [0.8, 0.5, 0.3];
    const points = Array.from({ length: 1500 }, () =>
      Float32Array.of(1, ...shares.map((share) => share * prng.gaussian())),
    );
    const settings = prototypeSettings({ release: { mode: 'cohort', epsilon0: 2 } } as unknown as PublicShape, 4);
    assert.ok(settings !== undefined);
    /** Mean distance of persons from the nearest of three prototypes, as 1 less the cosine. */
    const lossOf = async (passes: number, start: number): Promise<number> => {
      const trained = { ...settings, cohorts: 3, passes };
      const random = seededRandom(`s${start}`);
      const prototypes = await trainPrototypes(trained, () => points, withoutNoise, random);
      const cosine = (point: Float32Array): number => {
        const at = 4 * nearest(prototypes, 4, point);
        return point.reduce((sum, value, i) => sum + value * prototypes[at + i], 0) / Math.hypot(...point);
      };
      return 1 - points.reduce((sum, point) => sum + cosine(point), 0) / points.length;
    };
    const best = await lossOf(40, 0);
    for (let start = 0; start < 12; start++) {
      const loss = await lossOf(settings.passes, start);
      assert.ok(loss < 1.03 * best, `start ${start}: ${loss.toFixed(4)}, and at best ${best.toFixed(4)}`);
    }
  });
});

/** Exact sums of whatever is contributed to three prototypes in four dimensions. */
const withoutNoise: ChargedSums = {
  release(_label, contributions) {
    const sum = new Float64Array(15);
    for (const { indices, values } of contributions as Iterable<WrittenContribution>) {
      indices?.forEach((at, i) => (sum[at] += values[i]));
    }
    return Promise.resolve(sum);
  },
  noiseDeviation: () => 0,
};
