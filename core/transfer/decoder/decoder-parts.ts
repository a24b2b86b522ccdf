/**
 * The parts that a decoder is fitted from and consists of. Types only.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Prng } from '../../random/prng.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { Regression } from './regression.ts';
import type { HeldScores } from './score-map.ts';

export interface DecoderContext {
  /** The target, cold persons hidden. */
  readonly domain: Domain;
  /** Factors of the target, or of a part of its persons: the same method and settings both times. */
  readonly factorise: (domain: Domain) => Factors;
  readonly random: Prng;
}

/** Regression and scores of a decoder with at least one source. */
export interface Fitted {
  readonly regression: Regression;
  readonly scores: HeldScores;
}
