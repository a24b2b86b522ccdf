/**
 * Estimates of what a recommender would earn, from the log of another one.
 * @module
 */
import { EvaluationError } from './errors.ts';

/** One logged recommendation. */
export interface LoggedChoice {
  /** Probability with which the logging recommender showed this item to this person. In (0, 1]. */
  readonly propensity: number;
  /** Probability with which the evaluated recommender would have shown it. In [0, 1]. */
  readonly wanted: number;
  /** What was earned, for example 1 for a click. */
  readonly reward: number;
}

export interface OffPolicyEstimate {
  /** Mean reward of one recommendation. */
  readonly value: number;
  /** Number of recommendations with equal weights that would be as certain (Kish 1965): (sum w)^2 / sum w^2. */
  readonly effective: number;
}

/**
 * The self-normalised inverse propensity estimate, sum w r / sum w with w = wanted / propensity (Swaminathan and Joachims, "The
 * self-normalized estimator for counterfactual learning", NeurIPS 2015, eq. 6). It is biased of order 1 / n, and its
 * variance is much smaller than that of the plain estimate.
 * @throws EvaluationError EVALUATION_PROPENSITY if a propensity is not in (0, 1], or nothing logged is wanted.
 */
export function selfNormalised(log: Iterable<LoggedChoice>): OffPolicyEstimate {
  let weights = 0;
  let squares = 0;
  let earned = 0;
  for (const { propensity, reward, wanted } of log) {
    if (!(propensity > 0 && propensity <= 1)) {
      throw new EvaluationError('EVALUATION_PROPENSITY', `a propensity is above 0 and at most 1; got ${propensity}`);
    }
    const weight = wanted / propensity;
    weights += weight;
    squares += weight * weight;
    earned += weight * reward;
  }
  if (!(weights > 0)) {
    throw new EvaluationError(
      'EVALUATION_PROPENSITY',
      'the log has nothing that the evaluated recommender would show: it says nothing about it',
    );
  }
  return { value: earned / weights, effective: (weights * weights) / squares };
}
