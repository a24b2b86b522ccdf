/**
 * Exploration for a new person: the belief that came with the released vectors (the readout `bayes`) is drawn from, the best item under
 * the draw is shown, and its reward sharpens the belief (Thompson, Biometrika 1933; linear: Agrawal and Goyal, ICML 2013).
 * @module
 */
import type { PersonPosterior } from '../decoder/readout.ts';
import { choleskyInPlace } from '../linear-algebra/cholesky.ts';
import { gram } from '../linear-algebra/products.ts';
import type { Prng } from '../../random/prng.ts';

/** How a reward follows from an item's score: reward = intercept + slope score + an error. */
export interface RewardLine {
  readonly intercept: number;
  /** Above 0. */
  readonly slope: number;
  /** Standard deviation of the error. Above 0. */
  readonly deviation: number;
}

/** Least share of the rewards' deviation that counts as error, and least slope: no line is believed wholly. */
const LEAST = 1e-3;

/** The line through scores and rewards of persons whose vectors are known, by least squares. */
export function rewardLine(scores: ArrayLike<number>, rewards: ArrayLike<number>): RewardLine {
  const n = scores.length;
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0) / n;
  const [score, reward] = [mean(scores), mean(rewards)];
  let both = 0;
  let spread = 0;
  let rewarded = 0;
  for (let i = 0; i < n; i++) {
    both += (scores[i] - score) * (rewards[i] - reward);
    spread += (scores[i] - score) ** 2;
    rewarded += (rewards[i] - reward) ** 2;
  }
  const slope = Math.max(LEAST, spread > 0 ? both / spread : 0);
  const left = Math.max(LEAST * rewarded, rewarded - 2 * slope * both + slope ** 2 * spread);
  return { intercept: reward - slope * score, slope, deviation: Math.sqrt(left / n) || LEAST };
}

/** The belief about a person of whom nothing is known: mean and covariance of other persons' vectors. */
export function beliefOfAnybody(vectors: Float32Array, dimension: number): PersonPosterior {
  const persons = vectors.length / dimension;
  const mean = new Float64Array(dimension);
  vectors.forEach((value, at) => (mean[at % dimension] += value / persons));
  const centred = Float64Array.from(vectors, (value, at) => value - mean[at % dimension]);
  return { mean, covariance: gram(centred, dimension).map((value) => value / persons) };
}

/** The belief after an item was shown and earned a reward (Bayesian linear regression: Bishop 2006, eq. 3.50 for one row). */
export function afterReward(
  { covariance, mean }: PersonPosterior,
  item: ArrayLike<number>,
  reward: number,
  { deviation, intercept, slope }: RewardLine,
): PersonPosterior {
  const d = mean.length;
  const along = new Float64Array(d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) along[i] += covariance[i * d + j] * item[j];
  let expected = 0;
  let variance = (deviation / slope) ** 2;
  for (let i = 0; i < d; i++) {
    expected += item[i] * mean[i];
    variance += item[i] * along[i];
  }
  const surprise = ((reward - intercept) / slope - expected) / variance;
  return {
    mean: mean.map((value, i) => value + along[i] * surprise),
    covariance: covariance.map((value, at) => value - (along[Math.floor(at / d)] * along[at % d]) / variance),
  };
}

/** Share of the mean variance that is added to each direction before the root is taken: some have none. */
const JITTER = 1e-6;

/** A vector drawn from the belief. */
export function drawnFrom({ covariance, mean }: PersonPosterior, prng: Prng): Float64Array /* [dimension] */ {
  const d = mean.length;
  const root = covariance.slice();
  let trace = 0;
  for (let i = 0; i < d; i++) trace += Math.max(0, covariance[i * d + i]);
  if (trace === 0) return mean.slice();
  for (let i = 0; i < d; i++) root[i * d + i] += (JITTER * trace) / d;
  choleskyInPlace(root, d);
  const normal = Float64Array.from({ length: d }, () => prng.gaussian());
  return mean.map((value, i) => {
    let sum = value;
    for (let j = 0; j <= i; j++) sum += root[i * d + j] * normal[j];
    return sum;
  });
}
