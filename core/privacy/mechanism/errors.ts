/**
 * @module
 */

/** What can be wrong with a privacy plan, a contribution or a ledger. Each code is documented in docs/privacy.md. */
export type PrivacyErrorCode =
  /** A number outside its range, in a plan's options or a mechanism's parameters. */
  | 'PRIVACY_BAD_PARAMETER'
  /** A federation too small, or with too many colluding platforms, for any claim. */
  | 'PRIVACY_PLAN_REFUSED'
  /** The noised sum would not fit the ring. */
  | 'PRIVACY_RING_OVERFLOW'
  /** A contribution of another shape than the declared sum. */
  | 'PRIVACY_CONTRIBUTION_SHAPE'
  /** A sum that was not declared, or asked for more often than declared. */
  | 'PRIVACY_UNDECLARED_SUM'
  /** The next release would spend more than the budget holds. */
  | 'PRIVACY_BUDGET_EXHAUSTED'
  /** A ledger whose hash chain, order or contents are not what they must be. */
  | 'PRIVACY_LEDGER_BROKEN'
  /** A coordinator's ledger that lacks, reorders or lowers what this platform has charged. */
  | 'PRIVACY_LEDGER_REFUSED';

/** `code` is stable; the message names cause and remedy. */
export class PrivacyError extends Error {
  override readonly name = 'PrivacyError';
  readonly code: PrivacyErrorCode;

  constructor(code: PrivacyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
