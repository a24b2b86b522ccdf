/**
 * Several linear maps from features to target vectors, mixed for each person by a softmax of linear gates:
 *
 *   y(x) = Σ_k α_k(x) (W_kᵀ x_k + b_k),   α(x) = softmax over the maps whose input says something of (g_kᵀ x_k + c_k)
 *
 * x_k is the part of the row that map k reads. Maps start as ridge regressions and are trained together with the gates.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { descend } from './descent.ts';
import type { LinearMap } from './ridge-path.ts';
import type { Fitting } from './vector-readout.ts';
import { weightedRidge } from './weighted-ridge.ts';

/** Part of the row that a map and its gate read. */
export interface Part {
  readonly offset: number;
  readonly width: number;
}

export interface GatedState {
  readonly parts: readonly Part[];
  readonly dimension: number;
  readonly mean: Float64Array /* [dimension] */;
  /** Mean size of a deviation from the mean: predictions are in this unit. */
  readonly unit: number;
  /** For each map: gate [width], its constant, weights [width, dimension], constants [dimension]. */
  readonly parameters: Float64Array;
}

export interface GatedTraining {
  readonly epochs: number;
  readonly decay: number;
  /** Penalty of the ridge regressions that the maps start from. */
  readonly penalty: number;
  /** False: every map counts alike, for everybody. */
  readonly gated: boolean;
  /** Standard deviation of the noise on the gates at the start, without which maps of the same part would stay the same. */
  readonly spread: number;
}

const RATE = 0.01;

const sizeOf = ({ width }: Part, dimension: number): number => (width + 1) * (dimension + 1);

/**
 * Fits maps and gates: a ridge regression for each map, then Adam on all parameters. The same seed gives the same result.
 * @param parts the part of a row that each map reads.
 */
export function fitGatedMaps(
  given: Fitting,
  parts: readonly Part[],
  training: GatedTraining,
  seed: string,
): GatedState {
  const { dimension, factors, features, width } = given;
  const rows = features.length / width;
  const prng = new Prng(seed);
  const { mean, unit, y } = standardised(factors, dimension);
  const parameters = new Float64Array(parts.reduce((sum, part) => sum + sizeOf(part, dimension), 0));
  let at = 0;
  for (const part of parts) {
    for (let i = 0; i < part.width; i++) parameters[at + i] = training.spread * prng.gaussian();
    const map = mapOf(part, features, width, y, dimension, training.penalty);
    parameters.set(map.weights, at + part.width + 1);
    for (let o = 0; o < dimension; o++) {
      let constant = map.outputMean[o];
      for (let i = 0; i < part.width; i++) constant -= map.inputMean[i] * map.weights[i * dimension + o];
      parameters[at + (part.width + 1) + part.width * dimension + o] = constant;
    }
    at += sizeOf(part, dimension);
  }
  const state = { parts, dimension, mean, unit, parameters };
  descend(parameters, {
    rows,
    epochs: training.epochs,
    rate: RATE,
    decay: training.decay,
    prng,
    gradient: (_, row, into) => {
      addGradient(
        state,
        features.subarray(row * width, (row + 1) * width),
        y.subarray(row * dimension, (row + 1) * dimension),
        training.gated,
        into,
      );
    },
  });
  return state;
}

/** The ridge regression on the persons of whom the part says something. */
function mapOf(
  part: Part,
  features: Float64Array,
  width: number,
  y: Float64Array,
  d: number,
  penalty: number,
): LinearMap {
  const rows = features.length / width;
  const own = new Float64Array(rows * part.width);
  const weights = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const x = features.subarray(row * width + part.offset, row * width + part.offset + part.width);
    own.set(x, row * part.width);
    weights[row] = x.some((value) => value !== 0) ? 1 : 0;
  }
  return weightedRidge(own, part.width, y, d, penalty, weights);
}

/** Vectors less their mean, at unit mean square. */
export function standardised(
  factors: Float64Array,
  dimension: number,
): { readonly mean: Float64Array; readonly unit: number; readonly y: Float64Array } {
  const rows = Math.max(1, factors.length / dimension);
  const mean = new Float64Array(dimension);
  factors.forEach((value, at) => (mean[at % dimension] += value / rows));
  const y = factors.map((value, at) => value - mean[at % dimension]);
  const unit = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0) / Math.max(1, y.length)) || 1;
  return { mean, unit, y: y.map((value) => value / unit) };
}

interface Pass {
  /** Weight of each map; 0 where its part says nothing. */
  readonly weights: Float64Array;
  /** The prediction of each map: [maps, dimension]. */
  readonly each: Float64Array;
  readonly mixed: Float64Array;
}

function forward({ dimension, parameters, parts }: GatedState, row: Float64Array, gated: boolean): Pass {
  const logits = new Float64Array(parts.length).fill(-Infinity);
  const each = new Float64Array(parts.length * dimension);
  let at = 0;
  parts.forEach((part, k) => {
    const { offset, width } = part;
    const constants = at + width + 1 + width * dimension;
    let known = false;
    let logit = parameters[at + width];
    for (let o = 0; o < dimension; o++) each[k * dimension + o] = parameters[constants + o];
    for (let i = 0; i < width; i++) {
      const value = row[offset + i];
      if (value === 0) continue;
      known = true;
      logit += parameters[at + i] * value;
      const from = at + width + 1 + i * dimension;
      for (let o = 0; o < dimension; o++) each[k * dimension + o] += value * parameters[from + o];
    }
    if (known) logits[k] = gated ? logit : 0;
    at += sizeOf(part, dimension);
  });
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const weights = logits.map((logit) => (top === -Infinity ? 0 : Math.exp(logit - top)));
  const total = weights.reduce((sum, value) => sum + value, 0) || 1;
  const mixed = new Float64Array(dimension);
  for (let k = 0; k < parts.length; k++) {
    weights[k] /= total;
    for (let o = 0; o < dimension; o++) mixed[o] += weights[k] * each[k * dimension + o];
  }
  return { weights, each, mixed };
}

/** Adds the gradient of half the squared error of one person. */
export function addGradient(
  state: GatedState,
  row: Float64Array,
  y: Float64Array,
  gated: boolean,
  into: Float64Array,
): void {
  const { dimension, parts } = state;
  const { each, mixed, weights } = forward(state, row, gated);
  let at = 0;
  parts.forEach((part, k) => {
    const { offset, width } = part;
    if (weights[k] > 0) {
      let gate = 0;
      const constants = at + width + 1 + width * dimension;
      for (let o = 0; o < dimension; o++) {
        const error = mixed[o] - y[o];
        gate += error * (each[k * dimension + o] - mixed[o]);
        into[constants + o] += weights[k] * error;
      }
      gate *= gated ? weights[k] : 0;
      into[at + width] += gate;
      for (let i = 0; i < width; i++) {
        const value = row[offset + i];
        if (value === 0) continue;
        into[at + i] += gate * value;
        const from = at + width + 1 + i * dimension;
        for (let o = 0; o < dimension; o++) into[from + o] += weights[k] * (mixed[o] - y[o]) * value;
      }
    }
    at += sizeOf(part, dimension);
  });
}

/** @returns a person's vector in the item space */
export function predictGated(state: GatedState, row: Float64Array, gated: boolean): Float64Array {
  return forward(state, row, gated).mixed.map((value, o) => state.mean[o] + state.unit * value);
}

/** The weight of each map for this person; they sum to 1. */
export function gatesOf(state: GatedState, row: Float64Array, gated: boolean): readonly number[] {
  return Array.from(forward(state, row, gated).weights);
}
