/**
 * Bayesian transfer: each source's released vector gives a normal belief about the person's vector in the item space, and the
 * natural parameters of the sources add to those of the prior. A silent source adds nothing, so the belief is wider without it.
 *
 * A source's belief has the mean of a ridge regression, and the covariance of its leave-one-out errors on linked persons. These
 * errors contain the noise of the source's release mode, whatever it is, because linked persons' vectors have it too.
 * @module
 */
import type { PersonPosterior, Readout } from '../decoder/readout.ts';
import { applyLinearMap } from '../decoder/ridge-path.ts';
import type { LinearMap } from '../decoder/ridge-path.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';
import type { Block, Fitting, Setting } from '../decoder/vector-readout.ts';
import { weightedRidge } from '../decoder/weighted-ridge.ts';
import { choleskyInPlace, choleskySolve, choleskySolveMany } from '../linear-algebra/cholesky.ts';
import { gram } from '../linear-algebra/products.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';
import { whitened, whitening } from '../linear-algebra/thin-svd.ts';
import type { Whitening } from '../linear-algebra/thin-svd.ts';

interface Believed {
  readonly offset: number;
  readonly width: number;
  readonly map: LinearMap;
  /** Precision of the source's belief on the whitened axes: [axes, axes]. The prior's is the identity. */
  readonly precision: Float64Array;
}

interface BayesState {
  /** The prior: mean and axes of the linked persons' vectors. */
  readonly prior: Whitening;
  readonly sources: readonly Believed[];
  /** Reads a silent source as one that says "an average person". Only the ablation does. */
  readonly silenceSpeaks: boolean;
}

interface Belief {
  /** Deviation from the prior's mean, on its whitened axes. */
  readonly mean: Float64Array;
  /** Cholesky factor of the precision on those axes. */
  readonly root: Float64Array;
}

const PENALTIES = [0.03, 0.1, 0.3, 1, 3, 10];
/** Share of the mean variance that is added to narrow axes of the prior. */
const SHRINK = 0.02;
const settings: readonly Setting[] = [{ text: 'penalties by leave-one-out errors' }];

function bayesReadout(silenceSpeaks: boolean): Readout {
  return vectorReadout({
    ...about,
    settings,
    fit: (given): BayesState => fit(given, silenceSpeaks),
    predictor: (state, widening) => ({
      predict: (row) => unwhitened(state.prior, believe(state, row).mean),
      posterior: (row) => posterior(state, row, widening),
    }),
    // The factor that puts 90 % of held-out persons' scores into their 90 % intervals (conformal prediction, Vovk et al. 2005):
    // persons who are folded in lie further out than those whom the space was fitted to.
    widening(state, { dimension, factors, features, items, width }) {
      const errors: number[] = [];
      const apart = dimension * Math.ceil(items.length / dimension / ITEMS_JUDGED);
      for (let p = 0; p * width < features.length; p++) {
        const belief = posterior(state, features.subarray(p * width, (p + 1) * width), 1);
        const truth = factors.subarray(p * dimension, (p + 1) * dimension);
        for (let at = 0; at < items.length; at += apart) {
          const item = items.subarray(at, at + dimension);
          const { deviation, score } = beliefOf(item, belief);
          if (deviation > 0) errors.push(Math.abs(dot(item, truth) - score) / (NINETY * deviation));
        }
      }
      errors.sort((a, b) => a - b);
      return errors.length === 0 ? 1 : errors[Math.min(errors.length - 1, Math.ceil(0.9 * errors.length))];
    },
  });
}

/** Half of a 90 % interval, in standard deviations. */
export const NINETY = 1.6449;

/** This many items are enough to see how far scores lie from their means. */
const ITEMS_JUDGED = 50;

/** Mean and standard deviation of an item's score under a belief. */
export function beliefOf(
  item: ArrayLike<number>,
  { covariance, mean }: PersonPosterior,
): { readonly score: number; readonly deviation: number } {
  const d = mean.length;
  let variance = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) variance += item[i] * item[j] * covariance[i * d + j];
  }
  return { score: dot(item, mean), deviation: Math.sqrt(Math.max(0, variance)) };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const about = {
  name: 'bayes',
  summary: 'a normal belief about the person; sources add their precision, silent ones nothing',
  reference:
    'Bishop, Pattern Recognition and Machine Learning 2006, 3.3; Hinton, Neural Computation 2002 (products of experts)',
};

export const bayes: Readout = {
  ...bayesReadout(false),
  ablation: { off: 'a silent source is read as one that says "an average person"', readout: bayesReadout(true) },
};

function fit({ blocks, dimension, factors, features, width }: Fitting, silenceSpeaks: boolean): BayesState {
  const prior = whitening(factors, dimension, SHRINK);
  const y = whitened(prior, factors);
  return { prior, silenceSpeaks, sources: blocks.map((block) => believed(block, features, width, y)) };
}

