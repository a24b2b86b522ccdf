/**
 * One hidden layer beside a linear part: y(x) = V tanh(U x + a) + W x + b. The linear part starts as a ridge regression and the
 * output weights V at zero, so training starts from that regression.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { descend } from './descent.ts';
import { standardised } from './gated-maps.ts';
import type { Fitting } from './vector-readout.ts';
import { weightedRidge } from './weighted-ridge.ts';

export interface NetworkShape {
  readonly width: number;
  readonly hidden: number;
  readonly dimension: number;
}

export interface NetworkState extends NetworkShape {
  readonly mean: Float64Array /* [dimension] */;
  readonly unit: number;
  /** U [hidden, width], a [hidden], V [hidden, dimension], W [width, dimension], b [dimension], in this order. */
  readonly parameters: Float64Array;
}

export interface NetworkTraining {
  readonly hidden: number;
  readonly epochs: number;
  readonly decay: number;
  /** Penalty of the ridge regression that the linear part starts from. */
  readonly penalty: number;
}

const RATE = 0.01;

/** Fits the linear part by ridge regression, then all parameters by Adam. The same seed gives the same result. */
export function fitNetwork(
  { dimension, factors, features, width }: Pick<Fitting, 'dimension' | 'factors' | 'features' | 'width'>,
  { decay, epochs, hidden, penalty }: NetworkTraining,
  seed: string,
): NetworkState {
  const prng = new Prng(seed);
  const { mean, unit, y } = standardised(factors, dimension);
  const shape = { width, hidden, dimension };
  const parameters = startOf(shape, features, y, penalty, prng);
  const state = { ...shape, mean, unit, parameters };
  descend(parameters, {
    rows: features.length / width,
    epochs,
    rate: RATE,
    decay,
    prng,
    gradient: (_, row, into) => {
      addNetworkGradient(
        state,
        features.subarray(row * width, (row + 1) * width),
        y.subarray(row * dimension, (row + 1) * dimension),
        into,
      );
    },
  });
  return state;
}

function startOf(
  { dimension, hidden, width }: NetworkShape,
  features: Float64Array,
  y: Float64Array,
  penalty: number,
  prng: Prng,
): Float64Array {
  const map = weightedRidge(features, width, y, dimension, penalty);
  const parameters = new Float64Array(hidden * (width + 1 + dimension) + (width + 1) * dimension);
  for (let i = 0; i < hidden * width; i++) parameters[i] = prng.gaussian() / Math.sqrt(width);
  for (let h = 0; h < hidden; h++) parameters[hidden * width + h] = prng.gaussian();
  const linear = hidden * (width + 1 + dimension);
  parameters.set(map.weights, linear);
  for (let o = 0; o < dimension; o++) {
    let constant = map.outputMean[o];
    for (let i = 0; i < width; i++) constant -= map.inputMean[i] * map.weights[i * dimension + o];
    parameters[linear + width * dimension + o] = constant;
  }
  return parameters;
}

function forward(
  { dimension, hidden, parameters, width }: NetworkShape & { readonly parameters: Float64Array },
  row: Float64Array,
): { readonly units: Float64Array; readonly out: Float64Array } {
  const constants = hidden * width;
  const second = constants + hidden;
  const linear = second + hidden * dimension;
  const out = parameters.slice(linear + width * dimension, linear + (width + 1) * dimension);
  const units = new Float64Array(hidden);
  for (let h = 0; h < hidden; h++) {
    let sum = parameters[constants + h];
    for (let i = 0; i < width; i++) sum += parameters[h * width + i] * row[i];
    units[h] = Math.tanh(sum);
    for (let o = 0; o < dimension; o++) out[o] += units[h] * parameters[second + h * dimension + o];
  }
  for (let i = 0; i < width; i++) {
    const value = row[i];
    if (value === 0) continue;
    for (let o = 0; o < dimension; o++) out[o] += value * parameters[linear + i * dimension + o];
  }
  return { units, out };
}

/** Adds the gradient of half the squared error of one person. */
export function addNetworkGradient(
  state: NetworkShape & { readonly parameters: Float64Array },
  row: Float64Array,
  y: Float64Array,
  into: Float64Array,
): void {
  const { dimension, hidden, parameters, width } = state;
  const constants = hidden * width;
  const second = constants + hidden;
  const linear = second + hidden * dimension;
  const { out, units } = forward(state, row);
  const error = out.map((value, o) => value - y[o]);
  for (let h = 0; h < hidden; h++) {
    let back = 0;
    for (let o = 0; o < dimension; o++) {
      const at = second + h * dimension + o;
      back += error[o] * parameters[at];
      into[at] += error[o] * units[h];
    }
    back *= 1 - units[h] ** 2;
    into[constants + h] += back;
    for (let i = 0; i < width; i++) into[h * width + i] += back * row[i];
  }
  for (let i = 0; i < width; i++) {
    const value = row[i];
    if (value === 0) continue;
    for (let o = 0; o < dimension; o++) into[linear + i * dimension + o] += error[o] * value;
  }
  for (let o = 0; o < dimension; o++) into[linear + width * dimension + o] += error[o];
}

/** @returns a person's vector in the item space */
export function predictNetwork(state: NetworkState, row: Float64Array): Float64Array {
  return forward(state, row).out.map((value, o) => state.mean[o] + state.unit * value);
}
