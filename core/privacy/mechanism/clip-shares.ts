/**
 * Splits the bound on one person over the platforms that the person may be on: evenly, or by public weights, so that a
 * platform with more informative histories can take a larger part. For any M platforms the parts add up to at most the
 * whole; for the M heaviest they add up to exactly the whole.
 *
 * Sums that a platform releases alone are disjoint blocks: nothing is split. A person on M platforms then costs the
 * root of the sum of squares, which is the result of composing these sums.
 * @module
 */
import { PrivacyError } from './errors.ts';
import type { PlannedSum } from './mechanism.ts';
import { LARGEST_INTEGER_CLIP } from './pipeline.ts';

/** Each platform's part of the whole bound, at most 1. @param split M. */
export function clipShares(weights: readonly number[], split: number): readonly number[] {
  for (const weight of weights) {
    if (weight > 0 && Number.isFinite(weight)) continue;
    throw new PrivacyError('PRIVACY_BAD_PARAMETER', `a platform's clip weight must be above 0, and is ${weight}`);
  }
  const heaviest = weights
    .toSorted((a, b) => b - a)
    .slice(0, split)
    .reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / heaviest);
}

/**
 * The integer clip K of one platform in a masked sum. @param share the platform's part of the whole bound.
 * @throws PrivacyError PRIVACY_PLAN_REFUSED if the integer clip would be below 1, or too large for exact arithmetic.
 */
export function sharedClip(sum: PlannedSum, share: number): number {
  const integerClip = Math.floor(sum.integerSensitivity * share);
  if (integerClip >= 1 && integerClip <= LARGEST_INTEGER_CLIP) return integerClip;
  throw new PrivacyError(
    'PRIVACY_PLAN_REFUSED',
    `sum ${sum.label}: a clip weight that takes ${share.toPrecision(3)} of the bound leaves an integer clip of ${integerClip}, which must be from 1 to 2^25; bring the weights nearer to each other`,
  );
}
