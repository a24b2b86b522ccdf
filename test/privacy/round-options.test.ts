import assert from 'node:assert/strict';
import { encoderSpec } from '../../core/transfer/expression.ts';
import fc from 'fast-check';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { formatManifest, parseManifest } from '../../core/federation/manifest.ts';
import { firstModel, planFederation } from '../../core/federation/plan.ts';
import { clipOf, nextModel, trainedPart } from '../../core/federation/shared-model.ts';
import { PldAccountant } from '../../core/reference-accounting/pld/pld-accountant.ts';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import { releaseRules } from '../../core/accounting/release-rules.ts';
import { subsampledGaussianRdp } from '../../core/accounting/rdp-subsampled-gaussian.ts';
import {
  adaptiveQuery,
  nextClip,
  votingContribution,
  withoutVotes,
} from '../../core/privacy/mechanism/adaptive-clip.ts';
import { clipShares } from '../../core/privacy/mechanism/clip-shares.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { Contribution, PlannedSum, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import { attemptCharge, ledgerBudget, platformCharge } from '../../core/privacy/plan/plan-events.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { epsilonAgainst, epsilonKnowingCoins, plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import type { PlanRequest, PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';
import { personSampling } from '../../core/privacy/mechanism/sampling.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { TRUSTING } from '../../compliance/ledger-store.ts';

/** A federation with the options of a manifest. */
function federation(privacy: Partial<Parameters<typeof draftManifest>[0]['privacy']>, epsilon: number | null = 4) {
  const identity = (name: string) => generateIdentity(name, seededRandom(name));
  const manifest = draftManifest({
    federation: 'f',
    seed: 's',
    coordinator: identity('coordinator'),
    platforms: ['a', 'b', 'c'].map((name) => ({ identity: identity(name), items: 40, personsAbout: 500 })),
    encoder: encoderSpec('shared-trunk'),
    privacy: { epsilon, ...privacy },
    rounds: { count: 3 },
  });
  return planFederation(parseManifest(formatManifest(manifest)));
}

const D = 20;
const round: SumQuery = {
  label: 'round',
  dimension: D,
  clip: 1,
  repetitions: 5,
  relativeNoise: 1,
  scope: 'federation',
};
/** The same numbers as two outer products of 4 x 5 and their negative halves, so that terms agree and cancel. */
const outerProducts = (values: readonly number[]): Contribution => ({
  blocks: [
    {
      offset: 0,
      rows: 4,
      columns: D / 4,
      left: Float32Array.from([...values.slice(0, 4), ...values.slice(0, 4)]),
      right: Float32Array.from([...values.slice(4, 9), ...values.slice(4, 9).map((value) => value / -2)]),
    },
  ],
});

const encoder: SumQuery = { ...round, label: 'encoder', scope: 'platform', repetitions: 2 };

function plan(given: Partial<PlanRequest> & { weights?: readonly number[]; queries?: readonly SumQuery[] } = {}) {
  const { weights, queries = [round], ...rest } = given;
  return planPrivacy({
    epsilon: 4,
    delta: 1e-6,
    colluding: 1,
    dropouts: 1,
    maxPlatformsPerPerson: 2,
    platforms: ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({
      name,
      personsAbout: 4000,
      queries,
      ...(weights && { clipWeight: weights[i] }),
    })),
    ...rest,
  });
}

const refused = (code: string) => (error: unknown) => error instanceof PrivacyError && error.code === code;

/** Charges everything that the plan lets one platform and the coordinator release, and no more. */
function chargedInFull(made: PrivacyPlan): number {
  const ledger = Ledger.open('f', new MemoryLedgerStore(), ledgerBudget(made, { platform: 'a' }), TRUSTING);
  for (const sum of made.sums['a']) {
    for (let n = 1; n <= sum.repetitions; n++) {
      ledger.charge(sum.scope === 'platform' ? platformCharge('a', sum, n) : attemptCharge(sum, n, 1, `${n}`));
    }
  }
  assert.ok(
    ledger.refusal(attemptCharge(plannedSum(made, 'a', 'round'), 99, 1, 'more')) !== undefined,
    'one more is refused',
  );
  return ledger.spent()!;
}

/** Integer vectors with at most this square, and the neighbours' outputs, by direct sums: Renyi divergence in nats. */
function renyi(order: number, one: Float64Array, other: Float64Array): number {
  let sum = 0;
  one.forEach((p, i) => (sum += p > 0 ? Math.exp(order * Math.log(p) + (1 - order) * Math.log(other[i])) : 0));
  return Math.log(sum) / (order - 1);
}

/** pmf of a sum of `shares` discrete Gaussians over -reach..reach, moved by `shift`. */
function noisePmf(sigma: number, shares: number, shift: number, reach = 50): Float64Array {
  const single = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const total = single.reduce((sum, p) => sum + p, 0);
  const one = single.map((p) => p / total);
  let pmf = one;
  for (let share = 1; share < shares; share++) {
    const next = new Float64Array(pmf.length);
    for (let i = 0; i < pmf.length; i++) {
      for (let j = 0; j < one.length; j++) {
        const at = i + j - reach;
        if (at >= 0 && at < next.length) next[at] += pmf[i] * one[j];
      }
    }
    pmf = next;
  }
  return Float64Array.from({ length: pmf.length }, (_, i) => pmf[i - shift] ?? 0);
}

describe('person sampling', () => {
  it('plans what it charges, gains against those who do not see the coins, and nothing against those who do', () => {
    for (const queries of [[round], [encoder, round]]) {
      const everybody = plan({ queries });
      const drawn = plan({ queries, sampling: 0.2 });
      assert.ok(drawn.epsilon! <= 4 && drawn.epsilon! > 3.99, `${drawn.epsilon}`);
      assert.ok(drawn.noiseMultiplier < 0.8 * everybody.noiseMultiplier);
      assert.ok(Math.abs(chargedInFull(drawn) / drawn.epsilon! - 1) < 1e-9);
      // A colluding platform that knows the drawn persons pays the full epsilon of the noise alone.
      const insider = epsilonKnowingCoins(drawn, 1)!;
      assert.ok(insider > 1.2 * epsilonAgainst(drawn, 1)!, `${insider}`);
      assert.equal(epsilonKnowingCoins(everybody, 1), epsilonAgainst(everybody, 1));
      const bare = plannedSum(drawn, 'a', 'round');
      if (queries.length > 1) continue;
      const unamplified = RdpAccountant.empty().compose(
        {
          kind: 'distributed-discrete-gaussian',
          localSigma: bare.localSigma,
          shares: bare.noiseShares,
          dimension: D,
          sensitivity: bare.integerSensitivity,
        },
        5,
      );
      assert.equal(insider, unamplified.epsilon(1e-6));
    }
  });

  it('never claims more against fewer: three platforms that each add all of the noise', () => {
    const made = planPrivacy({
      epsilon: 4,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 2,
      sampling: 0.3,
      platforms: ['a', 'b', 'c'].map((name) => ({ name, personsAbout: 4000, queries: [round] })),
    });
    assert.equal(made.noiseShares, 1);
    assert.ok(made.epsilon! > 3.99 && Math.abs(chargedInFull(made) / made.epsilon! - 1) < 1e-9);
    const against = [0, 1, 2].map((colluders) => epsilonAgainst(made, colluders)!);
    assert.ok(against[0] <= against[1] && against[1] <= against[2] && against[2] <= 4, against.join());
  });

  it('counts a person on several platforms with the coins of all of them', () => {
    assert.deepEqual(personSampling(0.5, 1), { rate: 0.5, personRate: 0.5 });
    assert.ok(Math.abs(personSampling(0.5, 3).personRate - 0.875) < 1e-15);
    // The rate is rounded down to one that a coin can have, so persons are never drawn more often than stated.
    assert.ok(personSampling(0.3, 1).rate <= 0.3 && personSampling(0.3, 1).rate > 0.3 - 2 ** -31);
    // The exact accountant for coins on each platform, with half the bound on each of two, finds no more than the
    // claim.
    const rate = 0.2;
    for (const z of [1, 3]) {
      const exact = PldAccountant.empty().compose(
        {
          kind: 'mixture-of-gaussians',
          sigma: z,
          sensitivities: [0, 0.5, 1],
          probabilities: [(1 - rate) ** 2, 2 * rate * (1 - rate), rate ** 2],
        },
        5,
      );
      const claimed = RdpAccountant.empty().compose(
        {
          kind: 'poisson-sampled',
          rate: 1 - (1 - rate) ** 2,
          event: { kind: 'discrete-gaussian', sigma: z * 1000, sensitivity: 1000 },
        },
        5,
      );
      assert.ok(exact.epsilon(1e-6) < claimed.epsilon(1e-6));
    }
  });

  it('has a Renyi curve above both directions of the discrete noise, by direct sums, and tight at integer orders', () => {
    for (const [sigma, shares, shift, rate] of [
      [2, 1, 1, 0.3],
      [2, 1, 3, 0.1],
      [3, 1, 2, 0.7],
      [1.5, 3, 2, 0.25],
      [2, 4, 1, 0.5],
    ]) {
      const without = noisePmf(sigma, shares, 0);
      const shifted = noisePmf(sigma, shares, shift);
      const mixed = without.map((p, i) => (1 - rate) * p + rate * shifted[i]);
      const inner =
        shares === 1
          ? ({ kind: 'discrete-gaussian', sigma, sensitivity: shift } as const)
          : ({
              kind: 'distributed-discrete-gaussian',
              localSigma: sigma,
              shares,
              dimension: 1,
              sensitivity: shift,
            } as const);
      const curve = releaseRules.curve({ kind: 'poisson-sampled', rate, event: inner })!;
      for (const order of [1.5, 2, 3, 4.5, 8]) {
        const worst = Math.max(renyi(order, mixed, without), renyi(order, without, mixed));
        assert.ok(curve(order) >= worst * (1 - 1e-9), `${sigma} ${shares} ${shift} ${rate} at ${order}`);
        if (shares === 1 && Number.isInteger(order)) {
          assert.ok(Math.abs(curve(order) / worst - 1) < 1e-6, `order ${order}: ${curve(order)} for ${worst}`);
          assert.ok(Math.abs(curve(order) / subsampledGaussianRdp(order, rate, sigma / shift) - 1) < 1e-9);
        }
      }
    }
  });

  it('draws that share of the persons, anew each time, and estimates the whole sum', () => {
    const sum = plannedSum(plan({ sampling: 0.3 }), 'a', 'round');
    const people: Contribution[] = Array.from({ length: 4000 }, () => ({
      indices: Uint32Array.of(0),
      values: Float32Array.of(0.4),
    }));
    const totals = Array.from({ length: 5 }, (_, i) => {
      const { integers } = discreteGaussian.bound(sum, people, seededRandom(`coins ${i}`));
      return discreteGaussian.decode(sum, integers)[0];
    });
    assert.equal(new Set(totals).size, 5);
    // Five standard deviations of a binomial.
    const deviation = (0.4 * Math.sqrt(4000 * 0.3 * 0.7)) / 0.3;
    for (const total of totals) assert.ok(Math.abs(total - 1600) < 5 * deviation, `${total}`);
    const open = plannedSum(plan({ epsilon: null, sampling: 0.3 }), 'a', 'round');
    assert.equal(open.sampling, undefined, 'without noise everybody is in the sum');
    const whole = withoutNoise.decode(open, withoutNoise.bound(open, people, seededRandom('x')).integers)[0];
    assert.ok(Math.abs(whole - 1600) < 1);
  });

  it('refuses a rate that is none', () => {
    for (const sampling of [0, 0.001, 1, 1.5, Number.NaN]) {
      assert.throws(() => plan({ sampling }), refused('PRIVACY_BAD_PARAMETER'));
    }
  });
});

describe('the bound on a person on several platforms', () => {
  it('is split by weights so that any M parts stay within it: one person less moves a sum by no more', () => {
    const weight = fc.double({ min: 0.3, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(weight, { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.float({ min: -9, max: 9, noNaN: true }), { minLength: D, maxLength: D }),
        fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'], { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (weights, split, values, on, isFactored) => {
          const made = plan({ weights, maxPlatformsPerPerson: split });
          const moved = new Float64Array(D);
          for (const name of on.slice(0, split)) {
            const sum = plannedSum(made, name, 'round');
            const person = [isFactored ? outerProducts(values) : { values: Float32Array.from(values) }];
            const { integers } = discreteGaussian.bound(sum, person, seededRandom(name));
            integers.forEach((integer, i) => (moved[i] += integer));
            assert.ok(Math.hypot(...integers) <= sum.integerClip * (1 + 1e-12));
          }
          const { integerSensitivity } = plannedSum(made, 'a', 'round');
          assert.ok(moved.reduce((square, x) => square + x * x, 0) <= integerSensitivity ** 2);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the heaviest platforms all of it, and costs what even parts cost', () => {
    assert.deepEqual(clipShares([1, 1, 1], 2), [0.5, 0.5, 0.5]);
    assert.deepEqual(clipShares([3, 1, 1], 2), [0.75, 0.25, 0.25]);
    const even = plan();
    const weighted = plan({ weights: [3, 1, 1, 1, 1] });
    assert.equal(weighted.noiseMultiplier, even.noiseMultiplier);
    assert.equal(weighted.epsilon, even.epsilon);
    assert.ok(Math.abs(chargedInFull(weighted) / weighted.epsilon! - 1) < 1e-9);
    const clips = ['a', 'b'].map((name) => plannedSum(weighted, name, 'round').integerClip);
    assert.ok(Math.abs(clips[0] / clips[1] - 3) < 0.01, clips.join());
    assert.throws(() => plan({ weights: [1, 0, 1, 1, 1] }), refused('PRIVACY_BAD_PARAMETER'));
    assert.throws(() => plan({ weights: [1e9, 1e9, 1, 1, 1] }), refused('PRIVACY_PLAN_REFUSED'));
  });

  it('of disjoint blocks is split not at all: own sums of M platforms cost the root of the sum of squares', () => {
    const made = plan({ queries: [encoder] });
    const sum = plannedSum(made, 'a', 'encoder');
    assert.equal(sum.integerSensitivity, sum.integerClip);
    const together = RdpAccountant.empty().compose(
      { kind: 'discrete-gaussian', sigma: sum.localSigma, sensitivity: sum.integerClip * Math.SQRT2 },
      2,
    );
    assert.ok(Math.abs(together.epsilon(1e-6) / made.epsilon! - 1) < 1e-6);
  });
});

describe('a clip that follows a quantile', () => {
  it('is charged with its count: both are one vector, bounded together, that costs what the plan says', () => {
    const made = plan({ clipQuantile: 0.5, queries: [encoder, round] });
    const sum = plannedSum(made, 'a', 'round');
    assert.equal(sum.dimension, D + 1);
    assert.ok(Math.abs(sum.clip - 2 * Math.hypot(1, 0.2)) < 1e-12);
    assert.deepEqual(sum.adaptiveClip, { quantile: 0.5, initial: 0.5 });
    assert.ok(Math.abs(chargedInFull(made) / made.epsilon! - 1) < 1e-9);
    // In units of the clip, the noise is that of a fixed clip, times the root of the cost of the count.
    const fixed = plannedSum(plan({ queries: [encoder, round] }), 'a', 'round');
    const perClip = (of: PlannedSum, unit: number): number => of.localSigma / of.scale / unit;
    assert.ok(Math.abs(perClip(sum, 1) / perClip(fixed, 0.5) / Math.hypot(1, 0.2) - 1) < 0.01);
  });

  it('one person less moves the sum and the count by no more than is declared, whatever the contribution and the clip', () => {
    const sum = plannedSum(plan({ clipQuantile: 0.3 }), 'a', 'round');
    const anything = fc.array(fc.float(), { minLength: D, maxLength: D });
    fc.assert(
      fc.property(anything, fc.boolean(), fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (values, sparse, clip) => {
        const given: Contribution = {
          values: Float32Array.from(values),
          ...(sparse && { indices: Uint32Array.from(values, (_, i) => D - 1 - i) }),
        };
        const voted = votingContribution(sum, clip, given);
        const { integers } = discreteGaussian.bound(sum, [voted], seededRandom('one'));
        assert.ok(integers.reduce((square, x) => square + x * x, 0) <= sum.integerClip ** 2);
        assert.equal(integers.length, D + 1);
      }),
      { numRuns: 200 },
    );
    // The others' contributions do not depend on the person, because the clip is the same public number for all.
    const zeros = votingContribution(sum, 1, { indices: new Uint32Array(0), values: new Float32Array(0) });
    assert.deepEqual(zeros, { indices: Uint32Array.of(D), values: Float32Array.of(0) });
  });

  for (const quantile of [0.2, 0.5, 0.9]) {
    it(`finds the ${quantile} quantile of the lengths through the noise, from a clip far off`, () => {
      const made = plan({ clipQuantile: quantile, queries: [{ ...round, repetitions: 15 }], epsilon: 8 });
      const sum = plannedSum(made, 'a', 'round');
      const prng = Prng.fromSource(seededRandom('lengths'));
      // A fifth of the persons have empty contributions, which do not vote.
      const lengths = Array.from({ length: 4000 }, (_, i) => (i % 5 === 0 ? 0 : Math.exp(prng.gaussian() - 3)));
      const people = lengths.map((length, i) => {
        const values = new Float32Array(D);
        values[i % D] = length;
        return { values };
      });
      let clip = sum.adaptiveClip!.initial;
      let mean = new Float64Array(D + 1);
      for (let t = 0; t < 15; t++) {
        const random = seededRandom(`round ${t}`);
        const voted = people.map((person) => votingContribution(sum, clip, person));
        const total = discreteGaussian.addNoise(sum, discreteGaussian.bound(sum, voted, random).integers, random);
        mean = discreteGaussian.decode(sum, total).map((value) => value / 4000);
        clip = nextClip(sum.adaptiveClip!, clip, mean);
      }
      const spoken = lengths.filter((length) => length > 0);
      const within = spoken.filter((length) => length <= clip).length / spoken.length;
      assert.ok(Math.abs(within - quantile) < 0.1, `${within} of the lengths are within ${clip}`);
      assert.equal(withoutVotes(mean, clip).length, D);
    });
  }

  it('gives back the strategy’s units, and keeps the clip in bounds whatever comes', () => {
    const sum = plannedSum(plan({ clipQuantile: 0.5, epsilon: null }), 'a', 'round');
    const values = Float32Array.from({ length: D }, (_, i) => (i === 3 ? 0.25 : 0));
    const voted = votingContribution(sum, 0.5, { values });
    const total = withoutNoise.decode(sum, withoutNoise.bound(sum, [voted], seededRandom('x')).integers);
    assert.ok(Math.abs(withoutVotes(total, 0.5)[3] - 0.25) < 1e-3);
    const { initial } = sum.adaptiveClip!;
    let clip = initial;
    for (let t = 0; t < 50; t++) clip = nextClip(sum.adaptiveClip!, clip, new Float64Array(D + 1).fill(1e9));
    assert.equal(clip, initial * 1024);
    assert.equal(adaptiveQuery(round, 3).dimension, D + 1);
  });

  it('refuses a quantile that is none, and weights beside it', () => {
    for (const clipQuantile of [0, 1, Number.NaN]) {
      assert.throws(() => plan({ clipQuantile }), refused('PRIVACY_BAD_PARAMETER'));
    }
    assert.throws(() => plan({ clipQuantile: 0.5, weights: [2, 1, 1, 1, 1] }), refused('PRIVACY_BAD_PARAMETER'));
  });
});

describe('options of rounds where there is none', () => {
  it('are refused, each by its name', () => {
    const queries: readonly SumQuery[] = [{ ...round, scope: 'platform' }];
    const cases: readonly (readonly [Parameters<typeof plan>[0], RegExp])[] = [
      [{ sampling: 0.5 }, /^sampling: only for training rounds/],
      [{ clipQuantile: 0.5 }, /^clipQuantile: /],
      [{ weights: [2, 1, 1, 1, 1] }, /^clipWeights: /],
      [{ sampling: 0.5, clipQuantile: 0.5 }, /^sampling and clipQuantile: .*remove them/],
    ];
    for (const [asked, message] of cases) {
      assert.throws(() => plan({ ...asked, queries }), { code: 'PRIVACY_BAD_PARAMETER', message });
    }
    assert.equal(plan({ queries }).rounds, 0);
  });
});

describe('a manifest that asks for it', () => {
  it('is planned with it, at the same total', () => {
    const plain = federation({});
    const asked = federation({ sampling: 0.5, clipWeights: { a: 2 } });
    assert.equal(asked.privacy.samplingRate, 0.5);
    assert.ok(asked.privacy.epsilon! <= 4 && asked.privacy.epsilon! > 3.99);
    const [a, b] = ['a', 'b'].map((name) => plannedSum(asked.privacy, name, 'round').integerClip);
    assert.ok(Math.abs(a / b - 2) < 0.01, `${a} and ${b}`);
    assert.notEqual(asked.privacy.fingerprint, plain.privacy.fingerprint);
    assert.equal(asked.parameters, plain.parameters);
    assert.throws(() => federation({ clipWeights: { d: 2 } }), /"d" is no platform/);
    assert.throws(() => federation({ sampling: 0.5 }, null), /means nothing without privacy/);
  });

  it('carries the clip in the shared model, where a round moves it, and the strategy sees its own part alone', () => {
    const plain = federation({});
    const plan = federation({ clipQuantile: 0.5 });
    assert.equal(plan.parameters, plain.parameters + 1);
    const first = firstModel(plan);
    assert.deepEqual(trainedPart(plan, first), firstModel(plain));
    assert.equal(clipOf(plan, first), 0.5);
    assert.equal(clipOf(plain, firstModel(plain)), undefined);
    // Everybody voted that the clip is too long, and the update is one unit of the clip in one coordinate.
    const mean = new Float64Array(plan.parameters);
    mean[7] = 1;
    mean[plan.parameters - 1] = -0.2;
    const { model, state } = nextModel(plan, first, mean, undefined);
    assert.ok(Math.abs(clipOf(plan, model)! - 0.5 / Math.E) < 1e-6);
    assert.ok(Math.abs(model[7] - first[7] - 0.5 * plan.shared.optimiser.learningRate) < 1e-6);
    const unmoved = new Float64Array(plan.parameters);
    assert.deepEqual(nextModel(plan, model, unmoved, state).model, model);
  });
});
