/**
 * Randomness by purpose. The draws of one purpose depend neither on the number nor on the time of another's draws. With one
 * stream for everything, the results of a seeded run would depend on the timing of its messages.
 * @module
 */
import { seededRandom } from './seeded.ts';
import type { RandomSource } from './source.ts';

export interface RandomStreams {
  /**
   * @param purpose unique to one use, for example `code/1/books/<pseudonym>`: a seeded stream begins again each time it is asked
   * for, and would repeat its bytes.
   */
  of(purpose: string): RandomSource;
}

/** Gives the same source to every purpose, for a source of fresh bytes such as the operating system's. */
export function oneSource(source: RandomSource): RandomStreams {
  return { of: () => source };
}

/** Gives each purpose its own keystream of {@link seededRandom}, for tests and simulations. */
export function seededStreams(seed: string): RandomStreams {
  return { of: (purpose) => seededRandom(`${seed}\0${purpose}`) };
}
