import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PrivacyEvent } from '../../core/accounting/accountant.ts';
import { epsilonFromRdp, isIndistinguishable, logDeltaFromRdp } from '../../core/accounting/conversion.ts';
import {
  discreteGaussianMass,
  discreteLaplaceMass,
  skellamMass,
} from '../../core/reference-accounting/discrete-noise.ts';
import { gaussianEpsilon } from '../../core/accounting/gaussian-exact.ts';
import { PldAccountant } from '../../core/reference-accounting/pld/pld-accountant.ts';
import { discretenessGap, distributedDiscreteGaussianRdp } from '../../core/accounting/rdp-discrete-gaussian.ts';
import { exponentialRdp, laplaceRdp, pureRdp } from '../../core/reference-accounting/rdp-laplace.ts';
import { randomisedResponseRdp } from '../../core/reference-accounting/rdp-randomised-response.ts';
import { skellamRdp } from '../../core/reference-accounting/rdp-skellam.ts';
import { logMoment, subsampledGaussianRdp } from '../../core/accounting/rdp-subsampled-gaussian.ts';
import { atIntegerOrders, poissonSampledRdp } from '../../core/accounting/rdp-subsampled.ts';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import {
  maxTreeSensitivitySquared,
  treeDepth,
  treeSensitivitySquared,
} from '../../core/reference-accounting/tree-aggregation.ts';
import { conservativeLogMoment } from '../../core/reference-accounting/verification/conservative-series.ts';
import { figures, relativeError } from './oracle.ts';

/** Renyi divergence of order a between two finite distributions. */
function divergence(order: number, p: readonly number[], q: readonly number[]): number {
  let sum = 0;
  for (const [i, mass] of p.entries()) if (mass > 0) sum += mass ** order * q[i] ** (1 - order);
  return Math.log(sum) / (order - 1);
}

