/**
 * Measurements that would mean nothing.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const EvaluationError = errorsOf('EvaluationError', {
  EVALUATION_TOO_FEW_ITEMS: { kind: 'input', about: 'fewer items can be drawn than negatives were asked for' },
  EVALUATION_BAD_SCORES: { kind: 'input', about: 'the scores of a method cannot be ranked: NaN, or not one an item' },
  EVALUATION_NOT_PAIRED: { kind: 'input', about: 'two results were not measured on the same positives' },
  EVALUATION_NO_POSITIVES: { kind: 'input', about: 'nothing is left to take a mean of' },
});
export type EvaluationError = InstanceType<typeof EvaluationError>;
