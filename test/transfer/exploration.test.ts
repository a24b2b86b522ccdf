/** Beliefs about a new person that answers sharpen, and draws from them. */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { afterReward, beliefOfAnybody, drawnFrom, rewardLine } from '../../core/transfer/exploration/thompson.ts';

const close = (a: ArrayLike<number>, b: ArrayLike<number>, within: number): void => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i] - b[i]) < within, `${a[i]} is not ${b[i]}`);
};

describe('exploration', () => {
  it('an answer moves the belief as a Bayesian regression does, and only along what it tells', () => {
    const belief = { mean: Float64Array.of(0, 0), covariance: Float64Array.of(4, 0, 0, 1) };
    const line = { intercept: 0.5, slope: 2, deviation: 2 };
    // The reward 4.5 says that the score is 2, with an error of variance 1: precision 1/4 + 1.
    const after = afterReward(belief, [1, 0], 4.5, line);
    close(after.mean, [(4 * 2) / 5, 0], 1e-12);
    close(after.covariance, [4 / 5, 0, 0, 1], 1e-12);
  });

  it('draws have the mean and the covariance of the belief', () => {
    const belief = { mean: Float64Array.of(1, -2), covariance: Float64Array.of(2, 1.2, 1.2, 1) };
    const prng = new Prng('draws');
    const draws = Array.from({ length: 20_000 }, () => drawnFrom(belief, prng));
    const found = beliefOfAnybody(Float32Array.from(draws.flatMap((draw) => Array.from(draw))), 2);
    close(found.mean, belief.mean, 0.05);
    close(found.covariance, belief.covariance, 0.06);
  });

  it('a belief without variance draws its mean', () => {
    const belief = { mean: Float64Array.of(1, -2), covariance: new Float64Array(4) };
    close(drawnFrom(belief, new Prng('none')), belief.mean, 1e-12);
  });

  it('the line of rewards is that of least squares, with the error that is left', () => {
    const { deviation, intercept, slope } = rewardLine([0, 1, 0, 1], [0, 3, 2, 1]);
    close([intercept, slope, deviation], [1, 1, 1], 1e-12);
    assert.ok(rewardLine([0, 1], [1, 0]).slope > 0, 'a score that says the opposite is not believed');
  });
});
