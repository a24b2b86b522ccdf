import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gaussianDelta, gaussianEpsilon, gaussianTradeOff } from '../../core/accounting/gaussian-exact.ts';
import { optimalComposition } from '../../core/reference-accounting/optimal-composition.ts';
import { connectTheDots } from '../../core/reference-accounting/pld/connect-the-dots.ts';
import type { LossDistribution } from '../../core/reference-accounting/pld/connect-the-dots.ts';
import { eventPair } from '../../core/reference-accounting/pld/event-pair.ts';
import { realFourier } from '../../core/reference-accounting/pld/fourier.ts';
import { DIRECTIONS, hockeyStick } from '../../core/reference-accounting/pld/loss-pair.ts';
import { PldAccountant } from '../../core/reference-accounting/pld/pld-accountant.ts';
import { lowFrequencies, tilt } from '../../core/reference-accounting/pld/spectrum.ts';
import { TailSeries } from '../../core/reference-accounting/pld/tail-series.ts';
import type { ReferenceEvent } from '../../core/reference-accounting/reference-event.ts';
import { referenceRdp } from '../../core/reference-accounting/reference-rules.ts';
import { relativeError } from '../accounting/oracle.ts';
import { longIt } from '../longer.ts';

/** A Gaussian that the accountant does not recognise, and therefore discretises. */
function disguised(noiseMultiplier: number): ReferenceEvent {
  return { kind: 'mixture-of-gaussians', sigma: noiseMultiplier, sensitivities: [1], probabilities: [1] };
}

function sampled(rate: number, noiseMultiplier: number): ReferenceEvent {
  return { kind: 'poisson-sampled', rate, event: { kind: 'gaussian', noiseMultiplier } };
}

/** delta(epsilon) of losses on the grid. */
function gridDelta({ step, lowest, masses, infinity }: LossDistribution, epsilon: number): number {
  let sum = infinity;
  for (const [i, mass] of masses.entries()) {
    const loss = (lowest + i) * step;
    if (loss > epsilon) sum += mass * -Math.expm1(epsilon - loss);
  }
  return sum;
}

const KINDS: readonly ReferenceEvent[] = [
  { kind: 'gaussian', noiseMultiplier: 0.8 },
  sampled(0.05, 0.7),
  { kind: 'laplace', scale: 0.75 },
  { kind: 'poisson-sampled', rate: 0.2, event: { kind: 'laplace', scale: 0.5 } },
  { kind: 'discrete-laplace', decay: 0.37, sensitivity: 3 },
  { kind: 'discrete-gaussian', sigma: 2.5, sensitivity: 2, dimension: 1 },
  { kind: 'skellam', variance: 6, sensitivity: 1, dimension: 1 },
  { kind: 'mixture-of-gaussians', sigma: 1.2, sensitivities: [0, 1, 2], probabilities: [0.5, 0.3, 0.2] },
  { kind: 'randomised-response', noiseProbability: 0.4, buckets: 6, neighbours: 'replace-special' },
  { kind: 'approximate', epsilon: 0.7, delta: 0.01 },
  { kind: 'poisson-sampled', rate: 0.3, event: { kind: 'approximate', epsilon: 1.5, delta: 0.001 } },
];

