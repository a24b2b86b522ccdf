/**
 * The operating system's clock and generator, as core takes them.
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
    // A pending deadline keeps no process alive: open sockets and unfinished work do.
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: RandomSource = { bytes: (length) => randomFillSync(new Uint8Array(length)) };

/** The same generator for every purpose. */
export const systemStreams = oneSource(systemRandom);