describe('Renyi curves', () => {
  it('sampled Gaussian: within 1e-12 of quadrature at integer and fractional orders', () => {
    for (const { args, expected } of figures('logMoment')) {
      const [order, rate, z] = args;
      assert.ok(relativeError(logMoment(order, rate, z), expected) < 1e-12, args.join(', '));
    }
  });

  it('sampled Gaussian: fractional orders join the integer ones, and the conservative series never lies below', () => {
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
    for (const [order, rate, z] of [
      [1.5, 0.01, 2.5],
      [3.9, 0.04, 1.5],
      [2.5, 0.2, 0.9],
    ]) {
      const series = conservativeLogMoment(order, rate, z);
      assert.ok(series >= logMoment(order, rate, z) * (1 - 1e-9) && series < logMoment(order, rate, z) * 1.05);
    }
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

  it('discrete noises: curves bound the divergence of shifted mass functions', () => {
    const pmf = (mass: (x: number) => number, reach: number, shift: number): number[] =>
      Array.from({ length: 2 * reach + 1 }, (_, i) => mass(i - reach - shift));
    for (const order of [1.5, 2, 3, 8]) {
      const gaussian = discreteGaussianMass(3);
      assert.ok(divergence(order, pmf(gaussian.mass, 36, 2), pmf(gaussian.mass, 36, 0)) <= (order * 4) / 18 + 1e-12);
      const skellam = skellamMass(25);
      const found = divergence(order, pmf(skellam.mass, 40, 1), pmf(skellam.mass, 40, 0));
      const bound = skellamRdp(order, { kind: 'skellam', variance: 25, dimension: 1, sensitivity: 1 });
      assert.ok(found <= bound && bound < found * 1.6, `${order}: ${found} ${bound}`);
      const laplace = discreteLaplaceMass(0.7);
      assert.ok(divergence(order, pmf(laplace.mass, 60, 1), pmf(laplace.mass, 60, 0)) <= pureRdp(order, 0.7) + 1e-12);
    }
  });

  it('mass functions sum to one and have the right variance', () => {
    for (const [{ mass, reach }, variance] of [
      [skellamMass(9), 9],
      [skellamMass(0.5), 0.5],
      [skellamMass(400), 400],
      [discreteGaussianMass(5), 25],
      [discreteLaplaceMass(0.5), 1 / (2 * Math.sinh(0.25) ** 2)],
    ] as const) {
      let sum = 0;
      let second = 0;
      for (let x = -reach; x <= reach; x++) {
        sum += mass(x);
        second += x * x * mass(x);
      }
      assert.ok(Math.abs(sum - 1) < 1e-12);
      assert.ok(relativeError(second, variance) < 1e-9);
    }
  });

  it('Laplace by quadrature, between pure epsilon and Kullback-Leibler', () => {
    for (const [order, scale] of [
      [1.0001, 1],
      [2, 0.5],
      [7.5, 2],
      [64, 1],
    ]) {
      let sum = 0;
      const step = 1e-4;
      for (let x = -45 * scale + step / 2; x < 45 * scale + 1; x += step) {
        sum += (Math.exp((-order * Math.abs(x - 1) + (order - 1) * Math.abs(x)) / scale) / (2 * scale)) * step;
      }
      assert.ok(Math.abs(laplaceRdp(order, scale) - Math.log(sum) / (order - 1)) < 2e-4 / (order - 1) ** 0.5);
      assert.ok(laplaceRdp(order, scale) <= 1 / scale && laplaceRdp(order, scale) >= laplaceRdp(1, scale));
    }
  });

  it('randomised response and pure epsilon against the definition', () => {
    for (const order of [1.2, 2, 17]) {
      const [p, k] = [0.3, 5];
      const truth = 1 - p + p / k;
      const lie = p / k;
      const one = [truth, lie, lie, lie, lie];
      const other = [lie, truth, lie, lie, lie];
      const blank = [0.2, 0.2, 0.2, 0.2, 0.2];
      const event = { kind: 'randomised-response', noiseProbability: p, buckets: k } as const;
      assert.ok(
        relativeError(
          randomisedResponseRdp(order, { ...event, neighbours: 'replace-one' }),
          divergence(order, one, other),
        ) < 1e-12,
      );
      assert.ok(
        relativeError(
          randomisedResponseRdp(order, { ...event, neighbours: 'replace-special' }),
          Math.max(divergence(order, one, blank), divergence(order, blank, one)),
        ) < 1e-12,
      );
      const yes = 1 / (1 + Math.exp(-0.8));
      assert.ok(relativeError(pureRdp(order, 0.8), divergence(order, [yes, 1 - yes], [1 - yes, yes])) < 1e-12);
      assert.ok(exponentialRdp(order, 0.8) <= pureRdp(order, 0.8));
    }
    assert.ok(relativeError(pureRdp(2, 1e-7), 1e-14) < 1e-6, 'tiny epsilons do not cancel');
  });

  it('any sampled mechanism: above the exact Gaussian, below no sampling, a chord between integer orders', () => {
    const gaussian = (order: number): number => order / (2 * 1.5 ** 2);
    for (const order of [2, 3.5, 8, 20.25]) {
      const generic = poissonSampledRdp(order, 0.05, gaussian);
      assert.ok(generic >= subsampledGaussianRdp(order, 0.05, 1.5) * (1 - 1e-14) && generic <= gaussian(order));
    }
    // At order 2 the theorem is exact, also where A - 1 is 1e-14.
    assert.ok(relativeError(poissonSampledRdp(2, 1e-7, gaussian), subsampledGaussianRdp(2, 1e-7, 1.5)) < 1e-13);
    assert.ok(relativeError(atIntegerOrders(2.5, gaussian), (0.5 * gaussian(2) + 0.5 * 2 * gaussian(3)) / 1.5) < 1e-15);
    assert.ok(atIntegerOrders(1.25, gaussian) >= gaussian(1.25));
  });
});

describe('the Renyi accountant', () => {
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
      { kind: 'laplace', scale: 4 },
      { kind: 'skellam', variance: 400, dimension: 10, sensitivity: 5 },
      { kind: 'tree-aggregation', noiseMultiplier: 9, steps: 100 },
      { kind: 'zcdp', rho: 0.01 },
      { kind: 'exponential', epsilon: 0.3 },
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

  it('pure events stay pure: their epsilons add at delta 0, and bound every other delta', () => {
    const tally = RdpAccountant.empty().compose({ kind: 'laplace', scale: 2 }, 4);
    assert.ok(relativeError(tally.epsilon(0), 2) < 1e-11);
    assert.ok(tally.epsilon(1e-300) <= 2 * (1 + 1e-11));
    assert.ok(tally.epsilon(1e-3) < 2);
    assert.equal(tally.delta(2.001), 0);
    const sampled = RdpAccountant.empty().compose({
      kind: 'poisson-sampled',
      rate: 0.1,
      event: { kind: 'laplace', scale: 1 },
    });
    assert.ok(relativeError(sampled.epsilon(0), Math.log1p(0.1 * Math.expm1(1))) < 1e-11);
  });

  it('the deltas of (epsilon, delta) events are charged before anything else', () => {
    const tally = RdpAccountant.empty().compose({ kind: 'approximate', epsilon: 0.5, delta: 1e-3 }, 2);
    assert.equal(tally.epsilon(1e-3), Infinity);
    assert.ok(tally.epsilon(3e-3) <= 1.0001);
    assert.ok(tally.delta(1.1) >= 1.999e-3);
  });

  it('what it has no bound for is refused by name', () => {
    const mixture = { kind: 'mixture-of-gaussians', sigma: 1, sensitivities: [1], probabilities: [1] } as const;
    assert.equal(RdpAccountant.empty().supports(mixture), false);
    assert.throws(() => RdpAccountant.empty().compose(mixture), { code: 'PRIVACY_EVENT_UNSUPPORTED' });
    // Sampling amplifies nothing for neighbours that are both present.
    const response = {
      kind: 'randomised-response',
      noiseProbability: 0.5,
      buckets: 2,
      neighbours: 'replace-one',
    } as const;
    assert.throws(() => RdpAccountant.empty().compose({ kind: 'poisson-sampled', rate: 0.1, event: response }), {
      code: 'PRIVACY_EVENT_UNSUPPORTED',
    });
    assert.throws(() => RdpAccountant.empty().compose({ kind: 'zcdp', rho: 1 }, 1.5), {
      code: 'PRIVACY_PARAMETER_INVALID',
    });
    assert.throws(() => RdpAccountant.empty().epsilon(-1), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => RdpAccountant.empty({ orders: [1] }), { code: 'PRIVACY_PARAMETER_INVALID' });
  });

  it('numbers that make no sense are refused by name', () => {
    const refused: readonly (readonly [PrivacyEvent, RegExp])[] = [
      [{ kind: 'gaussian', noiseMultiplier: -1 }, /noiseMultiplier is -1/],
      [{ kind: 'gaussian', noiseMultiplier: NaN }, /noiseMultiplier is NaN/],
      [{ kind: 'poisson-sampled', rate: 1.2, event: { kind: 'laplace', scale: 1 } }, /rate is 1.2/],
      [{ kind: 'poisson-sampled', rate: 0.2, event: { kind: 'laplace', scale: -1 } }, /scale is -1/],
      [{ kind: 'tree-aggregation', noiseMultiplier: 1, steps: 0 }, /steps is 0/],
      [{ kind: 'skellam', variance: 4, dimension: 1.5, sensitivity: 1 }, /dimension is 1.5/],
      [{ kind: 'approximate', epsilon: 1, delta: 2 }, /delta is 2/],
      [
        { kind: 'distributed-discrete-gaussian', localSigma: 64, shares: 0, dimension: 1, sensitivity: 1 },
        /shares is 0/,
      ],
    ];
    for (const [event, message] of refused) {
      for (const empty of [RdpAccountant.empty(), PldAccountant.empty()]) {
        assert.throws(() => empty.compose(event), { code: 'PRIVACY_PARAMETER_INVALID', message });
      }
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

describe('tree aggregation', () => {
  it('the worst pattern is what trying all of them finds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 13 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, minSeparation, maxParticipations) => {
          let worst = 0;
          const extend = (pattern: readonly number[]): void => {
            worst = Math.max(worst, treeSensitivitySquared(pattern, steps));
            if (pattern.length === maxParticipations) return;
            for (let next = (pattern.at(-1) ?? -minSeparation - 1) + minSeparation + 1; next < steps; next++) {
              extend([...pattern, next]);
            }
          };
          extend([]);
          assert.equal(maxTreeSensitivitySquared({ maxParticipations, minSeparation, steps }), worst);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('one participation costs at most the depth', () => {
    for (const steps of [1, 2, 3, 8, 100, 1600]) {
      const once = maxTreeSensitivitySquared({ maxParticipations: 1, minSeparation: 0, steps });
      assert.equal(once, treeDepth(steps));
    }
    assert.throws(() => treeDepth(0), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => maxTreeSensitivitySquared({ maxParticipations: -1, minSeparation: 0, steps: 4 }), {
      code: 'PRIVACY_PARAMETER_INVALID',
    });
  });
});
