/**
 * The system's clock, and waiting on any clock.
 * @module
 */
import type { Clock } from '../core/time/clock.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    // Waiting keeps no process alive: what is worth waiting for does.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Unix seconds, the unit of consents and expiries. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}
