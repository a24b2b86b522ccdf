/**
 * Equality of versions of received representations.
 * @module
 */
import type { ReceivedVersion } from './platform-store.ts';

export function isSameVersion(a: ReceivedVersion, b: ReceivedVersion): boolean {
  return a.epoch === b.epoch && a.modelRound === b.modelRound;
}
