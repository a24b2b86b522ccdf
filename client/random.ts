/**
 * The operating system's generator, as core takes it.
 * @module
 */
import { randomFillSync } from 'node:crypto';
import type { RandomSource } from '../core/random/source.ts';
import { oneSource } from '../core/random/streams.ts';

export const systemRandom: RandomSource = { bytes: (length) => randomFillSync(new Uint8Array(length)) };

export const systemStreams = oneSource(systemRandom);
