/** Metrics of click probabilities, against values computed by hand. */
import assert from 'node:assert/strict';
import { areaUnderRoc, logLoss } from '../../core/evaluation/clicks.ts';

describe('metrics of clicks', () => {
  it('the area under the curve is the share of pairs in the right order, ties half', () => {
    assert.equal(areaUnderRoc([0.9, 0.2, 0.5, 0.1], [true, false, true, false]), 1);
    assert.equal(areaUnderRoc([0.1, 0.9], [true, false]), 0);
    assert.equal(areaUnderRoc([0.3, 0.3, 0.3], [true, false, false]), 0.5);
    // Pairs: 0.5 above 0.2, below 0.6; 0.2 ties with 0.2, below 0.6.
    assert.equal(areaUnderRoc([0.5, 0.2, 0.2, 0.6], [true, true, false, false]), 1.5 / 4);
  });

  it('needs clicked and other examples', () => {
    assert.throws(() => areaUnderRoc([0.5], [true]), { code: 'EVALUATION_NO_POSITIVES' });
  });

  it('log loss is the mean of the surprises', () => {
    assert.ok(Math.abs(logLoss([0.5, 0.25], [true, false]) - (Math.log(2) - Math.log(0.75)) / 2) < 1e-12);
  });
});
