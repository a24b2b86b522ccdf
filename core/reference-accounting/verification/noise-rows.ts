/**
 * Reference rows about Laplace noise, discrete noise, randomised response, mixtures, and mechanisms of which only
 * (epsilon, delta)-DP is known.
 * @module
 */
import { leastSafe } from '../../accounting/calibrate.ts';
import { discreteGaussianMass } from '../discrete-noise.ts';
import { optimalComposition } from '../optimal-composition.ts';
import { atomicPair, shiftedNoisePair } from '../pld/atomic-pair.ts';
import { eventPair } from '../pld/event-pair.ts';
import { gaussianPair } from '../pld/gaussian-pair.ts';
import { laplacePair } from '../pld/laplace-pair.ts';
import { DIRECTIONS, hockeyStick } from '../pld/loss-pair.ts';
import type { LossPair } from '../pld/loss-pair.ts';
import { PldAccountant } from '../pld/pld-accountant.ts';
import { subsampledPair } from '../pld/subsampled-pair.ts';
import { exponentialRdp } from '../rdp-laplace.ts';
import { randomisedResponseRdp } from '../rdp-randomised-response.ts';
import type { MixtureOfGaussians, ReferenceEvent } from '../reference-event.ts';
import type { Evaluator } from './evaluator.ts';
import { AccountantError } from '../../accounting/errors.ts';
import type { RowReader } from './reference-row.ts';

/** The exact delta of one release at one epsilon, in the row's direction. */
function once(row: RowReader, pair: LossPair, epsilon: number): number {
  const sampled = subsampledPair(pair, row.numberOr('q', 1));
  const adjacency = row.row.params.adjacency === undefined ? 'REMOVE' : row.text('adjacency');
  if (adjacency !== 'ADD' && adjacency !== 'REMOVE') {
    throw new AccountantError(
      'REFERENCE_MALFORMED',
      `row ${row.row.id}: params.adjacency is "${adjacency}", expected ADD or REMOVE`,
    );
  }
  return hockeyStick(sampled, adjacency === 'ADD' ? 'add' : 'remove', epsilon);
}

/** The discrete Gaussian on one integer, cut to [-truncation, truncation] and renormalised. */
function discreteGaussianPair(sigma: number, sensitivity: number, truncation: number): LossPair {
  const noise = discreteGaussianMass(sigma, truncation);
  if (truncation === Infinity) return shiftedNoisePair(noise.mass, noise.reach, sensitivity);
  const width = 2 * truncation + sensitivity + 1;
  return atomicPair(
    Array.from(
      { length: width },
      (_, i) => [noise.mass(i - truncation - sensitivity), noise.mass(i - truncation)] as const,
    ),
    true,
  );
}

function mixture(
  sigma: number,
  sensitivities: readonly number[],
  probabilities: readonly number[],
): MixtureOfGaussians {
  return { kind: 'mixture-of-gaussians', sigma, sensitivities, probabilities };
}

function exactOnce(event: ReferenceEvent): Evaluator {
  return (row) => {
    const pair = eventPair(event);
    return pair === null ? null : once(row, pair, row.asked('epsilon'));
  };
}

export const NOISE_ROWS: Readonly<Record<string, Evaluator>> = {
  'rdp-randomized-response': (row) =>
    randomisedResponseRdp(row.asked('order'), {
      kind: 'randomised-response',
      noiseProbability: row.number('noise_parameter'),
      buckets: row.number('buckets'),
      neighbours: (row.row.mechanism ?? '').includes('replace-one') ? 'replace-one' : 'replace-special',
    }),
  'rdp-exponential': (row) => exponentialRdp(row.asked('order'), row.number('epsilon')),
  'pld-laplace': (row) => {
    let accountant = PldAccountant.empty();
    if (row.row.params.scales === undefined) {
      const event = { kind: 'laplace', scale: row.number('scale') } as const;
      accountant = accountant.compose({ kind: 'poisson-sampled', rate: row.number('q'), event }, row.number('steps'));
    } else for (const scale of row.numbers('scales')) accountant = accountant.compose({ kind: 'laplace', scale });
    return accountant.epsilon(row.asked('delta'));
  },
  'pld-discrete-laplace': (row) => {
    const sensitivity = row.number('sensitivity');
    return row
      .numbers('a')
      .reduce((tally, decay) => tally.compose({ kind: 'discrete-laplace', decay, sensitivity }), PldAccountant.empty())
      .epsilon(row.asked('delta'));
  },
  'pld-mixture-of-gaussians': (row) => {
    let accountant = PldAccountant.empty();
    for (const value of row.list('events')) {
      const event = row.inside('events', value);
      accountant = accountant.compose(
        mixture(event.number('std'), event.numbers('sensitivities'), event.numbers('probs')),
        event.number('count'),
      );
    }
    return accountant.epsilon(row.asked('delta'));
  },
  'cross-platform-person': (row) =>
    PldAccountant.empty()
      .compose(mixture(row.number('sigma'), row.numbers('sensitivities'), row.numbers('probs')), row.number('steps'))
      .epsilon(row.asked('delta')),
  'pld-eps-delta': (row) => {
    let accountant = PldAccountant.empty();
    for (const value of row.list('events')) {
      const [epsilon, delta] = row.numbers('events', value);
      accountant = accountant.compose({ kind: 'approximate', epsilon, delta });
    }
    return accountant.delta(row.asked('epsilon'));
  },
  'hockeystick-gaussian': (row) =>
    once(row, gaussianPair(row.number('sigma') / row.number('sensitivity')), row.asked('epsilon')),
  'hockeystick-laplace': (row) =>
    once(row, laplacePair(row.number('scale') / row.number('sensitivity')), row.asked('epsilon')),
  'hockeystick-discrete-gaussian': (row) =>
    once(
      row,
      discreteGaussianPair(row.number('sigma'), row.number('sensitivity'), row.number('truncation_bound')),
      row.asked('epsilon'),
    ),
  'exact-discrete-gaussian-1d': (row) =>
    exactOnce({
      kind: 'discrete-gaussian',
      sigma: row.number('sigma'),
      sensitivity: row.number('sensitivity'),
      dimension: 1,
    })(row),
  'exact-skellam-1d': (row) =>
    exactOnce({
      kind: 'skellam',
      variance: row.number('variance'),
      sensitivity: row.number('sensitivity'),
      dimension: 1,
    })(row),
  'calibrate-discrete-gaussian': (row) => {
    const [epsilon, delta, sensitivity] = [row.number('epsilon'), row.number('delta'), row.number('sensitivity')];
    const rate = row.numberOr('q', 1);
    // (epsilon, delta)-DP needs both directions, even if the row names one.
    const cost = (sigma: number): number => {
      const pair = subsampledPair(discreteGaussianPair(sigma, sensitivity, Infinity), rate);
      return Math.max(...DIRECTIONS.map((direction) => hockeyStick(pair, direction, epsilon)));
    };
    return leastSafe(cost, delta, sensitivity, 1e-6)?.safe ?? Infinity;
  },
  'calibrate-laplace': (row) => {
    const sensitivity = row.number('sensitivity');
    const cost = (scale: number): number =>
      PldAccountant.empty()
        .compose({ kind: 'laplace', scale: scale / sensitivity }, row.number('queries'))
        .epsilon(row.number('delta'));
    return leastSafe(cost, row.number('epsilon'), sensitivity, 1e-4)?.safe ?? Infinity;
  },
  'advanced-composition': (row) =>
    optimalComposition(row.number('epsilon'), row.number('delta'), row.number('queries'), row.asked('delta')),
};
