/**
 * Error codes of privacy plans, contributions and ledgers. docs/privacy.md has the remedies.
 * @module
 */
import { errorsOf } from '../../errors/coded-error.ts';

export const PrivacyError = errorsOf('PrivacyError', {
  PRIVACY_REDRAWN: { kind: 'privacy', about: 'a new version of the manifest would draw a released sum again' },
  PRIVACY_BAD_PARAMETER: { kind: 'privacy', about: "a plan's option or a mechanism's parameter is outside its range" },
  PRIVACY_PLAN_REFUSED: {
    kind: 'privacy',
    about: 'no claim can be made for this federation: too small, or too many collude',
  },
  PRIVACY_RING_OVERFLOW: { kind: 'privacy', about: 'the noised sum would not fit the ring' },
  PRIVACY_CONTRIBUTION_SHAPE: { kind: 'privacy', about: 'a contribution has another shape than the declared sum' },
  PRIVACY_UNDECLARED_SUM: { kind: 'privacy', about: 'a sum was not declared, or asked for more often than declared' },
  PRIVACY_BUDGET_EXHAUSTED: {
    kind: 'privacy',
    about: 'the next release would exceed the budget, or the attempts or uploads of the plan',
  },
  PRIVACY_LEDGER_BROKEN: {
    kind: 'privacy',
    about: "a ledger's hash chain, order or contents are not what they must be",
  },
  PRIVACY_LEDGER_REFUSED: {
    kind: 'privacy',
    about: 'a ledger lacks, alters or reorders a charge, or an entry is not allowed by the plan or its proof',
  },
});
export type PrivacyError = InstanceType<typeof PrivacyError>;
