/**
 * @module
 */

export type EvaluationErrorCode =
  /** Fewer items than negatives asked for. */
  | 'EVALUATION_TOO_FEW_ITEMS'
  /** A method's scores cannot be ranked: NaN, or not one per item. */
  | 'EVALUATION_BAD_SCORES'
  /** Two results that were not measured on the same positives. */
  | 'EVALUATION_NOT_PAIRED'
  /** Nothing to take a mean of. */
  | 'EVALUATION_NO_POSITIVES';

/** A measurement that would mean nothing: `code` is stable, the message names cause and remedy. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
  readonly code: EvaluationErrorCode;

  constructor(code: EvaluationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
