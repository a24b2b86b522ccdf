import assert from 'node:assert/strict';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { DrawnSums } from '../../core/privacy/plan/charged-sums.ts';
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import { Ledger, MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { Charge } from '../../core/privacy/ledger/ledger.ts';
import type { Contribution, SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/mechanism/pipeline.ts';
import { ledgerBudget } from '../../core/privacy/plan/plan-events.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { TRUSTING } from '../../compliance/ledger-store.ts';

const own: SumQuery = {
  label: 'encoder/counts',
  dimension: 3,
  clip: 2,
  repetitions: 2,
  relativeNoise: 1,
  scope: 'platform',
};
const round: SumQuery = { ...own, label: 'round', scope: 'federation', repetitions: 4 };
const plan = planPrivacy({
  epsilon: 2,
  delta: 1e-6,
  colluding: 0,
  dropouts: 0,
  maxPlatformsPerPerson: 2,
  platforms: ['a', 'b', 'c'].map((name) => ({ name, personsAbout: 100, queries: [own, round] })),
});
const people: readonly Contribution[] = [{ values: Float32Array.of(1, 0, -1) }, { values: Float32Array.of(0.5, 0, 0) }];
const refusedAs = (code: string) => (error: unknown) => error instanceof PrivacyError && error.code === code;

class Kept implements DrawnSums {
  readonly values = new Map<string, Float64Array>();
  get(fingerprint: string, repetition: number): Float64Array | undefined {
    return this.values.get(`${fingerprint} ${repetition}`);
  }
  put(fingerprint: string, repetition: number, values: Float64Array): void {
    this.values.set(`${fingerprint} ${repetition}`, values);
  }
}

function sums(charge: (charge: Charge) => unknown, drawn?: DrawnSums, seed = 'seed') {
  const random = seededStreams(seed);
  return createChargedSums({
    plan,
    platform: 'a',
    mechanism: discreteGaussian,
    random,
    charge,
    ...(drawn === undefined ? {} : { drawn }),
  });
}

describe('charged sums', () => {
  it('charges each release durably before it is returned', async () => {
    const log: string[] = [];
    const released = await sums(async (charge) => {
      await Promise.resolve();
      log.push(`${charge.scope} ${charge.label} ${charge.round}`);
    }).release('encoder/counts', people);
    assert.deepEqual(log, ['platform encoder/counts 1']);
    assert.equal(released.length, 3);
  });

  it('returns the noised sum, with the noise the plan says', async () => {
    const queries = [{ ...own, dimension: 5000 }];
    const wide = planPrivacy({
      epsilon: 2,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 1,
      platforms: [{ name: 'a', personsAbout: 100, queries }],
    });
    const random = seededStreams('wide');
    const door = createChargedSums({
      plan: wide,
      platform: 'a',
      mechanism: discreteGaussian,
      random,
      charge: () => undefined,
    });
    const values = await door.release('encoder/counts', [{ indices: Uint32Array.of(0), values: Float32Array.of(2) }]);
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / 5000);
    assert.ok(Math.abs(deviation / door.noiseDeviation('encoder/counts') - 1) < 0.05);
    assert.ok(Math.abs(door.noiseDeviation('encoder/counts') / (2 * wide.noiseMultiplier) - 1) < 0.01);
  });

  it('returns nothing when the charge is refused', async () => {
    const door = sums(() => {
      throw new PrivacyError('PRIVACY_BUDGET_EXHAUSTED', 'spent');
    });
    await assert.rejects(door.release('encoder/counts', people), refusedAs('PRIVACY_BUDGET_EXHAUSTED'));
  });

  it('refuses what was not declared, is the federation’s, or is asked for too often', async () => {
    const door = sums(() => undefined);
    const refused = refusedAs('PRIVACY_UNDECLARED_SUM');
    await assert.rejects(door.release('encoder/other', people), refused);
    await assert.rejects(door.release('round', people), refused);
    await door.release('encoder/counts', people);
    await door.release('encoder/counts', people);
    await assert.rejects(door.release('encoder/counts', people), refused);
  });

  it('after a restart gives the same values again for nothing', async () => {
    const ledger = Ledger.open('f', new MemoryLedgerStore(), ledgerBudget(plan, { platform: 'a' }), TRUSTING);
    const kept = new Kept();
    const door = sums((charge) => ledger.charge(charge), kept);
    const before = [await door.release('encoder/counts', people), await door.release('encoder/counts', people)];
    assert.notDeepEqual(before[0], before[1]);
    const spent = ledger.spent();
    const again = sums((charge) => ledger.charge(charge), kept, 'another seed');
    assert.deepEqual(await again.release('encoder/counts', []), before[0]);
    assert.deepEqual(await again.release('encoder/counts', []), before[1]);
    assert.equal(ledger.spent(), spent);
    assert.equal(ledger.entries.length, 2);
  });

  it('killed between drawing and charging, neither loses the repetition nor releases two values for one charge', async () => {
    const ledger = Ledger.open('f', new MemoryLedgerStore(), ledgerBudget(plan, { platform: 'a' }), TRUSTING);
    const kept = new Kept();
    const killed = sums(() => Promise.reject(new Error('killed')), kept);
    await assert.rejects(killed.release('encoder/counts', people), /killed/);
    assert.equal(ledger.entries.length, 0);
    const values = await sums((charge) => ledger.charge(charge), kept, 'another').release('encoder/counts', people);
    assert.deepEqual([...kept.values.values()], [values]);
    assert.equal(ledger.entries.length, 1);
  });

  it('without privacy returns the exact sum and says that its noise is 0', async () => {
    const open = planPrivacy({
      epsilon: null,
      delta: 1e-6,
      colluding: 0,
      dropouts: 0,
      maxPlatformsPerPerson: 2,
      platforms: [{ name: 'a', personsAbout: 100, queries: [own] }],
    });
    const charges: Charge[] = [];
    const door = createChargedSums({
      plan: open,
      platform: 'a',
      mechanism: withoutNoise,
      random: seededStreams('none'),
      charge: (charge) => charges.push(charge),
    });
    assert.deepEqual([...(await door.release('encoder/counts', people))], [1.5, 0, -1]);
    assert.equal(door.noiseDeviation('encoder/counts'), 0);
    assert.deepEqual(charges[0].event, { kind: 'unprotected' });
  });
});
