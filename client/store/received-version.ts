/**
 * Equality of versions of received representations.
 * @module
 */
import type { ReceivedVersion } from './platform-store.ts';

/** True if both the epoch and the shared model's round agree. */
export function isSameVersion(a: ReceivedVersion, b: ReceivedVersion): boolean {
  return a.epoch === b.epoch && a.modelRound === b.modelRound;
}
