/**
 * Errors of the coordinator.
 * @module
 */
import { errorsOf } from '../core/errors/coded-error.ts';
import { StoreError } from '../host/errors/store-errors.ts';

export const CoordinatorError = errorsOf('CoordinatorError', {
  COORDINATOR_IDENTITY: { kind: 'input', about: "the key file is not the one of the manifest's coordinator" },
});
export type CoordinatorError = InstanceType<typeof CoordinatorError>;

/** The store's records contradict what it is asked to record. */
export function conflict({ round, attempt }: { round: number; attempt: number }, why: string): StoreError {
  return new StoreError('STORE_CONFLICT', `round ${round}, attempt ${attempt}: ${why}`);
}
