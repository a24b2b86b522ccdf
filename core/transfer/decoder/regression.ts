/**
 * The decoder's regression: features of released vectors to target factors, its penalty chosen on held-out persons.
 * @module
 */
import type { Factors } from '../factors/implicit-als.ts';
import { gram } from '../linear-algebra/products.ts';
import type { ChosenSource, RowsByPerson } from './received-features.ts';
import { FeatureLayout } from './received-features.ts';
import type { LinearMap } from './ridge-path.ts';
import { applyLinearMap, RidgePath } from './ridge-path.ts';
import type { Targets } from './targets.ts';

export const penalties: readonly number[] = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

export interface Regression {
  readonly layout: FeatureLayout;
  readonly map: LinearMap;
}

/** The sources that take part, with the lookup of their persons. */
export interface Inputs {
  readonly chosen: readonly ChosenSource[];
  readonly rows: readonly RowsByPerson[];
}

export function fitRegression(inputs: Inputs, train: Targets, d: number, penalty: number): Regression {
  const { layout, path } = prepare(inputs, train, d);
  return { layout, map: path.at(penalty) };
}

export interface PenaltyChoice {
  readonly penalty: number;
  readonly regression: Regression;
  /** Predicted factors of the held-out persons, float64 [persons, d]. */
  readonly predicted: Float64Array;
}

/** The penalty with the least squared error of the held-out persons' scores over the whole catalogue. */
export function choosePenalty(inputs: Inputs, train: Targets, heldOut: Targets, factors: Factors): PenaltyChoice {
  const d = factors.dimension;
  const { layout, path } = prepare(inputs, train, d);
  const features = layout.rows(inputs.chosen, inputs.rows, heldOut.persons);
  const metric = gram(factors.items, d);
  let best: (PenaltyChoice & { readonly error: number }) | undefined;
  for (const penalty of penalties) {
    const map = path.at(penalty);
    const predicted = predictAll(map, features);
    const error = squaredError(predicted, heldOut.factors, metric, d);
    if (best === undefined || error < best.error) best = { penalty, regression: { layout, map }, predicted, error };
  }
  if (best === undefined) throw new RangeError('no penalty to choose from');
  return best;
}

function prepare(inputs: Inputs, train: Targets, d: number): { layout: FeatureLayout; path: RidgePath } {
  const layout = new FeatureLayout(inputs.chosen, inputs.rows, train.persons);
  const features = layout.rows(inputs.chosen, inputs.rows, train.persons);
  return { layout, path: new RidgePath(features, layout.width, train.factors, d) };
}

function predictAll(map: LinearMap, features: Float64Array): Float64Array {
  const persons = features.length / map.inputs;
  const out = new Float64Array(persons * map.outputs);
  for (let p = 0; p < persons; p++) out.set(applyLinearMap(map, features, p * map.inputs), p * map.outputs);
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
