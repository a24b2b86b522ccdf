/**
 * Randomness by purpose: what one purpose draws depends neither on how much another has drawn nor on when. With one stream
 * for everything a seeded run would follow the timing of its messages.
 * @module
 */
import { seededRandom } from './seeded.ts';
import type { RandomSource } from './source.ts';

export interface RandomStreams {
  /** @param purpose unique to one use, e.g. `code/1/books/<pseudonym>`: a seeded stream asked for again begins again. */
  of(purpose: string): RandomSource;
}

/** One source for every purpose: for a source of fresh bytes, e.g. the operating system's. */
export function oneSource(source: RandomSource): RandomStreams {
  return { of: () => source };
}

/** A keystream a purpose, as {@link seededRandom} makes it: for tests and simulations. */
export function seededStreams(seed: string): RandomStreams {
  return { of: (purpose) => seededRandom(`${seed}\0${purpose}`) };
}