describe('pairs on a grid', () => {
  for (const event of KINDS) {
    it(`${event.kind}: never optimistic, exact at the grid points, nothing lost`, () => {
      const pair = eventPair(event);
      assert.ok(pair !== null);
      const losses = connectTheDots(pair, 0.01);
      for (const direction of DIRECTIONS) {
        const grid = losses[direction];
        const total = grid.masses.reduce((sum, mass) => sum + mass, grid.infinity);
        assert.ok(Math.abs(total - 1) < 1e-12, `${direction}: ${total}`);
        assert.ok(grid.masses.every((mass) => mass >= 0));
        for (const epsilon of [0, 0.1, 0.37, 0.5, 1, 1.234567, 2, 3]) {
          const exact = hockeyStick(pair, direction, epsilon);
          const found = gridDelta(grid, epsilon);
          assert.ok(found >= exact - 1e-13, `${direction} ${epsilon}: ${found} below ${exact}`);
          assert.ok(found <= exact + 1e-3, `${direction} ${epsilon}: ${found} far above ${exact}`);
        }
        // An epsilon on the grid is exact, except above an atom off it.
        assert.ok(Math.abs(gridDelta(grid, 0) - hockeyStick(pair, direction, 0)) < 1e-4);
      }
    });
  }

  it('symmetric mechanisms are the same both ways', () => {
    for (const event of KINDS) {
      const pair = eventPair(event);
      assert.ok(pair !== null);
      if (!pair.symmetric) continue;
      for (const epsilon of [0, 0.5, 1]) {
        assert.ok(Math.abs(hockeyStick(pair, 'add', epsilon) - hockeyStick(pair, 'remove', epsilon)) < 1e-12);
      }
    }
  });

  it('sampling is a mixture: delta against its closed forms', () => {
    const pair = eventPair(sampled(0.3, 1));
    assert.ok(pair !== null);
    for (const epsilon of [0.1, 0.5, 1, 2]) {
      // Removing: the base's delta at a larger epsilon, times the rate (Balle, Barthe and Gaboardi 2018, Theorem 2).
      const inner = Math.log1p(Math.expm1(epsilon) / 0.3);
      assert.ok(relativeError(hockeyStick(pair, 'remove', epsilon), 0.3 * gaussianDelta(1, inner)) < 1e-11);
      assert.ok(hockeyStick(pair, 'add', epsilon) <= hockeyStick(pair, 'remove', epsilon));
    }
  });

  it('the transform is a transform', () => {
    for (const size of [4, 16, 256]) {
      const fourier = realFourier(size);
      const values = Float64Array.from({ length: size }, (_, i) => Math.sin(i * i) + (i % 3));
      const { re, im } = fourier.forward(values);
      for (let k = 0; k <= size / 2; k++) {
        let [sumRe, sumIm] = [0, 0];
        for (const [j, value] of values.entries()) {
          sumRe += value * Math.cos((2 * Math.PI * j * k) / size);
          sumIm -= value * Math.sin((2 * Math.PI * j * k) / size);
        }
        assert.ok(Math.hypot(re[k] - sumRe, im[k] - sumIm) < 1e-11 * size);
      }
    }
  });
});

describe('low frequencies of a tilted distribution', () => {
  // A smooth bump on 3000 points that wraps around a circle of 2048.
  const masses = Float64Array.from({ length: 3000 }, (_, i) => Math.exp(-(((i - 900) / 300) ** 2)));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const losses = { step: 1e-3, lowest: -700, masses: masses.map((mass) => mass / total), infinity: 0 };
  const tilted = tilt(losses, 1.5);

  it('are the direct sums within their bound, whether or not masses are gathered in buckets', () => {
    const size = 2048;
    for (const highest of [4, 9, 30, 200, size / 2]) {
      const { re, im, rounding } = lowFrequencies(tilted, size, highest);
      for (let k = 0; k <= highest; k += Math.ceil(highest / 20)) {
        let [sumRe, sumIm] = [0, 0];
        for (const [i, mass] of tilted.masses.entries()) {
          const phase = (2 * Math.PI * (((((tilted.lowest + i) * k) % size) + size) % size)) / size;
          sumRe += mass * Math.cos(phase);
          sumIm -= mass * Math.sin(phase);
        }
        const error = Math.hypot(re[k] - sumRe, im[k] - sumIm);
        assert.ok(error <= rounding + 1e-15, `${highest} ${k}: ${error} above ${rounding}`);
        assert.ok(rounding < 1e-13);
      }
    }
  });

  it('are below the bound by the total variation', () => {
    const { re, im } = lowFrequencies(tilted, 4096, 2048);
    for (let k = 1; k <= 2048; k++) {
      const bound = tilted.variation / (2 * Math.sin((Math.PI * k) / 4096));
      assert.ok(Math.hypot(re[k], im[k]) <= bound + 1e-13, `${k}`);
    }
  });

  it('give the delta of a convolution that is written out', () => {
    // Three draws, convolved one by one.
    let sums = new Float64Array([1]);
    for (let draw = 0; draw < 3; draw++) {
      const next = new Float64Array(sums.length + masses.length - 1);
      for (const [i, a] of sums.entries()) for (const [j, b] of losses.masses.entries()) next[i + j] += a * b;
      sums = next;
    }
    const tail = new TailSeries([{ losses, count: 3 }], 1.5, 2 ** 15);
    for (const index of [0, 600, 1500]) {
      let exact = 0;
      for (const [i, mass] of sums.entries()) {
        const above = i - 3 * 700 - index;
        if (above > 0) exact += mass * -Math.expm1(-above * losses.step);
      }
      const found = tail.at(index);
      assert.ok(found >= exact && found <= exact * (1 + 1e-9) + 1e-12, `${index}: ${found}, ${exact}`);
    }
  });
});

