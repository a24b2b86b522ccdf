/**
 * The operating system's clock and random generator, in the form in which core/ takes them as arguments.
 * @module
 */
import { randomFillSync } from 'node:crypto';
import type { Clock } from '../core/time/clock.ts';
import type { RandomSource } from '../core/random/source.ts';
import { oneSource } from '../core/random/streams.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    // A pending timer must not keep the process alive. Open sockets and unfinished work do.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomSource = { bytes: (length) => randomFillSync(new Uint8Array(length)) };

/** Gives the system's generator to every purpose. */
export const systemStreams = oneSource(systemRandom);
