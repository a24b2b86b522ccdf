/** Exposure of items, and how well lists mirror interests, against values computed by hand. */
import assert from 'node:assert/strict';
import { classShares, groupGap, miscalibration } from '../../core/evaluation/calibration.ts';
import { exposureOf, exposureShare, gini, listNdcg, unpopularItems } from '../../core/evaluation/exposure.ts';
import { bestItems } from '../../core/evaluation/rank.ts';

const close = (actual: number, wanted: number): void => {
  assert.ok(Math.abs(actual - wanted) < 1e-12, `${actual} instead of ${wanted}`);
};

describe('exposure and calibration of lists', () => {
  it('exposure falls with the place, and its share is that of the marked items', () => {
    const exposure = exposureOf(
      [
        [0, 1],
        [0, 2],
      ],
      4,
    );
    assert.deepEqual([...exposure], [2, 1 / Math.log2(3), 1 / Math.log2(3), 0]);
    close(exposureShare(exposure, Uint8Array.of(0, 1, 0, 1)), 1 / Math.log2(3) / (2 + 2 / Math.log2(3)));
    assert.equal(exposureShare(new Float64Array(2), Uint8Array.of(1, 1)), 0);
  });

  it('the Gini coefficient is 0 for equals and (n - 1) / n if one has all', () => {
    close(gini(Float64Array.of(3, 3, 3)), 0);
    close(gini(Float64Array.of(0, 0, 0, 8)), 3 / 4);
    close(gini(Float64Array.of(1, 3)), 1 / 4);
    assert.equal(gini(new Float64Array(3)), 0);
  });

  it('items outside the most popular share are marked', () => {
    assert.deepEqual([...unpopularItems(Uint32Array.of(5, 9, 1, 5, 0), 0.4)], [0, 0, 1, 1, 1]);
  });

  it('NDCG of a list counts each positive at its place', () => {
    close(listNdcg([7, 3, 9], [7, 9, 4]), (1 + 1 / 2) / (1 + 1 / Math.log2(3) + 1 / 2));
    close(listNdcg([7, 3], [7]), 1);
    assert.equal(listNdcg([1], []), 0);
  });

  it('the best items come first, without those that are not wanted or score -Infinity', () => {
    const scores = Float32Array.of(1, 5, -Infinity, 5, 2);
    assert.deepEqual(bestItems(scores, 3), [1, 3, 4]);
    assert.deepEqual(bestItems(scores, 9, new Set([1])), [3, 4, 0]);
  });

  it('shares of classes leave out items without a class', () => {
    assert.deepEqual([...classShares([0, 1, 2, 3], Int32Array.of(1, 1, -1, 0), 3)], [1 / 3, 2 / 3, 0]);
    assert.deepEqual([...classShares([2], Int32Array.of(1, 1, -1), 2)], [0, 0]);
  });

  it('miscalibration is 0 for the wanted mixture, and finite where a class is missing', () => {
    const wanted = Float64Array.of(0.7, 0.3);
    close(miscalibration(wanted, wanted), 0);
    const oneSided = 0.7 * Math.log(0.7 / (0.99 + 0.007)) + 0.3 * Math.log(0.3 / 0.003);
    close(miscalibration(wanted, Float64Array.of(1, 0)), oneSided);
  });

  it('the gap is between the best and the worst group', () => {
    close(groupGap([1, 3, 10, 4], ['a', 'a', 'b', 'c']), 8);
    assert.equal(groupGap([1, 2], ['a', 'a']), 0);
  });
});
