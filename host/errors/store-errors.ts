/**
 * Errors of a store: a platform's or the coordinator's.
 * @module
 */
import { errorsOf } from '../../core/errors/coded-error.ts';

export const StoreError = errorsOf('StoreError', {
  STORE_MISSING: { kind: 'resource', about: 'there is no such store' },
  STORE_LOCKED: { kind: 'resource', about: 'another process holds the store' },
  STORE_FOREIGN: { kind: 'resource', about: 'the store belongs to another federation, platform or plan' },
  STORE_UNWRITABLE: { kind: 'resource', about: 'the store cannot be opened or written' },
  STORE_FULL: { kind: 'resource', about: 'the disk of the store is full' },
  STORE_CORRUPT: { kind: 'resource', about: 'the file is not a store, or is damaged' },
  STORE_VERSION: { kind: 'resource', about: 'the store has the layout of another version' },
  STORE_CONFLICT: { kind: 'resource', about: 'a new record contradicts an earlier one' },
  STORE_CLOSED: { kind: 'resource', about: 'the store is closed: its process is stopping' },
});
export type StoreError = InstanceType<typeof StoreError>;