function believed({ offset, width: own }: Block, features: Float64Array, width: number, y: Float64Array): Believed {
  const persons = features.length / width;
  const axes = y.length / persons;
  const known = Array.from({ length: persons }, (_, p) => p).filter((p) =>
    features.subarray(p * width + offset, p * width + offset + own).some((value) => value !== 0),
  );
  const x = new Float64Array(known.length * own);
  const outputs = new Float64Array(known.length * axes);
  known.forEach((p, at) => {
    x.set(features.subarray(p * width + offset, p * width + offset + own), at * own);
    outputs.set(y.subarray(p * axes, (p + 1) * axes), at * axes);
  });
  const tried = PENALTIES.map((penalty) => {
    const map = weightedRidge(x, own, outputs, axes, penalty);
    const errors = leaveOneOut(map, x, outputs, penalty);
    return { map, errors, square: errors.reduce((sum, error) => sum + error * error, 0) };
  });
  const { errors, map } = tried.reduce((best, one) => (one.square < best.square ? one : best));
  return { offset, width: own, map, precision: precisionOf(errors, axes) };
}

/** Errors of each person's prediction by the regression on all others: residual / (1 - leverage). */
function leaveOneOut(map: LinearMap, x: Float64Array, y: Float64Array, penalty: number): Float64Array {
  const { inputMean, inputs, outputs } = map;
  const rows = x.length / inputs;
  const centred = x.map((value, at) => value - inputMean[at % inputs]);
  const system = gram(centred, inputs);
  let trace = 0;
  for (let i = 0; i < inputs; i++) trace += system[i * inputs + i];
  const errors = new Float64Array(y.length);
  if (trace > 0) {
    for (let i = 0; i < inputs; i++) system[i * inputs + i] += (penalty * trace) / inputs;
    choleskyInPlace(system, inputs);
  }
  for (let row = 0; row < rows; row++) {
    const own = centred.subarray(row * inputs, (row + 1) * inputs);
    const solved = own.slice();
    if (trace > 0) choleskySolve(system, inputs, solved);
    const leverage = 1 / rows + own.reduce((sum, value, i) => sum + value * solved[i], 0);
    const predicted = applyLinearMap(map, x, row * inputs);
    for (let o = 0; o < outputs; o++) {
      errors[row * outputs + o] = (y[row * outputs + o] - predicted[o]) / Math.max(0.05, 1 - leverage);
    }
  }
  return errors;
}

/** The inverse of the errors' covariance; in no direction less than the prior's, because a source takes no knowledge away. */
function precisionOf(errors: Float64Array, axes: number): Float64Array {
  const rows = errors.length / axes;
  const { values, vectors } = symmetricEigen(
    gram(errors, axes).map((value) => value / rows),
    axes,
  );
  const out = new Float64Array(axes * axes);
  for (let r = 0; r < axes; r++) {
    const precision = 1 / Math.min(1, Math.max(values[r], 1e-3));
    for (let i = 0; i < axes; i++) {
      for (let j = 0; j < axes; j++) out[i * axes + j] += precision * vectors[r * axes + i] * vectors[r * axes + j];
    }
  }
  return out;
}

function believe({ prior, silenceSpeaks, sources }: BayesState, row: Float64Array): Belief {
  const axes = prior.deviations.length;
  const precision = new Float64Array(axes * axes);
  for (let i = 0; i < axes; i++) precision[i * axes + i] = 1;
  const mean = new Float64Array(axes);
  for (const { map, offset, precision: own, width } of sources) {
    const said = row.subarray(offset, offset + width);
    const silent = said.every((value) => value === 0);
    if (silent && !silenceSpeaks) continue;
    const belief = silent ? new Float64Array(axes) : applyLinearMap(map, said);
    for (let i = 0; i < axes; i++) {
      for (let j = 0; j < axes; j++) {
        precision[i * axes + j] += own[i * axes + j] - (i === j ? 1 : 0);
        mean[i] += own[i * axes + j] * belief[j];
      }
    }
  }
  choleskyInPlace(precision, axes);
  choleskySolve(precision, axes, mean);
  return { mean, root: precision };
}

function posterior(state: BayesState, row: Float64Array, widening: number): PersonPosterior {
  const { mean, root } = believe(state, row);
  const axes = mean.length;
  const covariance = new Float64Array(axes * axes);
  for (let i = 0; i < axes; i++) covariance[i * axes + i] = widening ** 2;
  choleskySolveMany(root, axes, covariance, axes);
  return { mean: unwhitened(state.prior, mean), covariance: covarianceOf(state.prior, covariance) };
}

function unwhitened({ axes, deviations, mean }: Whitening, along: Float64Array): Float64Array {
  const d = mean.length;
  const out = mean.slice();
  for (let r = 0; r < along.length; r++) {
    for (let o = 0; o < d; o++) out[o] += along[r] * deviations[r] * axes[r * d + o];
  }
  return out;
}

function covarianceOf({ axes, deviations, mean }: Whitening, whitenedCovariance: Float64Array): Float64Array {
  const d = mean.length;
  const rank = deviations.length;
  const left = new Float64Array(rank * d);
  for (let r = 0; r < rank; r++) {
    for (let s = 0; s < rank; s++) {
      const value = whitenedCovariance[r * rank + s] * deviations[r] * deviations[s];
      for (let o = 0; o < d; o++) left[r * d + o] += value * axes[s * d + o];
    }
  }
  const out = new Float64Array(d * d);
  for (let r = 0; r < rank; r++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) out[i * d + j] += axes[r * d + i] * left[r * d + j];
    }
  }
  return out;
}
