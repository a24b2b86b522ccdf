import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PrivacyEvent } from '../../core/accounting/accountant.ts';
import { epsilonFromRdp, isIndistinguishable, logDeltaFromRdp } from '../../core/accounting/conversion.ts';
import { gaussianEpsilon } from '../../core/accounting/gaussian-exact.ts';
import { discretenessGap, distributedDiscreteGaussianRdp } from '../../core/accounting/rdp-discrete-gaussian.ts';
import { logMoment, subsampledGaussianRdp } from '../../core/accounting/rdp-subsampled-gaussian.ts';
import { atIntegerOrders, symmetricSampledRdp } from '../../core/accounting/rdp-subsampled.ts';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import { figures, relativeError } from './oracle.ts';

describe('Renyi curves', () => {
  it('sampled Gaussian: within 1e-12 of quadrature at integer and fractional orders', () => {
    for (const { args, expected } of figures('logMoment')) {
      const [order, rate, z] = args;
      assert.ok(relativeError(logMoment(order, rate, z), expected) < 1e-12, args.join(', '));
    }
  });

  it('sampled Gaussian: fractional orders join the integer ones', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.double({ min: 1e-4, max: 0.99, noNaN: true }),
        fc.double({ min: 0.4, max: 20, noNaN: true }),
        (order, rate, z) => {
          const exact = logMoment(order, rate, z);
          assert.ok(relativeError(logMoment(order * (1 + 1e-15), rate, z), exact) < 1e-10);
          assert.ok(relativeError(logMoment(order + 1e-9, rate, z), exact) < 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sampled Gaussian: nothing at rate 0, the Gaussian itself at rate 1, monotone in between', () => {
    assert.equal(subsampledGaussianRdp(7, 0, 1), 0);
    assert.equal(subsampledGaussianRdp(7, 1, 2), 7 / 8);
    let last = 0;
    for (const rate of [1e-6, 1e-3, 0.1, 0.5, 0.9, 1]) {
      const here = subsampledGaussianRdp(4.5, rate, 1.1);
      assert.ok(here > last);
      last = here;
    }
  });

  it('a sum of discrete Gaussians stays below its bound, which is not loose at larger sigma', () => {
    for (const { args, expected } of figures('discreteGaussianSumRdp')) {
      const [order, localSigma, shares, shift] = args;
      const event = {
        kind: 'distributed-discrete-gaussian',
        localSigma,
        shares,
        dimension: 1,
        sensitivity: shift,
      } as const;
      const bound = distributedDiscreteGaussianRdp(order, event);
      assert.ok(expected <= bound * (1 + 1e-12), `${args.join(', ')}: ${expected} above ${bound}`);
      if (localSigma >= 2) assert.ok(relativeError(bound, expected) < 1e-6);
    }
  });

  it('the discreteness of a sum: 10 sum exp(-2 pi^2 sigma^2 k / (k + 1)), nothing for one share, refused below 1/2', () => {
    assert.ok(
      relativeError(discretenessGap(1, 3), 10 * (Math.exp(-(Math.PI ** 2)) + Math.exp((-4 / 3) * Math.PI ** 2))) <
        1e-14,
    );
    assert.equal(discretenessGap(0.1, 1), 0);
    assert.equal(discretenessGap(0.49, 2), Infinity);
    assert.equal(discretenessGap(64, 10), 0);
  });

  it('sampled symmetric noise: below no sampling, a chord between integer orders', () => {
    const gaussian = (order: number): number => order / (2 * 1.5 ** 2);
    for (const order of [2, 3, 8, 20]) {
      const exact = subsampledGaussianRdp(order, 0.05, 1.5);
      assert.ok(relativeError(symmetricSampledRdp(order, 0.05, gaussian), exact) < 1e-13);
      assert.ok(symmetricSampledRdp(order + 0.25, 0.05, gaussian) > exact);
    }
    for (const order of [1.5, 2, 70.5]) assert.ok(symmetricSampledRdp(order, 0.9, gaussian) <= gaussian(order));
    assert.ok(relativeError(atIntegerOrders(2.5, gaussian), (0.5 * gaussian(2) + 0.5 * 2 * gaussian(3)) / 1.5) < 1e-15);
    assert.ok(atIntegerOrders(1.25, gaussian) >= gaussian(1.25));
  });
});

describe('the Renyi accountant', () => {
  it('bounds whichever list of releases is made, and every mixture of them, by the largest curve at each order', () => {
    const many: PrivacyEvent = {
      kind: 'poisson-sampled',
      rate: 0.01,
      event: { kind: 'gaussian', noiseMultiplier: 0.6 },
    };
    const few: PrivacyEvent = { kind: 'gaussian', noiseMultiplier: 3 };
    const [one, other] = [RdpAccountant.empty().compose(many, 40), RdpAccountant.empty().compose(few, 9)];
    const both = RdpAccountant.ofAny([one, other]);
    const [low, high] = [1.5, 40].map((order) => one.rdp(order) - other.rdp(order));
    assert.ok(low < 0 && high > 0, 'the curves cross');
    for (const order of [1.5, 4, 9, 40]) {
      const mixture = (one.rdp(order) + other.rdp(order)) / 2;
      assert.ok(both.rdp(order) >= mixture && both.rdp(order) === Math.max(one.rdp(order), other.rdp(order)));
    }
    for (const delta of [1e-3, 1e-6]) {
      assert.ok(both.epsilon(delta) >= Math.max(one.epsilon(delta), other.epsilon(delta)));
      assert.equal(RdpAccountant.ofAny([one]).epsilon(delta), one.epsilon(delta));
    }
  });

  it('never reports below the truth, and not far above it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 60, noNaN: true }),
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: -10, max: -2, noNaN: true }),
        (z, rounds, power) => {
          const delta = 10 ** power;
          const found = RdpAccountant.empty().compose({ kind: 'gaussian', noiseMultiplier: z }, rounds).epsilon(delta);
          const truth = gaussianEpsilon(Math.sqrt(rounds) / z, delta);
          assert.ok(found >= truth, `${found} below ${truth}`);
          if (truth > 0.1) assert.ok(found < truth * 1.25 + 0.05, `${found} far above ${truth}`);
        },
      ),
    );
  });

  it('adds up: order of composition and splitting of counts do not matter, more costs more', () => {
    const events: readonly PrivacyEvent[] = [
      { kind: 'gaussian', noiseMultiplier: 3 },
      { kind: 'poisson-sampled', rate: 0.1, event: { kind: 'gaussian', noiseMultiplier: 1 } },
      { kind: 'discrete-gaussian', sigma: 40, sensitivity: 9 },
      { kind: 'poisson-sampled', rate: 0.2, event: { kind: 'discrete-gaussian', sigma: 40, sensitivity: 9 } },
      { kind: 'distributed-discrete-gaussian', localSigma: 2, shares: 4, dimension: 3, sensitivity: 1 },
    ];
    const forward = events.reduce((tally, event) => tally.compose(event, 3), RdpAccountant.empty());
    const backward = [...events, ...events, ...events]
      .reverse()
      .reduce((tally, event) => tally.compose(event), RdpAccountant.empty());
    assert.ok(relativeError(forward.epsilon(1e-6), backward.epsilon(1e-6)) < 1e-12);
    let last = 0;
    let tally = RdpAccountant.empty();
    for (const event of events) {
      tally = tally.compose(event);
      assert.ok(tally.epsilon(1e-6) > last);
      last = tally.epsilon(1e-6);
      assert.ok(tally.delta(tally.epsilon(1e-6)) <= 1e-6 * (1 + 1e-6));
    }
  });

  it('an empty tally costs nothing; without protection everything', () => {
    assert.equal(RdpAccountant.empty().epsilon(1e-6), 0);
    assert.equal(RdpAccountant.empty().delta(0), 0);
    const open = RdpAccountant.empty().compose({ kind: 'unprotected' });
    assert.equal(open.epsilon(1e-6), Infinity);
    assert.equal(open.delta(5), 1);
  });

  it('what it has no bound for is refused by name', () => {
    const foreign = { kind: 'zcdp', rho: 1 } as unknown as PrivacyEvent;
    assert.throws(() => RdpAccountant.empty().compose(foreign), { code: 'PRIVACY_EVENT_UNSUPPORTED' });
    const sampled = { kind: 'poisson-sampled', rate: 0.1, event: foreign } as unknown as PrivacyEvent;
    assert.throws(() => RdpAccountant.empty().compose(sampled), { code: 'PRIVACY_EVENT_UNSUPPORTED' });
    const gaussian = { kind: 'gaussian', noiseMultiplier: 1 } as const;
    assert.throws(() => RdpAccountant.empty().compose(gaussian, 1.5), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => RdpAccountant.empty().epsilon(-1), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => RdpAccountant.empty({ orders: [1] }), { code: 'PRIVACY_PARAMETER_INVALID' });
  });

  it('numbers that make no sense are refused by name', () => {
    const refused: readonly (readonly [PrivacyEvent, RegExp])[] = [
      [{ kind: 'gaussian', noiseMultiplier: -1 }, /noiseMultiplier is -1/],
      [{ kind: 'gaussian', noiseMultiplier: NaN }, /noiseMultiplier is NaN/],
      [{ kind: 'discrete-gaussian', sigma: 3, sensitivity: -1 }, /sensitivity is -1/],
      [{ kind: 'poisson-sampled', rate: 1.2, event: { kind: 'gaussian', noiseMultiplier: 1 } }, /rate is 1.2/],
      [
        { kind: 'poisson-sampled', rate: 0.2, event: { kind: 'gaussian', noiseMultiplier: -1 } },
        /noiseMultiplier is -1/,
      ],
      [
        { kind: 'distributed-discrete-gaussian', localSigma: 64, shares: 0, dimension: 1, sensitivity: 1 },
        /shares is 0/,
      ],
    ];
    for (const [event, message] of refused) {
      assert.throws(() => RdpAccountant.empty().compose(event), { code: 'PRIVACY_PARAMETER_INVALID', message });
    }
  });

  it('converts as Proposition 12 says, both ways', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1.01, max: 500, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.double({ min: -60, max: -1, noNaN: true }),
        (order, rho, logDelta) => {
          const epsilon = epsilonFromRdp(order, rho, Math.exp(logDelta));
          assert.ok(Math.abs(logDeltaFromRdp(order, rho, epsilon) - logDelta) < 1e-9 * Math.max(1, order * (rho + 60)));
        },
      ),
    );
    assert.equal(epsilonFromRdp(2, 1, 0), Infinity);
    assert.ok(isIndistinguishable(1e-7, 1e-3) && !isIndistinguishable(1e-5, 1e-3));
  });
});
