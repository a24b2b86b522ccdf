import assert from 'node:assert/strict';
import type { PrivacyEvent } from '../../core/accounting/accountant.ts';
import fc from 'fast-check';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import type { SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { attemptCharge, eventOf, ledgerBudget, platformCharge } from '../../core/privacy/plan/plan-events.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { defaultRefunds, openingsAgainst } from '../../core/privacy/plan/openings.ts';
import { epsilonAgainst, plannedSum, planOpenings } from '../../core/privacy/plan/plan-lookups.ts';
import type { PlanRequest } from '../../core/privacy/plan/privacy-plan.ts';
import { Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import { tailMultiple } from '../../core/privacy/mechanism/scale.ts';
import { TRUSTING } from '../../compliance/ledger-store.ts';

const counts: SumQuery = {
  label: 'encoder/counts',
  dimension: 800,
  clip: 1,
  repetitions: 1,
  relativeNoise: 4,
  scope: 'platform',
};
const subspace: SumQuery = { ...counts, label: 'encoder/subspace', dimension: 2400, repetitions: 2, relativeNoise: 1 };
const round: SumQuery = {
  label: 'round',
  dimension: 2048,
  clip: 0.5,
  repetitions: 10,
  relativeNoise: 1.5,
  scope: 'federation',
};

function request(count: number, queries: readonly SumQuery[], given: Partial<PlanRequest> = {}): PlanRequest {
  const platforms = Array.from({ length: count }, (_, i) => ({
    name: `p${i}`,
    personsAbout: 10_000 + 1000 * i,
    queries,
  }));
  return { epsilon: 4, delta: 1e-6, platforms, colluding: 0, dropouts: 0, maxPlatformsPerPerson: 2, ...given };
}

/** All subsets of at most this size. */
function choices(names: readonly string[], most: number): readonly (readonly string[])[] {
  if (names.length === 0 || most === 0) return [[]];
  const [first, ...rest] = names;
  return [...choices(rest, most), ...choices(rest, most - 1).map((chosen) => [first, ...chosen])];
}

const refusedAs = (code: string, message?: RegExp) => (error: unknown) =>
  error instanceof PrivacyError && error.code === code && (message?.test(error.message) ?? true);

describe('privacy plan', () => {
  it('gives the noise multipliers of the published table for rounds alone', () => {
    const table: readonly (readonly [number, number, number])[] = [
      [1, 1, 4.53],
      [5, 2, 5.33],
      [10, 4, 4.01],
      [20, 8, 3.08],
      [50, 4, 8.96],
    ];
    for (const [rounds, epsilon, z] of table) {
      const queries = [{ ...round, repetitions: rounds, relativeNoise: 1 }];
      const plan = planPrivacy(request(10, queries, { epsilon, maxPlatformsPerPerson: 1 }));
      assert.ok(Math.abs(plan.noiseMultiplier - z) < 0.006, `${rounds} rounds at ${epsilon}: ${plan.noiseMultiplier}`);
      assert.equal(plan.rounds, rounds);
    }
  });

  it('composes encoders over the platforms a person may be on, and rounds once', () => {
    const plan = planPrivacy(request(5, [counts, subspace, round]));
    let tally = RdpAccountant.empty();
    for (let platform = 0; platform < 2; platform++) {
      tally = tally.compose(eventOf(plannedSum(plan, 'p0', 'encoder/counts')));
      tally = tally.compose(eventOf(plannedSum(plan, 'p0', 'encoder/subspace')), 2);
    }
    tally = tally.compose(eventOf(plannedSum(plan, 'p0', 'round')), 10);
    const epsilon = tally.epsilon(1e-6);
    assert.ok(epsilon <= 4 && epsilon > 3.97, `composed ${epsilon}`);
    assert.ok(Math.abs(epsilon - plan.epsilon!) < 1e-9);
    assert.equal(plan.encodersPerPerson, 2);
    // Split, not multiplied: K is s C / 2 for the rounds, and the sum's sensitivity is that of both platforms together.
    const sum = plannedSum(plan, 'p0', 'round');
    assert.equal(sum.integerClip, Math.floor((sum.scale * 0.5) / 2));
    assert.equal(sum.integerSensitivity, 2 * sum.integerClip);
  });

  it('needs more noise the more platforms a person may be on, and charges the costliest of them', () => {
    const one = planPrivacy(request(4, [subspace], { maxPlatformsPerPerson: 1 }));
    const three = planPrivacy(request(4, [subspace], { maxPlatformsPerPerson: 3 }));
    assert.ok(Math.abs(three.noiseMultiplier / one.noiseMultiplier - Math.sqrt(3)) < 0.01);
    const cheap = { ...subspace, repetitions: 1 };
    const mixed = request(3, [cheap], { maxPlatformsPerPerson: 1 });
    const last = { ...mixed.platforms[2], queries: [{ ...subspace, repetitions: 4 }] };
    const worst = planPrivacy({ ...mixed, platforms: [...mixed.platforms.slice(0, 2), last] });
    assert.ok(Math.abs(worst.noiseMultiplier / planPrivacy(mixed).noiseMultiplier - 2) < 0.01);
  });

  it('spreads the noise over the honest minimum: 10 platforms, 2 colluding, 2 lost cost 1.29 of a trusted curator', () => {
    const plan = planPrivacy(request(10, [round], { colluding: 2, dropouts: 2 }));
    assert.deepEqual(
      [plan.threshold, plan.noiseThreshold, plan.honestMinimum, plan.noiseShares, plan.exposedFrom],
      [7, 8, 6, 6, 4],
    );
    const sum = plannedSum(plan, 'p0', 'round');
    const total = Math.sqrt(10 * sum.localVariance) / sum.integerSensitivity / sum.noiseMultiplier;
    assert.ok(Math.abs(total - 1.29) < 0.005, `${total}`);
  });

  it('against every number of colluders composes as many opened sums, with as much noise, as they can reach', () => {
    // Shares and sums by hand: t = 7, t_noise = 8, c = 2, 2t - n = 4, R = 10.
    const shares = [8, 7, 6, 5, 1, 1, 1, 1, 1, 1];
    const openings = new Map([
      [0, [10, 10, 10, 10, 10, 10, 10, 10, 10, 10]],
      [4, [10, 10, 10, 14, 14, 14, 14, 14, 14, 14]],
      [9, [10, 10, 10, 17, 19, 19, 19, 19, 19, 19]],
      [90, [10, 10, 10, 17, 20, 25, 40, 100, 100, 100]],
    ]);
    for (const [refunds, sums] of openings) {
      const plan = planPrivacy(request(10, [subspace, round], { colluding: 2, dropouts: 2, refunds }));
      const encoders = { event: eventOf(plannedSum(plan, 'p0', 'encoder/subspace')), count: 2 * 2 };
      const sum = plannedSum(plan, 'p0', 'round');
      for (let c = 0; c < 10; c++) {
        const { localSigma, dimension, integerSensitivity: sensitivity } = sum;
        const masked =
          shares[c] === 1
            ? ({ kind: 'discrete-gaussian', sigma: localSigma, sensitivity } as const)
            : ({
                kind: 'distributed-discrete-gaussian',
                localSigma,
                shares: shares[c],
                dimension,
                sensitivity,
              } as const);
        const expected = RdpAccountant.empty()
          .compose(encoders.event, encoders.count)
          .compose(masked, sums[c])
          .epsilon(1e-6);
        assert.equal(planOpenings(plan, c), sums[c], `${refunds} refunds, ${c} colluders`);
        assert.ok(Math.abs(epsilonAgainst(plan, c)! / expected - 1) < 1e-12, `${refunds} refunds, ${c} colluders`);
        assert.ok(Number.isFinite(expected));
      }
      assert.ok(Math.abs(epsilonAgainst(plan, 2)! - plan.epsilon!) < 1e-9, 'the claim is the row that was planned for');
    }
  });

  it('counts nothing more for refunds up to the planned colluders, and never more than uploads', () => {
    const trust = { platformCount: 10, threshold: 7, colluding: 2 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(100), fc.nat(9), (attempts, refunds, colluders) => {
        const openings = openingsAgainst(trust, { attempts, refunds }, colluders);
        assert.ok(openings >= attempts && openings <= attempts + refunds);
        if (colluders <= 2) assert.equal(openings, attempts);
        if (colluders >= 7) assert.equal(openings, attempts + refunds);
        if (colluders > 0) assert.ok(openings >= openingsAgainst(trust, { attempts, refunds }, colluders - 1));
      }),
    );
    assert.deepEqual([0, 1, 9, 10, 20].map(defaultRefunds), [3, 3, 3, 4, 7]);
    const without = planPrivacy(request(4, [subspace], { refunds: 5 }));
    assert.deepEqual([without.refunds, planOpenings(without, 3)], [0, 0], 'there is nothing to refund without rounds');
  });

  it('charges for the costliest M of platforms that differ: recomputed for every choice of M', () => {
    const federations = fc.record({
      // Releases of its own sum and its relative noise; some platforms release nothing.
      own: fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 4 })), { minLength: 3, maxLength: 6 }),
      split: fc.integer({ min: 1, max: 3 }),
      rounds: fc.nat(4),
      spareAttempts: fc.nat(2),
    });
    fc.assert(
      fc.property(federations, ({ own, split, rounds, spareAttempts }) => {
        fc.pre(rounds > 0 || own.some(([repetitions]) => repetitions > 0));
        const platforms = own.map(([repetitions, relativeNoise], i) => ({
          name: `p${i}`,
          personsAbout: 5000,
          queries: [
            ...(repetitions > 0 ? [{ ...counts, repetitions, relativeNoise }] : []),
            ...(rounds > 0 ? [{ ...round, repetitions: rounds }] : []),
          ],
        }));
        const plan = planPrivacy(request(0, [], { platforms, maxPlatformsPerPerson: split, spareAttempts }));
        const tallyOf = (names: readonly string[], withRounds: boolean): RdpAccountant<PrivacyEvent> => {
          const sums = names.flatMap((name) => plan.sums[name].filter(({ scope }) => scope === 'platform'));
          if (withRounds) sums.push(...plan.sums.p0.filter(({ scope }) => scope === 'federation'));
          return sums.reduce((tally, sum) => {
            const spare = sum.scope === 'federation' ? spareAttempts : 0;
            return tally.compose(eventOf(sum), sum.repetitions + spare);
          }, RdpAccountant.empty());
        };
        const names = platforms.map(({ name }) => name);
        const worst = (among: readonly string[], most: number, withRounds: boolean): number =>
          Math.max(...choices(among, most).map((chosen) => tallyOf(chosen, withRounds).epsilon(1e-6)));
        assert.ok(Math.abs(plan.epsilon! / worst(names, plan.maxPlatformsPerPerson, true) - 1) < 1e-9);
        for (const side of ['coordinator', ...names.map((platform) => ({ platform }))] as const) {
          const { elsewhere } = ledgerBudget(plan, side);
          const counted = elsewhere.reduce(
            (tally, { event, count }) => tally.compose(event, count),
            RdpAccountant.empty(),
          );
          const expected =
            side === 'coordinator'
              ? worst(names, plan.maxPlatformsPerPerson, false)
              : worst(
                  names.filter((name) => name !== side.platform),
                  plan.maxPlatformsPerPerson - 1,
                  false,
                );
          assert.ok(Math.abs(counted.epsilon(1e-6) - expected) <= 1e-9 * expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('three platforms add all the noise each: one share, and one colluder costs nothing', () => {
    const plan = planPrivacy(request(3, [counts, round]));
    assert.deepEqual(
      [plan.threshold, plan.noiseThreshold, plan.colluding, plan.honestMinimum, plan.noiseShares],
      [3, 3, 1, 2, 1],
    );
    const sum = plannedSum(plan, 'p1', 'round');
    assert.ok(sum.localSigma >= sum.noiseMultiplier * sum.integerSensitivity);
    for (const c of [0, 1, 2]) assert.ok(epsilonAgainst(plan, c)! <= plan.epsilon!);
  });

  it('refuses federations too small or too corrupt, naming the numbers', () => {
    const refused = (message: RegExp) => refusedAs('PRIVACY_PLAN_REFUSED', message);
    assert.throws(() => planPrivacy(request(2, [round])), refused(/at least 3/));
    assert.throws(() => planPrivacy(request(10, [round], { colluding: 4 })), refused(/2t - n = 4/));
    assert.throws(() => planPrivacy(request(3, [round], { colluding: 2 })), refused(/3 - 2 = 1/));
    assert.throws(() => planPrivacy(request(3, [round], { dropouts: 1 })), refused(/fewer than the threshold t = 3/));
    assert.throws(() => planPrivacy(request(10, [round], { dropouts: 4 })), refused(/at most 3 may be lost/));
    assert.throws(() => planPrivacy(request(4, [round], { threshold: 2 })), refused(/threshold 2 of 4/));
    const different = request(4, [round]).platforms.map((platform, i) => ({
      ...platform,
      queries: [{ ...round, clip: i + 1 }],
    }));
    assert.throws(() => planPrivacy(request(4, [], { platforms: different })), refused(/p0 and p1/));
    assert.equal(planPrivacy(request(2, [subspace])).honestMinimum, 1);
  });

  it('refuses bad numbers and unknown sums', () => {
    const bad: readonly Partial<PlanRequest>[] = [
      { epsilon: 0 },
      { epsilon: Number.NaN },
      { delta: 0 },
      { delta: 1 },
      { maxPlatformsPerPerson: 0 },
      { colluding: -1 },
      { colluding: 0.5 },
      { spareAttempts: -1 },
      { refunds: -1 },
      { refunds: 0.5 },
      { platforms: [] },
    ];
    for (const given of bad) {
      assert.throws(
        () => planPrivacy(request(4, [round], given)),
        refusedAs('PRIVACY_BAD_PARAMETER'),
        JSON.stringify(given),
      );
    }
    const queries: readonly Partial<SumQuery>[] = [
      { dimension: 0 },
      { outerProducts: 0 },
      { outerProducts: -1 },
      { outerProducts: 1.5 },
      { outerProducts: NaN },
      { clip: 0 },
      { clip: Infinity },
      { repetitions: 0 },
      { relativeNoise: 0 },
    ];
    for (const given of queries) {
      assert.throws(() => planPrivacy(request(4, [{ ...round, ...given }])), refusedAs('PRIVACY_BAD_PARAMETER'));
    }
    assert.throws(() => planPrivacy(request(4, [round, round])), refusedAs('PRIVACY_BAD_PARAMETER', /different/));
    assert.throws(
      () => plannedSum(planPrivacy(request(4, [round])), 'p0', 'rounds'),
      refusedAs('PRIVACY_UNDECLARED_SUM', /round/),
    );
  });

  it('keeps local sigma at 64 or more, rounding below the noise and every sum inside the ring', () => {
    const cases = fc.record({
      platforms: fc.integer({ min: 3, max: 100 }),
      dimension: fc.integer({ min: 1, max: 200_000 }),
      clip: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      epsilon: fc.double({ min: 0.5, max: 16, noNaN: true }),
      repetitions: fc.integer({ min: 1, max: 50 }),
      persons: fc.integer({ min: 1, max: 100_000 }),
      split: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(cases, ({ platforms, dimension, clip, epsilon, repetitions, persons, split }) => {
        const base = request(platforms, [
          { ...round, dimension, clip, repetitions },
          { ...subspace, dimension, clip },
        ]);
        const plan = planPrivacy({
          ...base,
          epsilon,
          maxPlatformsPerPerson: split,
          platforms: base.platforms.map((platform) => ({ ...platform, personsAbout: persons })),
        });
        assert.ok(plan.epsilon! <= epsilon && plan.epsilon! > epsilon * 0.95, `${plan.epsilon} of ${epsilon}`);
        for (const sum of plan.sums['p0']) {
          assert.ok(sum.localSigma >= 64);
          assert.ok(Number.isInteger(Math.log2(sum.scale)) && Number.isSafeInteger(sum.localVariance));
          assert.ok(sum.integerClip <= 2 ** 25 && sum.integerSensitivity <= sum.scale * clip);
        }
        const sum = plannedSum(plan, 'p0', 'round');
        const reach = platforms * (sum.bound + tailMultiple(platforms, dimension) * sum.localSigma);
        assert.ok(reach < 2 ** (plan.ringBits - 1), `${reach} in ${plan.ringBits} bits`);
        assert.ok(plan.ringBits === 16 || reach >= 2 ** (plan.ringBits - 2));
        assert.ok(sum.bound >= sum.integerClip);
        // n D P[|X| > tail sigma] < 2^-64.
        assert.ok(Math.log(2 * platforms * dimension) - tailMultiple(platforms, dimension) ** 2 / 2 <= -64 * Math.LN2);
      }),
      { numRuns: 60 },
    );
  });

  it('scales sums of outer products so that their rounding neither lengthens persons nor adds to the noise', () => {
    for (const [outerProducts, persons, relativeNoise] of [
      [2, 2000, 10],
      [8, 2000, 10],
      [2, 40_000, 1],
    ]) {
      const base = request(3, [{ ...round, outerProducts, relativeNoise }], { epsilon: 20 });
      const made = planPrivacy({
        ...base,
        platforms: base.platforms.map((platform) => ({ ...platform, personsAbout: persons })),
      });
      const { dimension, integerClip, localVariance } = plannedSum(made, 'p0', 'round');
      // A person of length K in all coordinates together: K sqrt(T D) / 2 (docs/privacy.md).
      const added = (integerClip * Math.sqrt(outerProducts * dimension)) / 2;
      assert.ok(Math.sqrt(1 + added / integerClip ** 2) <= 1.0026, `K ${integerClip}`);
      const share = (3 * persons * added) / dimension / (3 * localVariance);
      assert.ok(share <= 0.01, `rounding is ${share} of the noise`);
      // No larger than that takes: half of it would not do.
      assert.ok(share > 0.002 || Math.sqrt(1 + added / integerClip ** 2) > 1.001, `K ${integerClip}, share ${share}`);
    }
  });

  it('refuses a ring that cannot hold the noise, with the arithmetic', () => {
    const queries = [{ ...round, repetitions: 1, dimension: 10 }];
    assert.throws(
      () => planPrivacy(request(10_000, queries, { epsilon: 10_000, maxPlatformsPerPerson: 1 })),
      refusedAs('PRIVACY_RING_OVERFLOW', /10000 platforms x \(bound \d+ \+ 12/),
    );
  });

  it('without privacy plans no noise and bounds nothing', () => {
    const plan = planPrivacy(request(4, [subspace, round], { epsilon: null }));
    assert.equal(plan.epsilon, null);
    assert.equal(epsilonAgainst(plan, 0), null);
    assert.equal(plan.noiseMultiplier, 0);
    assert.deepEqual(eventOf(plannedSum(plan, 'p0', 'round')), { kind: 'unprotected' });
    assert.ok(plannedSum(plan, 'p0', 'round').integerClip > 1000);
    assert.equal(planPrivacy(request(4, [])).epsilon, null);
  });

  it('has a fingerprint of every number, and is the same wherever it is computed', () => {
    const plan = planPrivacy(request(4, [subspace, round]));
    assert.equal(planPrivacy(request(4, [subspace, round])).fingerprint, plan.fingerprint);
    const others: readonly Partial<PlanRequest>[] = [
      { epsilon: 4.001 },
      { delta: 1e-7 },
      { spareAttempts: 1 },
      { refunds: 1 },
      { dropouts: 1 },
    ];
    const prints = others.map((given) => planPrivacy(request(4, [subspace, round], given)).fingerprint);
    assert.equal(new Set([plan.fingerprint, ...prints]).size, others.length + 1);
  });

  it('fits a ledger on either side exactly: all planned charges go in, one more is refused', () => {
    for (const spareAttempts of [0, 2]) {
      const plan = planPrivacy(request(4, [counts, subspace, round], { spareAttempts }));
      const ledgers = (['coordinator', { platform: 'p3' }] as const).map((side) =>
        Ledger.open('f', new MemoryLedgerStore(), ledgerBudget(plan, side), TRUSTING),
      );
      const own = plan.sums['p3'].filter((sum) => sum.scope === 'platform');
      for (const sum of own) {
        for (let i = 1; i <= sum.repetitions; i++) ledgers[1].charge(platformCharge('p3', sum, i));
      }
      const sum = plannedSum(plan, 'p3', 'round');
      for (const ledger of ledgers) {
        for (let i = 1; i <= 10 + spareAttempts; i++) ledger.charge(attemptCharge(sum, i, 1, `${i}`));
        assert.ok(Math.abs(ledger.spent()! - plan.epsilon!) < 1e-9);
        assert.throws(
          () => ledger.charge(attemptCharge(sum, 99, 1, '99')),
          refusedAs('PRIVACY_BUDGET_EXHAUSTED', /round 99.*budget of federation "f" is 4/),
        );
        assert.equal(ledger.entries.filter(({ charge }) => charge?.scope === 'federation').length, 10 + spareAttempts);
      }
    }
  });
});
