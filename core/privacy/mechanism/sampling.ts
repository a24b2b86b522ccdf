/**
 * Poisson sampling of persons: for every round each platform tosses a coin for each of its persons, and keeps the coins.
 *
 * Where it amplifies, and where not:
 * - against the coordinator, the world and colluding platforms: yes. The coins of honest platforms are private randomness;
 *   a colluding platform knows its own coins, but also its own contributions, which it can subtract: what is left of a
 *   person in a sum is what honest platforms added, by coins it does not see.
 * - against whoever knows the coins, a platform towards its own persons to begin with: no (`eventKnowingCoins`).
 * - which platforms are in a cohort: no. The coordinator chooses them.
 * - a platform's own sums: not offered. With everybody in them they are worth more.
 *
 * A person on M platforms is in a sum with probability 1 - (1 - q)^M. Given that, the sum moves by a mixture of shifts,
 * none longer than the sensitivity; Renyi divergence is quasi-convex, so the worst single shift bounds the mixture.
 * @module
 */
import { PrivacyError } from './errors.ts';
import type { PersonSampling } from './mechanism.ts';

const WORD = 2 ** 32;

/** @param platforms M. @throws PrivacyError PRIVACY_BAD_PARAMETER for a rate outside [0.01, 1). */
export function personSampling(rate: number, platforms: number): PersonSampling {
  if (!(rate >= 0.01 && rate < 1)) {
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', `sampling must be from 0.01 to below 1, and is ${rate}`);
  }
  const exact = Math.floor(rate * WORD) / WORD;
  return { rate: exact, personRate: -Math.expm1(platforms * Math.log1p(-exact)) };
}
