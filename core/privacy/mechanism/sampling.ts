/**
 * Poisson sampling of persons: in every round each platform tosses a coin for each of its persons and keeps the coins
 * secret.
 *
 * Sampling amplifies privacy in some cases and not in others:
 * - Against the coordinator, the world and colluding platforms it does. The coins of honest platforms are private
 *   randomness. A colluding platform knows its own coins, but it also knows its own contributions and can subtract them.
 *   The rest of a person's contribution came from honest platforms, by coins it does not see.
 * - Against anybody who knows the coins it does not (`eventKnowingCoins`). A platform knows the coins of its own persons.
 * - The choice of platforms for a cohort does not amplify: the coordinator makes it.
 * - A platform's own sums are not sampled: they are more accurate with everybody in them.
 *
 * A person on M platforms is in a sum with probability 1 - (1 - q)^M. If so, the sum moves by a mixture of shifts, none
 * longer than the sensitivity. Renyi divergence is quasi-convex, so the worst single shift bounds the mixture.
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
