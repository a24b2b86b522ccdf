import assert from 'node:assert/strict';
import { logMoment, subsampledGaussianRdp } from '../../core/accounting/rdp-subsampled-gaussian.ts';
import { RdpAccountant } from '../../core/accounting/rdp.ts';
import { releaseRules } from '../../core/accounting/release-rules.ts';
import {
  discreteGaussianMass,
  discreteLaplaceMass,
  skellamMass,
} from '../../core/reference-accounting/discrete-noise.ts';
import { PldAccountant } from '../../core/reference-accounting/pld/pld-accountant.ts';
import { poissonSampledRdp } from '../../core/reference-accounting/rdp-any-sampled.ts';
import { exponentialRdp, laplaceRdp, pureRdp } from '../../core/reference-accounting/rdp-laplace.ts';
import { randomisedResponseRdp } from '../../core/reference-accounting/rdp-randomised-response.ts';
import { skellamRdp } from '../../core/reference-accounting/rdp-skellam.ts';
import type { ReferenceEvent } from '../../core/reference-accounting/reference-event.ts';
import { referenceRdp, referenceRules } from '../../core/reference-accounting/reference-rules.ts';
import { conservativeLogMoment } from '../../core/reference-accounting/verification/conservative-series.ts';
import { relativeError } from '../accounting/oracle.ts';

/** Renyi divergence of order a between two finite distributions. */
function divergence(order: number, p: readonly number[], q: readonly number[]): number {
  let sum = 0;
  for (const [i, mass] of p.entries()) if (mass > 0) sum += mass ** order * q[i] ** (1 - order);
  return Math.log(sum) / (order - 1);
}

describe('Renyi curves of the further mechanisms', () => {
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

  it('any sampled mechanism: above the exact Gaussian, below no sampling', () => {
    const gaussian = (order: number): number => order / (2 * 1.5 ** 2);
    for (const order of [2, 3.5, 8, 20.25]) {
      const generic = poissonSampledRdp(order, 0.05, gaussian);
      assert.ok(generic >= subsampledGaussianRdp(order, 0.05, 1.5) * (1 - 1e-14) && generic <= gaussian(order));
    }
    // At order 2 the theorem is exact, also where A - 1 is 1e-14.
    assert.ok(relativeError(poissonSampledRdp(2, 1e-7, gaussian), subsampledGaussianRdp(2, 1e-7, 1.5)) < 1e-13);
  });

  it('the conservative series never lies below the moment', () => {
    for (const [order, rate, z] of [
      [1.5, 0.01, 2.5],
      [3.9, 0.04, 1.5],
      [2.5, 0.2, 0.9],
    ]) {
      const series = conservativeLogMoment(order, rate, z);
      assert.ok(series >= logMoment(order, rate, z) * (1 - 1e-9) && series < logMoment(order, rate, z) * 1.05);
    }
  });
});

