import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PrivacyEvent } from '../../core/accounting/accountant.ts';
import { releaseRules } from '../../core/accounting/release-rules.ts';
import { composedEpsilon } from '../../core/accounting/composition.ts';
import { Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { PlannedSum, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { attemptCharge, eventOf, ledgerBudget, platformCharge } from '../../core/privacy/plan/plan-events.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { plannedSum } from '../../core/privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../../core/privacy/plan/privacy-plan.ts';

const PLATFORMS = ['a', 'b', 'c', 'd', 'e'];
const round: SumQuery = {
  label: 'round',
  dimension: 20,
  clip: 1,
  repetitions: 3,
  relativeNoise: 1,
  scope: 'federation',
};
const encoder: SumQuery = { ...round, label: 'encoder', scope: 'platform', repetitions: 2 };

function plan(split: number, weights: readonly number[], sampling?: number): PrivacyPlan {
  return planPrivacy({
    epsilon: 4,
    delta: 1e-6,
    colluding: 1,
    dropouts: 1,
    maxPlatformsPerPerson: split,
    spareAttempts: 1,
    ...(sampling !== undefined && { sampling }),
    platforms: PLATFORMS.map((name, i) => ({
      name,
      personsAbout: 4000,
      queries: [encoder, round],
      clipWeight: weights[i],
    })),
  });
}

/** How many attempts this platform's ledger lets through when it is shown no other entries than its own. */
function attemptsOf(made: PrivacyPlan, platform: string): number {
  const ledger = Ledger.open('f', new MemoryLedgerStore(), ledgerBudget(made, { platform }));
  const own = plannedSum(made, platform, 'encoder');
  for (let n = 1; n <= own.repetitions; n++) ledger.charge(platformCharge(platform, own, n));
  const sum = plannedSum(made, platform, 'round');
  let attempts = 0;
  while (ledger.refusal(attemptCharge(sum, 1, attempts, `${attempts}`)) === undefined) {
    ledger.charge(attemptCharge(sum, 1, attempts, `${attempts++}`));
  }
  return attempts;
}

/** What one attempt tells of a person when only these of the person's platforms are in it. */
function partialEvent(sums: readonly PlannedSum[]): PrivacyEvent {
  const [{ sampling }] = sums;
  const integerSensitivity = sums.reduce((total, { integerClip }) => total + integerClip, 0);
  const personRate = sampling && -Math.expm1(sums.length * Math.log1p(-sampling.rate));
  return eventOf({
    ...sums[0],
    integerSensitivity,
    ...(sampling && personRate !== undefined && { sampling: { ...sampling, personRate } }),
  });
}

describe('split views', () => {
  it('attempts shown to some of a person’s platforms and hidden from others spend no more than all of them together', () => {
    const worlds = fc.record({
      split: fc.integer({ min: 2, max: 4 }),
      weights: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 }),
      // Which of the person's platforms each attempt is for, as bits, in the order in which they are begun.
      attempts: fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 20, maxLength: 40 }),
    });
    fc.assert(
      fc.property(worlds, ({ split, weights, attempts }) => {
        const made = plan(split, weights);
        const mine = PLATFORMS.slice(0, split);
        const left = new Map(mine.map((name) => [name, attemptsOf(made, name)]));
        const begun: PlannedSum[][] = [];
        // What is asked for, and then whatever anybody still has left, each platform alone.
        for (const bits of [...attempts, ...mine.flatMap((_, i) => Array<number>(20).fill(1 << i))]) {
          const cohort = mine.filter((name, i) => (bits >> i) & 1 && left.get(name)! > 0);
          for (const name of cohort) left.set(name, left.get(name)! - 1);
          if (cohort.length > 0) begun.push(cohort.map((name) => plannedSum(made, name, 'round')));
        }
        const squares = begun.reduce((sum, parts) => sum + parts.reduce((w, p) => w + p.integerClip, 0) ** 2, 0);
        const whole = plannedSum(made, 'a', 'round').integerSensitivity;
        const most = Math.max(...mine.map((name) => attemptsOf(made, name)));
        assert.ok(squares <= most * whole ** 2, `${squares} of ${most} x ${whole}^2`);
        const encoders = mine.map((name) => {
          const sum = plannedSum(made, name, 'encoder');
          return { event: eventOf(sum), count: sum.repetitions };
        });
        const spent = composedEpsilon(
          [...encoders, ...begun.map((parts) => ({ event: partialEvent(parts), count: 1 }))],
          made.delta,
        );
        assert.ok(spent <= made.budget!, `${spent} of ${made.budget}`);
      }),
      { numRuns: 30 },
    );
  });

  it('of drawn persons: a part w of the bound costs no more than w of the whole, at every order', () => {
    for (const [split, weights] of [
      [2, [1, 1, 1, 1, 1]],
      [2, [9, 1, 1, 1, 1]],
      [3, [1, 1, 1, 1, 1]],
      [3, [5, 2, 1, 1, 1]],
      [4, [4, 3, 2, 1, 1]],
    ] as const) {
      for (const rate of [0.01, 0.05, 0.3, 0.6, 0.9, 0.99]) {
        const made = plan(split, weights, rate);
        const sums = PLATFORMS.slice(0, split).map((name) => plannedSum(made, name, 'round'));
        const clipOf = (parts: readonly PlannedSum[]): number => parts.reduce((sum, part) => sum + part.integerClip, 0);
        for (const noiseShares of [sums[0].noiseShares, 1]) {
          // As planned, and with noise from a fifth to five times of it.
          for (const noise of [0.2, 1, 5]) {
            const all = sums.map((sum) => ({ ...sum, noiseShares, localSigma: sum.localSigma * noise }));
            const whole = releaseRules.curve(partialEvent(all))!;
            for (let bits = 1; bits < 1 << split; bits++) {
              const there = all.filter((_sum, i) => (bits >> i) & 1);
              const part = releaseRules.curve(partialEvent(there))!;
              for (const order of [1.25, 1.5, 2, 2.5, 3, 4, 6, 8, 12, 16, 32, 64]) {
                assert.ok(
                  part(order) * clipOf(all) <= clipOf(there) * whole(order) * (1 + 1e-9),
                  `platforms ${bits} of ${split}, q ${rate}, noise x ${noise}, order ${order}`,
                );
              }
            }
          }
        }
      }
    }
  });
});
