/** Lists to an exposure target, and lists that mirror a person's interests. */
import assert from 'node:assert/strict';
import { classShares, miscalibration } from '../../core/evaluation/calibration.ts';
import { exposureAt } from '../../core/evaluation/exposure.ts';
import { bestItems } from '../../core/evaluation/rank.ts';
import { Prng } from '../../core/random/prng.ts';
import { calibratedList } from '../../core/transfer/reranking/calibrated.ts';
import { discountedByPopularity, listToExposure } from '../../core/transfer/reranking/exposure.ts';

const prng = new Prng('reranking');
const scores = Float32Array.from({ length: 80 }, (_, item) => prng.gaussian() - (item % 2));
const isOdd = Uint8Array.from(scores.keys(), (item) => item % 2);

describe('re-ranking', () => {
  it('to a share of 0 is the list of the scores', () => {
    assert.deepEqual(listToExposure(scores, isOdd, 0, 10), bestItems(scores, 10));
  });

  for (const share of [0.2, 0.5, 1]) {
    it(`to a share of ${share} holds at each place, by the best items of both kinds`, () => {
      const list = listToExposure(scores, isOdd, share, 10);
      let all = 0;
      let odd = 0;
      list.forEach((item, i) => {
        all += exposureAt(i + 1);
        if (isOdd[item] === 1) odd += exposureAt(i + 1);
        assert.ok(odd >= share * all - 1e-12, `place ${i + 1}`);
      });
      for (const kind of [0, 1]) {
        const own = list.filter((item) => isOdd[item] === kind);
        const best = bestItems(scores, 80).filter((item) => isOdd[item] === kind);
        assert.deepEqual(own, best.slice(0, own.length));
      }
    });
  }

  it('takes other items once no marked one is left', () => {
    const one = Uint8Array.from(scores, (_, item) => (item === 7 ? 1 : 0));
    const list = listToExposure(scores, one, 1, 5);
    assert.equal(list[0], 7);
    assert.equal(new Set(list).size, 5);
  });

  it('refuses a share and a lambda outside 0 to 1', () => {
    assert.throws(() => listToExposure(scores, isOdd, 1.5, 3), { code: 'TRANSFER_SETTING' });
    const task = { scores, classes: new Int32Array(80), wanted: Float64Array.of(1), length: 3 };
    assert.throws(() => calibratedList({ ...task, lambda: NaN }), { code: 'TRANSFER_SETTING' });
  });

  it('discounts by the log of the count', () => {
    const discounted = discountedByPopularity(Float32Array.of(1, 1), Uint32Array.of(0, 3), 0.5);
    assert.deepEqual(discounted, Float32Array.of(1, 1 - 0.5 * Math.log(4)));
  });

  it('with lambda 0 is the list of the scores, and calibrates more with a larger lambda', () => {
    const classes = Int32Array.from(scores.keys(), (item) => item % 2);
    const wanted = Float64Array.of(0.3, 0.7);
    const of = (lambda: number): readonly number[] => calibratedList({ scores, classes, wanted, lambda, length: 10 });
    const cost = (lambda: number): number => miscalibration(wanted, classShares(of(lambda), classes, 2));
    assert.deepEqual(of(0), bestItems(scores, 10));
    assert.ok(cost(0) > 0.1 && cost(0.9) < 0.05, `${cost(0)}, ${cost(0.9)}`);
  });

  it('with lambda 1 shows the wanted classes alone', () => {
    const classes = Int32Array.from(scores.keys(), (item) => item % 4);
    const list = calibratedList({ scores, classes, wanted: Float64Array.of(0, 0, 1, 0), lambda: 1, length: 6 });
    assert.ok(
      list.every((item) => item % 4 === 2),
      list.join(),
    );
  });

  it('shows no item that may not be shown', () => {
    const few = scores.map((score, item) => (item < 3 ? score : -Infinity));
    const task = { classes: new Int32Array(80), wanted: Float64Array.of(1), length: 10 };
    assert.equal(calibratedList({ ...task, scores: few, lambda: 0.5 }).length, 3);
  });
});
