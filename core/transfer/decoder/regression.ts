/**
 * The decoder's regression from features of released vectors to target factors. Held-out persons choose its penalty.
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { FeatureKind } from './features.ts';
import type { ChosenSource, RowsByPerson } from './received-features.ts';
import { FeatureLayout } from './received-features.ts';
import type { LinearMap } from './ridge-path.ts';
import { RidgePath } from './ridge-path.ts';
import type { Targets } from './targets.ts';

export const penalties: readonly number[] = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

export interface Regression {
  readonly layout: FeatureLayout;
  /** Maps features to target factors. */
  readonly map: LinearMap;
  /** The persons it was fitted on. They allow a fit of other outputs with the same features. */
  readonly persons: readonly string[];
  /** Features of these persons, float64 [persons, width]. */
  readonly features: Float64Array;
  /** (XᵀX + λ n s I)⁻¹, see {@link RidgePath}. */
  readonly inverse: Float64Array /* [width, width] */;
}

/** The sources that take part, with the row of each person. */
export interface Inputs {
  /** Penalties to choose from, if not {@link penalties}. */
  readonly penalties?: readonly number[];
  readonly kind: FeatureKind;
  readonly chosen: readonly ChosenSource[];
  readonly rows: readonly RowsByPerson[];
}

/** Fits the regression at one penalty. @param d dimension of the target factors. */
export function fitRegression(inputs: Inputs, train: Targets, d: number, penalty: number): Regression {
  return regressionAt(prepare(inputs, train, d), train, penalty);
}

export interface PenaltyChoice {
  readonly penalty: number;
  readonly regression: Regression;
  /** Features of the held-out persons, float64 [persons, width]. */
  readonly features: Float64Array;
  /** Predicted factors of the held-out persons, float64 [persons, d]. */
  readonly predicted: Float64Array;
}

/** Chooses the penalty with the least squared error of the held-out persons' scores over the whole catalogue. */
export function choosePenalty(inputs: Inputs, train: Targets, heldOut: Targets, factors: Factors): PenaltyChoice {
  const d = factors.dimension;
  const prepared = prepare(inputs, train, d);
  const features = prepared.layout.rows(inputs.chosen, inputs.rows, heldOut.persons);
  const metric = kernels.gram(factors.items, d);
  let best: { penalty: number; predicted: Float64Array; error: number } | undefined;
  for (const penalty of inputs.penalties ?? penalties) {
    const predicted = predictAll(prepared.path.at(penalty), features);
    const error = squaredError(predicted, heldOut.factors, metric, d);
    if (best === undefined || error < best.error) best = { penalty, predicted, error };
  }
  if (best === undefined) throw new RangeError('no penalty to choose from');
  const { penalty, predicted } = best;
  return { penalty, regression: regressionAt(prepared, train, penalty), features, predicted };
}

interface Prepared {
  readonly layout: FeatureLayout;
  readonly features: Float64Array;
  readonly path: RidgePath;
}

function prepare(inputs: Inputs, train: Targets, d: number): Prepared {
  const layout = FeatureLayout.fit(inputs.kind, inputs.chosen, inputs.rows, train.persons);
  const features = layout.rows(inputs.chosen, inputs.rows, train.persons);
  return { layout, features, path: new RidgePath(features, layout.width, train.factors, d) };
}

function regressionAt({ layout, features, path }: Prepared, { persons }: Targets, penalty: number): Regression {
  return { layout, map: path.at(penalty), persons, features, inverse: path.inverse(penalty) };
}

function predictAll(
  { inputMean, inputs, outputMean, outputs, weights }: LinearMap,
  features: Float64Array,
): Float64Array {
  const centred = features.map((value, at) => value - inputMean[at % inputs]);
  const out = Float64Array.from(kernels.multiply(centred, inputs, weights, outputs));
  for (let at = 0; at < out.length; at++) out[at] += outputMean[at % outputs];
  return out;
}

function squaredError(predicted: Float64Array, truth: Float64Array, metric: Float64Array, d: number): number {
  const difference = new Float64Array(d);
  let total = 0;
  for (let from = 0; from < truth.length; from += d) {
    for (let i = 0; i < d; i++) difference[i] = predicted[from + i] - truth[from + i];
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += metric[i * d + j] * difference[j];
      total += difference[i] * sum;
    }
  }
  return total;
}
