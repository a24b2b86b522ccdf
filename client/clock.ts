/**
 * The clock in the unit of consents and expiries.
 * @module
 */
import type { Clock } from '../core/time/clock.ts';

/** Unix seconds. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
