import assert from 'node:assert/strict';
import fc from 'fast-check';
import { binomialUpperTail, incompleteBeta } from '../../core/accounting/special/beta.ts';
import { logBinomial, logGamma } from '../../core/accounting/special/gamma.ts';
import {
  erfc,
  erfcx,
  logNormalTail,
  millsRatio,
  normalDensity,
  normalTail,
  normalTailQuantile,
} from '../../core/accounting/special/normal.ts';
import { figures, relativeError } from './oracle.ts';

describe('special functions', () => {
  const functions: Readonly<Record<string, (...args: number[]) => number>> = {
    erfc,
    erfcx,
    normalTail,
    logNormalTail,
    incompleteBeta,
  };
  for (const [name, compute] of Object.entries(functions)) {
    it(`${name} is within 1e-13 of 50-digit figures`, () => {
      for (const { args, expected } of figures(name)) {
        const found = compute(...args);
        assert.ok(relativeError(found, expected) < 1e-13, `${name}(${args.join(', ')}) = ${found} for ${expected}`);
      }
    });
  }

  it('logGamma is within 1e-13 of 50-digit figures', () => {
    for (const { args, expected } of figures('logGamma')) {
      assert.ok(Math.abs(logGamma(args[0]) - expected) <= 1e-13 * Math.max(1, Math.abs(expected)), `at ${args[0]}`);
    }
  });

  it('the quantile of the tail is within 1e-13 of 50-digit figures, from the logarithm -1e-300 to -1e8', () => {
    for (const { args, expected } of figures('normalTailQuantile')) {
      const found = normalTailQuantile(args[0]);
      const error = Math.abs(found - expected) / Math.max(1, Math.abs(expected));
      assert.ok(error < 1e-13, `at ${args[0]}: ${found} for ${expected}`);
    }
    assert.equal(normalTailQuantile(0), -Infinity);
    assert.equal(normalTailQuantile(-Infinity), Infinity);
  });

  it('the quantile inverts the tail on both sides, as far as a double holds its logarithm', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 1000, noNaN: true }), (z) => {
        const found = normalTailQuantile(logNormalTail(z));
        assert.ok(Math.abs(found - z) <= 1e-13 * Math.max(1, Math.abs(z)), `${z}: ${found}`);
      }),
      { numRuns: 2000 },
    );
  });

  it("Mills' ratio is tail over density", () => {
    for (const z of [-5, -1, 0, 0.5, 3, 10]) {
      assert.ok(relativeError(millsRatio(z), normalTail(z) / normalDensity(z)) < 1e-13);
    }
  });

  it('tails at infinity are 0 and 1', () => {
    assert.equal(normalTail(Infinity), 0);
    assert.equal(normalTail(-Infinity), 1);
    assert.equal(erfc(-Infinity), 2);
    assert.ok(logNormalTail(-Infinity) === 0);
  });

  it('binomials follow Pascal and the tail is a sum of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 900 }), fc.integer({ min: 1, max: 900 }), (n, k) => {
        fc.pre(k < n);
        const sum =
          Math.exp(logBinomial(n - 1, k - 1) - logBinomial(n, k)) + Math.exp(logBinomial(n - 1, k) - logBinomial(n, k));
        assert.ok(Math.abs(sum - 1) < 1e-11);
      }),
    );
    for (const [k, n, p] of [
      [3, 10, 0.4],
      [30, 40, 0.5],
      [1, 7, 0.01],
    ]) {
      let sum = 0;
      for (let i = k; i <= n; i++) sum += Math.exp(logBinomial(n, i) + i * Math.log(p) + (n - i) * Math.log1p(-p));
      assert.ok(relativeError(binomialUpperTail(k, n, p), sum) < 1e-13);
    }
    assert.equal(binomialUpperTail(0, 5, 0.3), 1);
    assert.equal(binomialUpperTail(6, 5, 0.3), 0);
  });
});
