/**
 * Every platform in an opened sum has paid for it: a deviating coordinator against platforms as they run in production.
 */
import assert from 'node:assert/strict';
import { openingsAgainst } from '../../core/privacy/plan/openings.ts';
import { openEverybody, openVictim } from './attacks.ts';
import { Deviation } from './deviation.ts';
import type { DeviationSettings } from './deviation.ts';

/** t = 4 of 5; 2t - n = 3. */
const SETTING: Omit<DeviationSettings, 'helpers'> = {
  platforms: 5,
  colluding: 1,
  dropouts: 1,
  rounds: 4,
  refunds: 2,
  epsilon: 4,
};

describe('Opened sums and what was paid for them', function () {
  this.timeout(60_000);

  for (const helpers of [0, 1]) {
    it(`${helpers} helpers, uploaders kept in the dark: no platform is in more opened sums than it has paid for`, async () => {
      for (const attack of [openEverybody, openVictim]) {
        const { opened, worst, refunds, deviation } = await attack({ ...SETTING, helpers });
        assert.equal(opened, deviation.attempts, 'R sums, and no more');
        assert.equal(worst, 0);
        assert.equal(refunds, 0, 'of an opened sum nothing is taken back');
      }
    });
  }

  for (const helpers of [2, 3, 4]) {
    it(`${helpers} helpers, more than planned for, with false statements: as many sums as the plan prints, no more`, async () => {
      for (const attack of [openEverybody, openVictim]) {
        const { opened, worst, refunds, isEndless, deviation } = await attack({ ...SETTING, helpers });
        const bound = { attempts: deviation.attempts, refunds: deviation.refunds };
        const most = openingsAgainst(deviation.plan.privacy, bound, helpers);
        assert.equal(isEndless, false);
        assert.ok(opened <= most, `${opened} sums of ${most}`);
        assert.ok(worst <= deviation.refunds && refunds <= deviation.refunds);
        // The bound is tight: this attack reaches it, except for a platform that must pay before it is refunded.
        if (attack === openEverybody) assert.ok(opened >= most - 1, `${opened} sums of ${most}`);
      }
    });
  }

  it('ten platforms, nobody helps: the shares of seven open a sum over all ten, and all ten pay', async () => {
    const setting = { platforms: 10, colluding: 2, dropouts: 2, rounds: 2, epsilon: 4, helpers: 0 };
    const { opened, worst } = await openEverybody(setting);
    assert.deepEqual([opened, worst], [2, 0]);
  });

  it('a sum that was not opened is refunded to everybody, and another one is opened for it', async () => {
    const deviation = await Deviation.begin({ ...SETTING, helpers: 0 });
    const all = deviation.honest.map(({ name }) => name);
    for (let lost = 1; lost <= deviation.refunds; lost++) {
      // Nobody is told the survivors: five platforms have uploaded, and none revealed.
      assert.equal(await deviation.attempt(new Set()), undefined);
      assert.deepEqual(
        deviation.honest.map((one) => deviation.paid(one)),
        Array(5).fill(1),
      );
      assert.deepEqual(await deviation.refund(), all);
      assert.deepEqual(
        deviation.honest.map((one) => deviation.paid(one)),
        Array(5).fill(0),
      );
    }
    for (let sum = 1; sum <= deviation.attempts; sum++) assert.deepEqual(await deviation.attempt(new Set(all)), all);
    assert.equal(await deviation.attempt(new Set(all)), undefined, 'the budget is spent');
    assert.equal(deviation.worstExcess, 0);
  });

  it('no more than F are refunded, whoever states what', async () => {
    const deviation = await Deviation.begin({ ...SETTING, helpers: 0 });
    for (let lost = 1; lost <= deviation.refunds; lost++) {
      await deviation.attempt(new Set());
      assert.equal((await deviation.refund()).length, 5);
    }
    await deviation.attempt(new Set());
    assert.deepEqual(await deviation.refund(), []);
    assert.deepEqual(
      deviation.honest.map((one) => deviation.paid(one)),
      Array(5).fill(1),
    );
  });
});
