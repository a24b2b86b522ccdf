/**
 * The system's clock and generator, as core takes them.
 * @module
 */
import { randomFillSync } from 'node:crypto';
import type { Clock } from '../core/time/clock.ts';
import type { RandomSource } from '../core/random/source.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    // A deadline alone keeps no process alive; the listening socket does.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomSource = { bytes: (length) => randomFillSync(new Uint8Array(length)) };