describe('the Renyi accountant of the references', () => {
  it('adds up: order of composition and splitting of counts do not matter, more costs more', () => {
    const events: readonly ReferenceEvent[] = [
      { kind: 'gaussian', noiseMultiplier: 3 },
      { kind: 'poisson-sampled', rate: 0.1, event: { kind: 'gaussian', noiseMultiplier: 1 } },
      { kind: 'laplace', scale: 4 },
      { kind: 'skellam', variance: 400, dimension: 10, sensitivity: 5 },
      { kind: 'tree-aggregation', noiseMultiplier: 9, steps: 100 },
      { kind: 'zcdp', rho: 0.01 },
      { kind: 'exponential', epsilon: 0.3 },
    ];
    const forward = events.reduce((tally, event) => tally.compose(event, 3), referenceRdp());
    const backward = [...events, ...events, ...events]
      .reverse()
      .reduce((tally, event) => tally.compose(event), referenceRdp());
    assert.ok(relativeError(forward.epsilon(1e-6), backward.epsilon(1e-6)) < 1e-12);
    let last = 0;
    let tally = referenceRdp();
    for (const event of events) {
      tally = tally.compose(event);
      assert.ok(tally.epsilon(1e-6) > last);
      last = tally.epsilon(1e-6);
      assert.ok(tally.delta(tally.epsilon(1e-6)) <= 1e-6 * (1 + 1e-6));
    }
  });

  it('accounts a release as the federation does, unless the theorem for any mechanism is asked for', () => {
    const noise = { kind: 'discrete-gaussian', sigma: 5, sensitivity: 3 } as const;
    for (const event of [
      noise,
      { kind: 'distributed-discrete-gaussian', localSigma: 0.9, shares: 4, dimension: 20, sensitivity: 2 },
      { kind: 'poisson-sampled', rate: 0.1, event: noise },
      { kind: 'poisson-sampled', rate: 0.1, event: { kind: 'gaussian', noiseMultiplier: 2 } },
      { kind: 'unprotected' },
    ] as const) {
      for (const order of [1.5, 2, 7.25]) {
        assert.equal(referenceRules.curve(event)?.(order), releaseRules.curve(event)?.(order));
      }
      const claimed = RdpAccountant.empty().compose(event, 3).epsilon(1e-6);
      assert.equal(referenceRdp().compose(event, 3).epsilon(1e-6), claimed);
    }
    const sampled = { kind: 'poisson-sampled', rate: 0.1, event: noise } as const;
    const published = referenceRdp().compose({ ...sampled, theorem: 'any-mechanism' }, 3);
    assert.ok(published.epsilon(1e-6) > referenceRdp().compose(sampled, 3).epsilon(1e-6));
  });

  it('pure events stay pure: their epsilons add at delta 0, and bound every other delta', () => {
    const tally = referenceRdp().compose({ kind: 'laplace', scale: 2 }, 4);
    assert.ok(relativeError(tally.epsilon(0), 2) < 1e-11);
    assert.ok(tally.epsilon(1e-300) <= 2 * (1 + 1e-11));
    assert.ok(tally.epsilon(1e-3) < 2);
    assert.equal(tally.delta(2.001), 0);
    const sampled = referenceRdp().compose({
      kind: 'poisson-sampled',
      rate: 0.1,
      event: { kind: 'laplace', scale: 1 },
    });
    assert.ok(relativeError(sampled.epsilon(0), Math.log1p(0.1 * Math.expm1(1))) < 1e-11);
  });

  it('the deltas of (epsilon, delta) events are charged before anything else', () => {
    const tally = referenceRdp().compose({ kind: 'approximate', epsilon: 0.5, delta: 1e-3 }, 2);
    assert.equal(tally.epsilon(1e-3), Infinity);
    assert.ok(tally.epsilon(3e-3) <= 1.0001);
    assert.ok(tally.delta(1.1) >= 1.999e-3);
  });

  it('what it has no bound for is refused by name', () => {
    const mixture = { kind: 'mixture-of-gaussians', sigma: 1, sensitivities: [1], probabilities: [1] } as const;
    assert.throws(() => referenceRdp().compose(mixture), { code: 'PRIVACY_EVENT_UNSUPPORTED' });
    // Sampling amplifies nothing for neighbours that are both in the data.
    const response = {
      kind: 'randomised-response',
      noiseProbability: 0.5,
      buckets: 2,
      neighbours: 'replace-one',
    } as const;
    assert.throws(() => referenceRdp().compose({ kind: 'poisson-sampled', rate: 0.1, event: response }), {
      code: 'PRIVACY_EVENT_UNSUPPORTED',
    });
  });

  it('numbers that make no sense are refused by name', () => {
    const refused: readonly (readonly [ReferenceEvent, RegExp])[] = [
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
      for (const empty of [referenceRdp(), PldAccountant.empty()]) {
        assert.throws(() => empty.compose(event), { code: 'PRIVACY_PARAMETER_INVALID', message });
      }
    }
  });
});