describe('the PLD accountant', () => {
  it('discretised Gaussians compose to just above the exact Gaussian', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.7, max: 20, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: -12, max: -3, noNaN: true }),
        (z, rounds, power) => {
          const delta = 10 ** power;
          const truth = gaussianEpsilon(Math.sqrt(rounds) / z, delta);
          fc.pre(truth < 25);
          const found = PldAccountant.empty({ step: 1e-3 }).compose(disguised(z), rounds).epsilon(delta);
          assert.ok(found >= truth * (1 - 1e-9), `${found} below ${truth}`);
          assert.ok(found <= truth * 1.02 + 1e-3, `${found} above ${truth}`);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('tails far below the rounding of a plain transform are right: delta of 1e-14, 1e-20', () => {
    const tally = PldAccountant.empty({ step: 1e-3 }).compose(disguised(5), 25);
    for (const delta of [1e-6, 1e-14, 1e-20]) {
      const truth = gaussianEpsilon(1, delta);
      assert.ok(relativeError(tally.epsilon(delta), truth) < 1e-4 && tally.epsilon(delta) > truth, `${delta}`);
    }
    for (const epsilon of [0, 0.3, 1, 4, 7]) {
      const truth = gaussianDelta(1, epsilon);
      const found = tally.delta(epsilon);
      assert.ok(found >= truth && found < truth * (1 + 1e-3), `${epsilon}: ${found} for ${truth}`);
    }
  });

  it('a finer grid is nearer, and never below', () => {
    const epsilons = [1e-2, 1e-3, 1e-4].map((step) =>
      PldAccountant.empty({ step }).compose(sampled(0.02, 0.9), 50).epsilon(1e-6),
    );
    assert.ok(epsilons[0] > epsilons[1] && epsilons[1] > epsilons[2]);
    // The error falls as the square of the step.
    assert.ok((epsilons[1] - epsilons[2]) * 50 < epsilons[0] - epsilons[2]);
  });

  it('different mechanisms together: order does not matter, both directions are kept', () => {
    const parts: readonly (readonly [ReferenceEvent, number])[] = [
      [sampled(0.1, 1), 5],
      [{ kind: 'laplace', scale: 3 }, 2],
      [{ kind: 'gaussian', noiseMultiplier: 4 }, 3],
      [{ kind: 'discrete-gaussian', sigma: 6, sensitivity: 1, dimension: 1 }, 1],
    ];
    const forward = parts.reduce(
      (tally, [event, count]) => tally.compose(event, count),
      PldAccountant.empty({ step: 1e-3 }),
    );
    const backward = parts
      .toReversed()
      .reduce((tally, [event, count]) => tally.compose(event, count), PldAccountant.empty({ step: 1e-3 }));
    assert.ok(relativeError(forward.epsilon(1e-6), backward.epsilon(1e-6)) < 1e-9);
    const rdp = parts.reduce((tally, [event, count]) => tally.compose(event, count), referenceRdp());
    assert.ok(forward.epsilon(1e-6) < rdp.epsilon(1e-6));
    // Asymmetric losses of both signs: the accountant takes the worse direction of the whole composition, not of each
    // part.
    const mixture = PldAccountant.empty({ step: 1e-3 }).compose(KINDS[7], 2).compose(sampled(0.3, 1), 2);
    assert.ok(mixture.epsilon(1e-5) > 0 && Math.abs(mixture.delta(mixture.epsilon(1e-5)) / 1e-5 - 1) < 1e-3);
  });

  it('epsilon and delta are inverse, monotone, and 0 or Infinity where they must be', () => {
    const tally = PldAccountant.empty({ step: 1e-3 }).compose(sampled(0.05, 0.8), 40);
    let last = Infinity;
    for (const delta of [1e-12, 1e-8, 1e-5, 1e-3, 0.1]) {
      const epsilon = tally.epsilon(delta);
      assert.ok(epsilon < last);
      last = epsilon;
      if (epsilon > 0)
        assert.ok(Math.abs(tally.delta(epsilon) / delta - 1) < 1e-6, `${delta}: ${tally.delta(epsilon)}`);
    }
    assert.equal(tally.epsilon(0.999), 0);
    assert.equal(tally.epsilon(0), Infinity);
    assert.equal(PldAccountant.empty().epsilon(0), 0);
    assert.equal(PldAccountant.empty().compose({ kind: 'unprotected' }).epsilon(0.5), Infinity);
  });

  it('(epsilon, delta) events compose to the optimum of Kairouz, Oh and Viswanath', () => {
    for (const [epsilon, delta, count] of [
      [0.1, 0, 30],
      [0.5, 1e-4, 10],
    ]) {
      const tally = PldAccountant.empty().compose({ kind: 'approximate', epsilon, delta }, count);
      for (const target of [0.02, 0.1]) {
        const listed = optimalComposition(epsilon, delta, count, target);
        assert.ok(tally.epsilon(target) <= listed + 1e-6);
        assert.ok(tally.delta(listed) <= target * (1 + 1e-6));
        assert.ok(tally.delta(listed - 2 * epsilon) > target);
      }
    }
    assert.equal(optimalComposition(1, 0, 30, 0), 30);
    assert.equal(optimalComposition(1, 0.1, 3, 0.05), Infinity);
  });

  it('pure mechanisms stay pure', () => {
    const tally = PldAccountant.empty()
      .compose({ kind: 'laplace', scale: 1 }, 3)
      .compose({ kind: 'discrete-laplace', decay: 0.5, sensitivity: 2 });
    assert.ok(relativeError(tally.epsilon(0), 4) < 1e-9);
    assert.ok(tally.epsilon(1e-30) <= 4 * (1 + 1e-9));
    assert.equal(tally.delta(4.001), 0);
  });

  it('whoever is never sampled pays nothing', () => {
    for (const event of [KINDS[0], KINDS[2], KINDS[9]]) {
      const tally = PldAccountant.empty({ step: 1e-2 }).compose({ kind: 'poisson-sampled', rate: 0, event }, 3);
      for (const delta of [0, 1e-6, 0.1]) assert.equal(tally.epsilon(delta), 0, event.kind);
      assert.equal(tally.delta(0), 0);
    }
  });

  longIt(
    'the trade-off curve: of a Gaussian exactly, of its discretisation just above, never below the diagonal',
    () => {
      const exact = PldAccountant.empty().compose({ kind: 'gaussian', noiseMultiplier: 2 }, 4);
      const grid = PldAccountant.empty({ step: 1e-2 }).compose(disguised(2), 4);
      for (const fpr of [1e-6, 0.05, 0.9]) {
        const truth = gaussianTradeOff(1, fpr);
        assert.ok(relativeError(exact.truePositiveRate(fpr), truth) < 1e-9);
        assert.ok(grid.truePositiveRate(fpr) >= truth && grid.truePositiveRate(fpr) < truth * 1.01 + 1e-6);
        assert.ok(truth >= fpr);
      }
      assert.equal(exact.truePositiveRate(0), 0);
      assert.equal(exact.truePositiveRate(1), 1);
    },
  );

  it('what it has no pair for is refused by name', () => {
    const sum = {
      kind: 'distributed-discrete-gaussian',
      localSigma: 100,
      shares: 3,
      dimension: 9,
      sensitivity: 50,
    } as const;
    assert.throws(() => PldAccountant.empty().compose(sum), { code: 'PRIVACY_EVENT_UNSUPPORTED' });
    assert.throws(() => PldAccountant.empty().compose({ kind: 'discrete-gaussian', sigma: 3, sensitivity: 1 }), {
      code: 'PRIVACY_EVENT_UNSUPPORTED',
    });
    assert.throws(() => PldAccountant.empty({ step: 0 }), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(() => PldAccountant.empty().compose(disguised(1), -1), { code: 'PRIVACY_PARAMETER_INVALID' });
    assert.throws(
      () =>
        PldAccountant.empty().compose({
          kind: 'mixture-of-gaussians',
          sigma: 1,
          sensitivities: [1, 2],
          probabilities: [0.5, 0.4],
        }),
      /probabilities is 0.5, 0.4: expected numbers >= 0 that sum to 1/,
    );
  });
});
