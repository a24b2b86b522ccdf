import assert from 'node:assert/strict';
import { selfNormalised } from '../../core/evaluation/off-policy.ts';

describe('off-policy estimate', () => {
  it('is the weighted mean of rewards, with the effective number of choices', () => {
    const log = [
      { propensity: 0.5, wanted: 0.25, reward: 1 },
      { propensity: 0.25, wanted: 0.5, reward: 0 },
      { propensity: 0.1, wanted: 0, reward: 1 },
    ];
    // Weights 1/2, 2 and 0.
    assert.deepEqual(selfNormalised(log), { value: 0.2, effective: 6.25 / 4.25 });
  });

  it('of the logging recommender itself is the mean of the log', () => {
    const log = [1, 0, 0, 1, 1].map((reward) => ({ propensity: 0.2, wanted: 0.2, reward }));
    assert.deepEqual(selfNormalised(log), { value: 0.6, effective: 5 });
  });

  it('refuses propensities that cannot be, and a log that says nothing', () => {
    for (const propensity of [0, -1, 1.5, NaN]) {
      assert.throws(() => selfNormalised([{ propensity, wanted: 1, reward: 1 }]), { code: 'EVALUATION_PROPENSITY' });
    }
    assert.throws(() => selfNormalised([{ propensity: 1, wanted: 0, reward: 1 }]), { code: 'EVALUATION_PROPENSITY' });
    assert.throws(() => selfNormalised([]), { code: 'EVALUATION_PROPENSITY' });
  });
});
