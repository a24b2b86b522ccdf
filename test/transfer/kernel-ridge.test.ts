import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import type { PersonFeatures } from '../../core/transfer/baselines/kernel-ridge.ts';
import { KernelRidgePath } from '../../core/transfer/baselines/kernel-ridge.ts';
import { choleskyInPlace, choleskySolveMany } from '../../core/transfer/linear-algebra/cholesky.ts';

const items = 30;
const prng = new Prng('kernel ridge');

function person(): PersonFeatures {
  const seen = prng.sample(items, 1 + prng.integer(6));
  return {
    profile: { items: seen, weights: Float64Array.from(seen, () => 1 / Math.sqrt(seen.length)) },
    factor: Float32Array.from({ length: 4 }, () => prng.gaussian() / 2),
  };
}

function kernelOf(a: PersonFeatures, b: PersonFeatures, share: number): number {
  let profiles = 0;
  a.profile.items.forEach((item, i) => {
    const at = b.profile.items.indexOf(item);
    if (at >= 0) profiles += a.profile.weights[i] * b.profile.weights[at];
  });
  const factors = a.factor.reduce((sum, value, i) => sum + value * b.factor[i], 0);
  return share * profiles + (1 - share) * factors;
}

describe('kernel ridge of profiles and factors', () => {
  const train = Array.from({ length: 60 }, person);
  const strangers = Array.from({ length: 5 }, person);
  const y = Float64Array.from({ length: 60 * 2 }, () => 3 + prng.gaussian());
  const nobody = { profile: { items: new Uint32Array(0), weights: new Float64Array(0) }, factor: new Float32Array(4) };

  for (const share of [0.2, 0.8]) {
    it(`predicts what the kernel matrix would, without it: share ${share}, every penalty`, () => {
      const penalties = [0.5, 2, 8];
      const fitted = new KernelRidgePath(train, items, y, 2).fit(share, penalties);
      const mean = [0, 1].map((o) => train.reduce((sum, _, i) => sum + y[i * 2 + o] / 60, 0));
      penalties.forEach((penalty, at) => {
        const matrix = Float64Array.from(train.flatMap((a) => train.map((b) => kernelOf(a, b, share))));
        for (let i = 0; i < 60; i++) matrix[i * 60 + i] += penalty;
        choleskyInPlace(matrix, 60);
        const dual = y.map((value, i) => value - mean[i % 2]);
        choleskySolveMany(matrix, 60, dual, 2);
        for (const stranger of [...strangers, train[7]]) {
          const predicted = fitted[at].predict(stranger);
          for (let o = 0; o < 2; o++) {
            const exact = train.reduce(
              (sum, one, i) => sum + kernelOf(one, stranger, share) * dual[i * 2 + o],
              mean[o],
            );
            // Conjugate gradients stop at a hundredth of the residual.
            assert.ok(Math.abs(predicted[o] - exact) < 0.03, `${predicted[o]} is not ${exact}`);
          }
        }
      });
    });
  }

  it('predicts the mean of whom nothing is known', () => {
    const [regression] = new KernelRidgePath(train, items, y, 2).fit(0.5, [1]);
    const mean = train.reduce((sum, _, i) => sum + y[i * 2] / 60, 0);
    assert.ok(Math.abs(regression.predict(nobody)[0] - mean) < 1e-9);
  });
});
