/**
 * Reference rows about Gaussians, sampled or not, from the accountants of other projects.
 * @module
 */
import type { PrivacyEvent } from '../../accounting/accountant.ts';
import { leastSafe } from '../../accounting/calibrate.ts';
import { epsilonFromRdp } from '../../accounting/conversion.ts';
import { gaussianDelta, gaussianEpsilon } from '../../accounting/gaussian-exact.ts';
import { PldAccountant } from '../pld/pld-accountant.ts';
import { RdpAccountant } from '../../accounting/rdp.ts';
import { logMoment } from '../../accounting/rdp-subsampled-gaussian.ts';
import { GOOGLE_ORDERS, OPACUS_ORDERS, parseOrders, TENSORFLOW_ORDERS } from './reference-orders.ts';
import type { RowReader } from './reference-row.ts';
import type { Evaluator } from './evaluator.ts';

/** Epsilon by an accountant with the row's orders, or with `orders` if the row names none. */
function rdpEpsilon(row: RowReader, orders: readonly number[], sigma: number, steps: number): number {
  const listed = row.row.params.orders === undefined ? orders : parseOrders(row.text('orders'), row.row.id);
  return RdpAccountant.empty({ orders: listed, refine: false })
    .compose(sampledGaussian(row, sigma), steps)
    .epsilon(row.asked('delta'));
}

function sampledGaussian(row: RowReader, sigma: number): PrivacyEvent {
  const event = { kind: 'gaussian', noiseMultiplier: sigma / row.numberOr('sensitivity', 1) } as const;
  const rate = row.numberOr('q', 1);
  return rate === 1 ? event : { kind: 'poisson-sampled', rate, event };
}

function pldOf(row: RowReader, step: number): PldAccountant {
  const sigma = row.row.params.effective_sigma === undefined ? row.number('sigma') : row.number('effective_sigma');
  return PldAccountant.empty({ step }).compose(sampledGaussian(row, sigma), row.numberOr('steps', 1));
}

function ask(row: RowReader, accountant: PldAccountant): number {
  switch (row.row.query.what) {
    case 'delta':
      return accountant.delta(row.asked('epsilon'));
    case 'tpr_at_fpr':
      return accountant.truePositiveRate(row.asked('fpr'));
    default:
      return accountant.epsilon(row.asked('delta'));
  }
}

const byPld: Evaluator = (row) => ask(row, pldOf(row, 1e-4));

/** Finds the standard deviation that meets the row's target, to a relative `precision`. */
const calibrated =
  (step: number, precision: number): Evaluator =>
  (row) => {
    const steps = row.numberOr('steps', row.numberOr('queries', 0)) || row.number('epochs') / row.number('q');
    const [epsilon, delta] = [row.number('epsilon'), row.number('delta')];
    const byRdp = row.row.params.accountant === 'rdp';
    const cost = (sigma: number): number => {
      const event = sampledGaussian(row, sigma);
      return byRdp
        ? RdpAccountant.empty({ orders: OPACUS_ORDERS, refine: false }).compose(event, steps).epsilon(delta)
        : PldAccountant.empty({ step }).compose(event, steps).epsilon(delta);
    };
    return leastSafe(cost, epsilon, row.numberOr('sensitivity', 1), precision)?.safe ?? Infinity;
  };

export const GAUSSIAN_ROWS: Readonly<Record<string, Evaluator>> = {
  'rdp-subsampled-gaussian': (row) =>
    RdpAccountant.empty()
      .compose(sampledGaussian(row, row.number('sigma')), row.number('steps'))
      .rdp(row.asked('order')),
  'rdp-logA': (row) => logMoment(row.asked('order'), row.number('q'), row.number('sigma')),
  'rdp-convert': (row) => {
    if (row.row.params.rdp === undefined) return rdpEpsilon(row, GOOGLE_ORDERS, row.number('sigma'), 1);
    const curve = row.number('rdp');
    return Math.min(
      ...parseOrders(row.text('orders'), row.row.id).map((order) => epsilonFromRdp(order, curve, row.asked('delta'))),
    );
  },
  'rdp-dpsgd': (row) => rdpEpsilon(row, TENSORFLOW_ORDERS, row.number('sigma'), row.number('steps')),
  'dpsgd-rdp': (row) => rdpEpsilon(row, GOOGLE_ORDERS, row.number('effective_sigma'), row.number('steps')),
  'opacus-rdp': (row) => rdpEpsilon(row, OPACUS_ORDERS, row.number('sigma'), row.number('steps')),
  'zcdp-to-dp': (row) => {
    // The row describes a Gaussian by rho. Its noise multiplier is 1 / sqrt(2 rho).
    const sigma = 1 / Math.sqrt(2 * row.number('rho'));
    return row.row.params.accountant === 'PLD'
      ? PldAccountant.empty().compose({ kind: 'gaussian', noiseMultiplier: sigma }).epsilon(row.asked('delta'))
      : rdpEpsilon(row, GOOGLE_ORDERS, sigma, 1);
  },
  'analytic-gaussian': (row) => gaussianEpsilon(row.number('sensitivity') / row.number('sigma'), row.asked('delta')),
  'pld-gaussian': byPld,
  'pld-subsampled-gaussian': byPld,
  'dpsgd-pld': byPld,
  'tradeoff-gaussian': byPld,
  'opacus-prv': byPld,
  'prv-subsampled-gaussian': byPld,
  // The references computed their bracket on a grid of 1e-5.
  'bracket-subsampled-gaussian': (row) => ask(row, pldOf(row, 1e-5)),
  'calibrate-gaussian': (row) => {
    const [epsilon, delta] = [row.number('epsilon'), row.number('delta')];
    const mu = Math.sqrt(row.number('queries')) * row.number('sensitivity');
    const found = leastSafe((std) => gaussianDelta(mu / std, epsilon), delta, mu, 1e-12);
    return found?.safe ?? Infinity;
  },
  // The references use a grid of 1e-3 here. Their answers are above the exact ones by more than their tolerance.
  'calibrate-subsampled-gaussian': calibrated(1e-3, 1e-8),
  'opacus-calibrate': calibrated(1e-4, 1e-5),
};
