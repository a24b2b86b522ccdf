/**
 * Errors of measurements that would have no meaning.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const EvaluationError = errorsOf('EvaluationError', {
  EVALUATION_TOO_FEW_ITEMS: { kind: 'input', about: 'fewer items can be drawn than negatives were asked for' },
  EVALUATION_TOO_FEW_PERSONS: { kind: 'input', about: 'a cut of a platform leaves nobody to be scored' },
  EVALUATION_BAD_SCORES: { kind: 'input', about: 'the scores of a method cannot be ranked: NaN, or not one per item' },
  EVALUATION_NOT_PAIRED: { kind: 'input', about: 'two results were not measured on the same positives' },
  EVALUATION_PROPENSITY: {
    kind: 'input',
    about: 'a log of recommendations has a propensity outside (0, 1], or nothing of what is to be evaluated',
  },
  EVALUATION_NO_POSITIVES: { kind: 'input', about: 'there is no positive or no person to take a mean over' },
});
export type EvaluationError = InstanceType<typeof EvaluationError>;
