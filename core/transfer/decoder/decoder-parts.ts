/**
 * The inputs and parts of a decoder. Types only.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Prng } from '../../random/prng.ts';
import type { Factorise } from '../factors/factor-memory.ts';
import type { Regression } from './regression.ts';
import type { HeldScores } from './score-map.ts';

export interface DecoderContext {
  /** The target's domain, without the interactions of cold persons. */
  readonly domain: Domain;
  /** Factorises the target or a part of its persons, with the same method and settings each time. */
  readonly factorise: Factorise;
  readonly random: Prng;
}

/** What scores are made from. */
export interface Fitted {
  readonly regression: Pick<Regression, 'layout' | 'map'>;
  readonly scores: HeldScores;
}
