/**
 * Errors of the commands themselves.
 * @module
 */
import { errorsOf } from '../core/errors/coded-error.ts';

export const CommandError = errorsOf('CommandError', {
  RECOMMEND_WHO: { kind: 'usage', about: 'a recommendation was asked for nobody, or for two names at once' },
  CONSENT_WHO: { kind: 'usage', about: 'a consent names nobody' },
  LEDGER_WHICH: { kind: 'usage', about: 'no ledger was named, or two' },
  INIT_PLATFORMS: { kind: 'usage', about: 'no platforms were named' },
  INIT_COUNTS: { kind: 'usage', about: 'a list does not have one entry for each platform' },
  INIT_EXISTS: { kind: 'input', about: 'the folder holds a federation already' },
  INIT_UNWRITABLE: { kind: 'resource', about: 'the folder of the new federation cannot be written' },
  MANIFEST_UNWRITABLE: { kind: 'resource', about: 'the manifest cannot be written' },
});
export type CommandError = InstanceType<typeof CommandError>;
