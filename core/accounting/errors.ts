/**
 * Errors of the accountant.
 * @module
 */

/** A parameter outside its range. */
export class PrivacyParameterError extends Error {
  readonly code = 'PRIVACY_PARAMETER_INVALID';
  override readonly name = 'PrivacyParameterError';
  constructor(parameter: string, value: unknown, expected: string) {
    super(`${parameter} is ${String(value)}: expected ${expected}`);
  }
}

/** An event for which the chosen accountant has no bound. */
export class PrivacyEventUnsupportedError extends Error {
  readonly code = 'PRIVACY_EVENT_UNSUPPORTED';
  override readonly name = 'PrivacyEventUnsupportedError';
  constructor(accountant: string, event: string, remedy: string) {
    super(`the ${accountant} accountant has no bound for ${event}: ${remedy}`);
  }
}

/** No parameter within reach meets the target. */
export class PrivacyTargetUnreachableError extends Error {
  readonly code = 'PRIVACY_TARGET_UNREACHABLE';
  override readonly name = 'PrivacyTargetUnreachableError';
}
