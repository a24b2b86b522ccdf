import assert from 'node:assert/strict';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import { planBudget } from '../../core/budget/budget-plan.ts';
import type { BudgetPlan, BudgetRequest } from '../../core/budget/budget-plan.ts';
import { relativeError } from '../accounting/oracle.ts';
import { Workplace } from '../e2e/isthmus.ts';

const REQUEST: BudgetRequest = {
  epsilon: 4,
  delta: 1e-6,
  rounds: 10,
  platforms: 10,
  colluding: 2,
  dropouts: 2,
  persons: 20_000,
  dimension: 2000,
};

describe('the budget plan', () => {
  it('ten platforms, two colluding, two lost: 1.29 times the noise of a trusted curator', () => {
    const plan = planBudget(REQUEST);
    assert.equal(plan.noiseMultiplier.toFixed(2), '4.01');
    assert.ok(plan.epsilon <= 4 && plan.epsilon > 3.999 && plan.continuousReference < plan.epsilon);
    assert.deepEqual(
      [plan.trust.threshold, plan.trust.noiseThreshold, plan.trust.honestMinimum, plan.trust.noiseShares],
      [7, 8, 6, 6],
    );
    assert.equal(plan.overCurator.toFixed(2), '1.29');
    assert.ok(relativeError(plan.error.l2, plan.error.perParameter * Math.sqrt(2000)) < 1e-12);
    assert.ok(relativeError(plan.error.perParameter, (plan.noiseMultiplier * Math.sqrt(10 / 6)) / 20_000) < 1e-12);
  });

  it('epsilon against colluders: t_noise - c shares before 2t - n, one share from there on', () => {
    const { colluders, epsilon, trust } = planBudget(REQUEST);
    assert.equal(trust.exposedFrom, 4);
    assert.deepEqual(
      colluders.map(({ noiseShares }) => noiseShares),
      [8, 7, 6, 5, 1, 1, 1, 1, 1, 1],
    );
    assert.deepEqual(
      colluders.map(({ view }) => view === 'sums'),
      [true, true, true, true, false, false, false, false, false, false],
    );
    assert.ok(relativeError(colluders[2].epsilon, epsilon) < 1e-9);
    for (const [i, { epsilon: here }] of colluders.entries()) if (i > 0) assert.ok(here >= colluders[i - 1].epsilon);
  });

  it('counts the sums that a deviating coordinator opens, and names what it sees', () => {
    const { colluders, refunds } = planBudget(REQUEST);
    assert.equal(refunds, 4);
    assert.deepEqual(
      colluders.map(({ openings }) => openings),
      [10, 10, 10, 14, 14, 14, 14, 14, 14, 14],
    );
    assert.deepEqual(
      planBudget({ ...REQUEST, refunds: 9 }).colluders.map(({ openings }) => openings),
      [10, 10, 10, 17, 19, 19, 19, 19, 19, 19],
    );
    assert.deepEqual(
      colluders.map(({ view }) => view),
      [
        ...Array<string>(4).fill('sums'),
        ...Array<string>(3).fill('single platforms'),
        ...Array<string>(3).fill('uploads'),
      ],
    );
    const { noiseMultiplier, trust } = planBudget(REQUEST);
    for (const { openings, noiseShares, epsilon } of colluders) {
      const z = noiseMultiplier * Math.sqrt(noiseShares / trust.noiseShares);
      const expected = RdpAccountant.empty().compose({ kind: 'gaussian', noiseMultiplier: z }, openings).epsilon(1e-6);
      assert.ok(relativeError(epsilon, expected) < 1e-12);
    }
    assert.throws(() => planBudget({ ...REQUEST, refunds: -1 }), { code: 'PRIVACY_PARAMETER_INVALID' });
  });

  it('three platforms: two honest ones in a sum, one share of noise', () => {
    const { trust, overCurator } = planBudget({ ...REQUEST, platforms: 3, colluding: 1, dropouts: 0 });
    assert.deepEqual([trust.honestMinimum, trust.noiseShares], [2, 1]);
    assert.equal(overCurator, Math.sqrt(3));
  });

  it('what is cheaper is cheaper, and is what the plan of the change says', () => {
    const plan = planBudget(REQUEST);
    assert.ok(plan.cheaper.length >= 6);
    for (const { relativeError: share } of plan.cheaper) assert.ok(share < 1 && share > 0);
    const half = plan.cheaper.find(({ change }) => change.startsWith('5 rounds'));
    const changed = planBudget({ ...REQUEST, rounds: 5 });
    assert.ok(half !== undefined && relativeError(half.relativeError, changed.error.l2 / plan.error.l2) < 1e-9);
  });

  it('refuses what the thresholds refuse, and nonsense', () => {
    assert.throws(() => planBudget({ ...REQUEST, colluding: 4 }), { code: 'PRIVACY_PLAN_REFUSED' });
    assert.throws(() => planBudget({ ...REQUEST, dropouts: 4 }), { code: 'PRIVACY_PLAN_REFUSED' });
    assert.throws(() => planBudget({ ...REQUEST, rounds: 0 }), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => planBudget({ ...REQUEST, delta: 1 }), { code: 'PRIVACY_PARAMETER_INVALID' });
  });
});

describe('a budget plan with drawn persons', () => {
  it('needs less noise and says that everybody in every round would still be cheaper', () => {
    const everybody = planBudget(REQUEST);
    const drawn = planBudget({ ...REQUEST, sampling: 0.2, platformsPerPerson: 2 });
    assert.ok(drawn.epsilon <= 4 && drawn.epsilon > 3.999 && drawn.continuousReference < drawn.epsilon);
    assert.ok(drawn.noiseMultiplier < everybody.noiseMultiplier);
    // The sum shrinks by q and the noise by less, because a person on two platforms has two coins.
    assert.ok(drawn.error.l2 > everybody.error.l2);
    const change = drawn.cheaper.find((option) => option.change === 'everybody in every round in place of 0.2');
    assert.ok(Math.abs((change?.relativeError ?? 0) / (everybody.error.l2 / drawn.error.l2) - 1) < 1e-9);
    const once = planBudget({ ...REQUEST, sampling: 0.2, platformsPerPerson: 1 });
    assert.ok(once.noiseMultiplier < drawn.noiseMultiplier);
    assert.equal(drawn.colluders[2].epsilon, drawn.epsilon);
  });
});

describe('isthmus privacy plan', function () {
  this.timeout(60_000);

  it('prints the plan', async () => {
    const place = await Workplace.make();
    const asked = '--epsilon 4 --delta 1e-6 --rounds 10 --platforms 10 --colluding 2 --dropouts 2 --json';
    const { code, stdout, stderr } = await place.run('privacy', 'plan', ...asked.split(' '));
    await place.leave();
    assert.equal(code, 0, stderr);
    const plan = JSON.parse(stdout) as BudgetPlan;
    assert.deepEqual([plan.trust.honestMinimum, plan.overCurator.toFixed(2)], [6, '1.29']);
  });
});
