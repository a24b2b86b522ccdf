/** Weights of a history's items by age and by rating. */
import assert from 'node:assert/strict';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { eventWeights } from '../../core/transfer/views/event-weights.ts';

const DAY = 86_400;
const history = {
  items: Uint32Array.of(4, 5, 6),
  ratings: Float32Array.of(0.5, NaN, -2),
  timestamps: Float64Array.of(0, 10 * DAY, NaN),
};

describe('event weights', () => {
  it('are all alike unless a setting says otherwise', () => {
    assert.equal(eventWeights(history, { halfLife: null }), undefined);
  });

  it('by ratings are the ratings, 1 without one and at least 0', () => {
    assert.deepEqual(eventWeights(history, { halfLife: null, weights: 'ratings' }), Float64Array.of(0.5, 1, 0));
    assert.equal(eventWeights({ items: history.items }, { halfLife: null, weights: 'ratings' }), undefined);
  });

  it('by age and rating multiply', () => {
    assert.deepEqual(eventWeights(history, { halfLife: 10, weights: 'ratings' }), Float64Array.of(0.25, 1, 0));
    assert.deepEqual(eventWeights(history, { halfLife: 10 }), Float64Array.of(0.5, 1, 1));
  });

  it('are a setting of the views text and vectors, and leave the settings of other manifests as they were', () => {
    for (const view of ['text', 'vectors']) {
      const [{ settings = {} }] = encoderNamed(view).spec.views;
      assert.ok('halfLife' in settings && !('weights' in settings));
      assert.throws(() => encoderNamed(view, { [`${view}.weights`]: 'age' }), { code: 'TRANSFER_SETTING' });
    }
  });
});
