import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Prng } from '../../core/random/prng.ts';
import { choleskyInPlace, choleskySolve, choleskySolveMany } from '../../core/transfer/linear-algebra/cholesky.ts';
import { conjugateGradients } from '../../core/transfer/linear-algebra/conjugate-gradient.ts';
import { gram, multiply } from '../../core/transfer/linear-algebra/products.ts';
import { symmetricEigen } from '../../core/transfer/linear-algebra/symmetric-eigen.ts';
import { orthonormaliseColumns } from '../../core/transfer/linear-algebra/thin-qr.ts';

const gaussian = (length: number, seed: number): Float64Array => {
  const prng = new Prng(seed);
  return Float64Array.from({ length }, () => prng.gaussian());
};

/** A symmetric positive definite matrix with eigenvalues of at least `least`. */
function positive(n: number, seed: number, least = 0.1): Float64Array {
  const a = gram(gaussian((n + 3) * n, seed), n);
  for (let i = 0; i < n; i++) a[i * n + i] += least;
  return a;
}

const apply = (a: Float64Array, n: number, x: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => a[i * n + j] * x[j]).reduce((s, v) => s + v, 0),
  );

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `[${i}] ${actual[i]} is not ${expected[i]}`);
  }
};

const shape = { n: fc.integer({ min: 1, max: 24 }), seed: fc.integer({ min: 0, max: 1e6 }) };

describe('dense linear algebra', () => {
  it('Cholesky solves positive definite systems, one and many right-hand sides alike', () => {
    fc.assert(
      fc.property(shape.n, shape.seed, (n, seed) => {
        const a = positive(n, seed);
        const x = gaussian(n, seed + 1);
        const b = apply(a, n, x);
        const l = a.slice();
        choleskyInPlace(l, n);
        const one = b.slice();
        choleskySolve(l, n, one);
        near(one, x, 1e-6);
        const many = Float64Array.from({ length: 2 * n }, (_, i) => b[i >> 1] * (i % 2 === 0 ? 1 : -2));
        choleskySolveMany(l, n, many, 2);
        near(
          many.filter((_, i) => i % 2 === 0),
          x,
          1e-6,
        );
        near(
          many.filter((_, i) => i % 2 === 1),
          x.map((value) => -2 * value),
          1e-6,
        );
      }),
    );
  });

  it('Cholesky refuses a matrix that is not positive definite, and says what helps', () => {
    const a = Float64Array.of(1, 2, 2, 1);
    assert.throws(() => choleskyInPlace(a, 2), { code: 'TRANSFER_NOT_POSITIVE_DEFINITE', message: /ridge/ });
    assert.throws(() => choleskyInPlace(Float64Array.of(Number.NaN), 1), { code: 'TRANSFER_NOT_POSITIVE_DEFINITE' });
  });

  it('eigenvectors are orthonormal, in order, and give the matrix back', () => {
    fc.assert(
      fc.property(shape.n, shape.seed, (n, seed) => {
        const factor = gaussian(n * n, seed);
        const a = Float64Array.from(
          { length: n * n },
          (_, at) => factor[at] + factor[(at % n) * n + Math.floor(at / n)],
        );
        const { values, vectors } = symmetricEigen(a, n);
        for (let r = 0; r < n; r++) {
          if (r > 0) assert.ok(values[r] <= values[r - 1]);
          const vector = vectors.subarray(r * n, (r + 1) * n);
          near(
            apply(a, n, vector),
            vector.map((value) => value * values[r]),
            1e-9 * n,
          );
        }
        const identity = gram(vectors, n);
        near(
          identity,
          Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
          1e-10,
        );
      }),
    );
  });

  it('eigenvalues of a large matrix of rank one are found, although the rest is rounding', () => {
    const n = 192;
    const { values } = symmetricEigen(new Float64Array(n * n).fill(1), n);
    assert.ok(Math.abs(values[0] - n) < 1e-9 && Math.abs(values[1]) < 1e-9);
  });

  it('eigenvalues survive equal ones, zeros and one dimension', () => {
    near(symmetricEigen(Float64Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3), 3).values, [3, 3, 3], 0);
    near(symmetricEigen(new Float64Array(16), 4).values, [0, 0, 0, 0], 0);
    near(symmetricEigen(Float64Array.of(-2), 1).values, [-2], 0);
    assert.throws(() => symmetricEigen(new Float64Array(9).fill(Number.NaN), 3), { code: 'TRANSFER_SHAPE' });
  });

  it('orthonormalises tall matrices without leaving their span, also nearly dependent columns', () => {
    const k = 4;
    const a = gaussian(50 * k, 3);
    for (let r = 0; r < 50; r++) a[r * k + 3] = a[r * k] + 1e-7 * a[r * k + 3];
    const q = a.slice();
    orthonormaliseColumns(q, k);
    near(
      gram(q, k),
      Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? 1 : 0)),
      1e-9,
    );
    const projected = multiply(multiply(q, k, gram(q, k), k), k, gram(q, k), k);
    near(projected, Float32Array.from(q), 1e-6);
    const dependent = Float64Array.of(1, 2, 1, 2, 1, 2);
    orthonormaliseColumns(dependent, 2);
    near(
      dependent.filter((_, i) => i % 2 === 1),
      [0, 0, 0],
      0,
    );
  });

  it('conjugate gradients agree with Cholesky at every shift, whatever their order', () => {
    const n = 40;
    const a = positive(n, 7, 1);
    const b = gaussian(n * 3, 8);
    // A column whose solution is the starting value must not stop the others.
    for (let i = 0; i < n; i++) b[i * 3 + 1] = 0;
    const product = (p: Float64Array): Float64Array => {
      const out = new Float64Array(n * 3);
      for (let c = 0; c < 3; c++) {
        const column = Float64Array.from({ length: n }, (_, i) => p[i * 3 + c]);
        apply(a, n, column).forEach((value, i) => (out[i * 3 + c] = value));
      }
      return out;
    };
    const shifts = [3, 0.5, 200, 0.7];
    const solved = conjugateGradients(product, shifts, b, 3, { iterations: 200, tolerance: 1e-9 });
    shifts.forEach((shift, at) => {
      const l = a.slice();
      for (let i = 0; i < n; i++) l[i * n + i] += shift;
      choleskyInPlace(l, n);
      const exact = b.slice();
      choleskySolveMany(l, n, exact, 3);
      near(solved[at], exact, 1e-6);
    });
  });

  it('conjugate gradients leave nothing as it is, and end where their signal says', () => {
    const identity = (p: Float64Array): Float64Array => p;
    const options = { iterations: 5, tolerance: 1e-9 };
    const nothing = new Float64Array(4);
    assert.deepEqual(conjugateGradients(identity, [0.5, 2], nothing, 1, options), [nothing, nothing]);
    const signal = AbortSignal.abort(new Error('enough'));
    assert.throws(() => conjugateGradients(identity, [1], Float64Array.of(1), 1, { ...options, signal }), /enough/);
  });
});
