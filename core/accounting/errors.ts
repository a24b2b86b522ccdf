/**
 * Errors of the accountants, and of the reference figures with which they are compared.
 * @module
 */
import { errorsOf } from '../errors/coded-error.ts';

export const AccountantError = errorsOf('AccountantError', {
  PRIVACY_PARAMETER_INVALID: {
    kind: 'privacy',
    about: 'a parameter of an event or an accountant is outside its range',
  },
  PRIVACY_EVENT_UNSUPPORTED: { kind: 'privacy', about: 'the chosen accountant has no bound for this event' },
  PRIVACY_TARGET_UNREACHABLE: { kind: 'privacy', about: 'no parameter within reach meets the target' },
  REFERENCE_MALFORMED: { kind: 'input', about: 'a file of reference figures, or a row of it, is not in the format' },
});
export type AccountantError = InstanceType<typeof AccountantError>;

/** The error for a parameter outside its range. */
export function parameterInvalid(parameter: string, value: unknown, expected: string): AccountantError {
  return new AccountantError('PRIVACY_PARAMETER_INVALID', `${parameter} is ${String(value)}: expected ${expected}`);
}

/** The error for an event for which the chosen accountant has no bound. */
export function eventUnsupported(accountant: string, event: string, remedy: string): AccountantError {
  return new AccountantError(
    'PRIVACY_EVENT_UNSUPPORTED',
    `the ${accountant} accountant has no bound for ${event}: ${remedy}`,
  );
}
