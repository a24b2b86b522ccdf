/**
 * How the bound on one person is split over the platforms that person may be on: evenly, or by public weights, so that a
 * platform whose histories say more may take more of it. Whichever M platforms a person is on, the parts add up to at
 * most the whole: the M heaviest do so exactly.
 *
 * Sums that each platform releases alone are the third way, disjoint blocks: nothing is split, and what a person on M
 * platforms costs is the root of the sum of squares, which is what composing them gives.
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
 * A masked sum as one platform bounds it. @param share its part of the whole bound.
 * @throws PrivacyError PRIVACY_PLAN_REFUSED where no integer clip is left, or one beyond exact arithmetic.
 */
export function sharedClip(sum: PlannedSum, share: number): PlannedSum {
  const integerClip = Math.floor(sum.integerSensitivity * share);
  if (integerClip >= 1 && integerClip <= LARGEST_INTEGER_CLIP) return { ...sum, integerClip };
  throw new PrivacyError(
    'PRIVACY_PLAN_REFUSED',
    `sum ${sum.label}: a clip weight that takes ${share.toPrecision(3)} of the bound leaves an integer clip of ${integerClip}, which must be from 1 to 2^25; bring the weights nearer to each other`,
  );
}
