/**
 * Errors of predicted ratings, in the units of the scale.
 * @module
 */
import { EvaluationError } from './errors.ts';

export interface RatingErrors {
  /** Root of the mean squared error. */
  readonly RMSE: number;
  /** Mean absolute error. */
  readonly MAE: number;
}

/** @throws EvaluationError EVALUATION_NO_POSITIVES without a rating. */
export function ratingErrors(predicted: readonly number[], actual: readonly number[]): RatingErrors {
  if (actual.length === 0) throw new EvaluationError('EVALUATION_NO_POSITIVES', 'there is no hidden rating to predict');
  const errors = actual.map((rating, i) => Math.abs(predicted[i] - rating));
  return {
    RMSE: Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length),
    MAE: errors.reduce((sum, error) => sum + error, 0) / errors.length,
  };
}
