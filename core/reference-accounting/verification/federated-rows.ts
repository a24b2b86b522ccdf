/**
 * Reference rows about noise that many platforms add together, and about trees.
 * @module
 */
import { integerL1Bound } from '../../accounting/rdp-discrete-gaussian.ts';
import type { ReferenceEvent } from '../reference-event.ts';
import { referenceRdp } from '../reference-rules.ts';
import { largestScale, roundedL2Bound } from '../stochastic-rounding.ts';
import { maxTreeSensitivitySquared } from '../tree-aggregation.ts';
import type { Evaluator } from './evaluator.ts';
import { parseOrders } from './reference-orders.ts';
import type { RowReader } from './reference-row.ts';

/** Epsilon by the sampling theorem for any mechanism, which the references use, not by the better one for symmetric noise. */
function integerEpsilon(row: RowReader, event: ReferenceEvent): number {
  const rate = row.number('q');
  return referenceRdp({ orders: parseOrders(row.text('orders'), row.row.id), refine: false })
    .compose(
      rate === 1 ? event : { kind: 'poisson-sampled', rate, event, theorem: 'any-mechanism' },
      row.number('steps'),
    )
    .epsilon(row.asked('delta'));
}

/** Sensitivity after rounding without a second clip, as in the references: the norm that rounding may reach. */
function roundedSensitivity(row: RowReader): { readonly sensitivity: number; readonly sensitivityL1: number } {
  const dimension = row.number('dim');
  const sensitivity = roundedL2Bound(row.number('l2_clip') * row.number('scale'), dimension, row.number('beta'));
  return { sensitivity, sensitivityL1: integerL1Bound(sensitivity, dimension) };
}

export const FEDERATED_ROWS: Readonly<Record<string, Evaluator>> = {
  'ddg-rdp': (row) =>
    integerEpsilon(row, {
      kind: 'distributed-discrete-gaussian',
      localSigma: row.number('local_stddev_unscaled') * row.number('scale'),
      shares: row.number('clients'),
      dimension: row.number('dim'),
      ...roundedSensitivity(row),
    }),
  'skellam-rdp': (row) =>
    integerEpsilon(row, {
      kind: 'skellam',
      variance: (row.number('local_stddev_unscaled') * row.number('scale')) ** 2 * row.number('clients'),
      dimension: row.number('dim'),
      ...roundedSensitivity(row),
    }),
  // TensorFlow Federated caps the scale.
  'ddg-scale': (row) =>
    Math.min(
      1e6,
      largestScale({
        localSigma: row.number('local_stddev_unscaled'),
        clip: row.number('l2_clip'),
        bits: row.number('bits'),
        clients: row.number('clients'),
        dimension: row.number('dim'),
        deviations: row.number('k_stddevs'),
      }),
    ),
  'rounding-norm': (row) => roundedL2Bound(row.number('l2_bound_scaled'), row.number('dim'), row.number('beta')),
  'dpftrl-tree': (row) =>
    referenceRdp({ orders: parseOrders(row.text('orders'), row.row.id), refine: false })
      .compose({
        kind: 'tree-aggregation',
        noiseMultiplier: row.number('noise_multiplier'),
        steps: row.number('steps'),
      })
      .epsilon(row.asked('delta')),
  'dpftrl-tree-sensitivity': (row) =>
    maxTreeSensitivitySquared({
      maxParticipations: row.number('max_participation'),
      minSeparation: row.number('min_separation'),
      steps: row.number('steps'),
    }),
};
