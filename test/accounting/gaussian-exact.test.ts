import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gaussianDelta, gaussianEpsilon, gaussianNoiseMultiplier } from '../../core/accounting/gaussian-exact.ts';
import { figures, relativeError } from './oracle.ts';

describe('the Gaussian mechanism exactly', () => {
  it('delta is within 1e-12 of 50-digit figures', () => {
    for (const { args, expected } of figures('gaussianDelta')) {
      assert.ok(relativeError(gaussianDelta(args[0], args[1]), expected) < 1e-12, args.join(', '));
    }
  });

  it('epsilon and noise multiplier invert delta and stay on the safe side', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 60, noNaN: true }),
        fc.double({ min: -40, max: -0.8, noNaN: true }),
        (mu, logDelta) => {
          const delta = Math.exp(logDelta);
          const epsilon = gaussianEpsilon(mu, delta);
          assert.ok(gaussianDelta(mu, epsilon) <= delta);
          if (epsilon > 0.01 && epsilon < 300) {
            assert.ok(gaussianDelta(mu, epsilon * (1 - 1e-9)) > delta);
            assert.ok(relativeError(1 / gaussianNoiseMultiplier(epsilon, delta), mu) < 1e-6);
          }
        },
      ),
    );
    assert.equal(gaussianEpsilon(0.001, 0.5), 0);
    assert.equal(gaussianEpsilon(1, 0), Infinity);
  });
});
