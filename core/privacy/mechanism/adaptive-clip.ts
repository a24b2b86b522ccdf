/**
 * A clip that follows a quantile of the contributions' lengths: Andrew, Thakkar, McMahan and Ramaswamy (2021),
 * "Differentially Private Learning with Adaptive Clipping". The count of persons below the clip is part of the same
 * masked sum, so that update and count are bounded, noised, charged and released as one vector.
 *
 * A person's vector v of length n, at a clip C, becomes (v / max(C, n), w x vote). The plan's integer clip bounds both
 * parts together by sqrt(1 + w^2), which is the factor that the count costs in noise. With the quantile g and m =
 * max(g, 1 - g), the vote is +g/m if n > C, -(1 - g)/m if 0 < n <= C, and 0 if n = 0. Votes cancel if a share g of the
 * persons with n > 0 is within the clip. That holds for any number of persons, so no second count is needed.
 *
 * The clip is the shared model's last parameter: a function of the manifest and of opened sums alone.
 * @module
 */
import { PrivacyError } from './errors.ts';
import type { AdaptiveClip, Contribution, PlannedSum, SumQuery } from './mechanism.ts';
import { lengthOf, scaledBlocks } from './written-out.ts';

/** w: the votes make the noise sqrt(1 + w^2) = 1.02 times as large. */
const VOTE_WEIGHT = 0.2;
/**
 * Step size of the clip: it changes by a factor of e per round when all votes agree. It is large because there are few
 * rounds.
 */
const STEP = 1;
/** However large the noise, the clip stays within this factor of its initial value. */
const LARGEST_CHANGE = 1024;

/** The query of a masked sum with votes: one coordinate longer, and in units of the clip. @param split M. */
export function adaptiveQuery(query: SumQuery, split: number): SumQuery {
  return { ...query, dimension: query.dimension + 1, clip: split * Math.hypot(1, VOTE_WEIGHT) };
}

/** @param split M: each platform's clip is the query's divided by M. @throws PrivacyError PRIVACY_BAD_PARAMETER */
export function adaptiveClip(query: SumQuery, split: number, quantile: number): AdaptiveClip {
  if (!(quantile >= 0.05 && quantile <= 0.95)) {
    throw new PrivacyError(
      'PRIVACY_BAD_PARAMETER',
      `the clip's quantile must be from 0.05 to 0.95, and is ${quantile}`,
    );
  }
  return { quantile, initial: Math.fround(query.clip / split) };
}

/**
 * One person's contribution in units of the clip, with the vote added. @param clip the clip of this round, the same for
 * everybody.
 */
export function votingContribution(sum: PlannedSum, clip: number, contribution: Contribution): Contribution {
  if (sum.adaptiveClip === undefined) return contribution;
  const length = lengthOf(contribution);
  const factor = 1 / Math.max(clip, length);
  const vote = VOTE_WEIGHT * voteOf(sum.adaptiveClip, length, clip);
  if ('blocks' in contribution) {
    const last = { offset: sum.dimension - 1, rows: 1, columns: 1, left: null, right: Float32Array.of(vote) };
    return { blocks: [...scaledBlocks(contribution, factor), last] };
  }
  const { indices, values } = contribution;
  const extended = new Float32Array(values.length + 1);
  // NaN and infinity pass through: the pipeline then zeroes the whole contribution.
  for (let i = 0; i < values.length; i++) extended[i] = values[i] * factor;
  extended[values.length] = vote;
  if (indices === undefined) return { values: extended };
  const places = new Uint32Array(indices.length + 1);
  places.set(indices);
  places[indices.length] = sum.dimension - 1;
  return { indices: places, values: extended };
}

function voteOf({ quantile }: AdaptiveClip, length: number, clip: number): number {
  if (length === 0) return 0;
  const largest = Math.max(quantile, 1 - quantile);
  return (length > clip ? quantile : quantile - 1) / largest;
}

/** Converts a mean update back to the strategy's units. @param mean decoded, and divided by the public denominator. */
export function withoutVotes(mean: Float64Array, clip: number): Float64Array {
  return mean.subarray(0, mean.length - 1).map((value) => value * clip);
}

/** The next round's clip, from this round's clip and the mean, whose last coordinate is the mean vote. */
export function nextClip({ initial }: AdaptiveClip, clip: number, mean: Float64Array): number {
  const vote = mean[mean.length - 1] / VOTE_WEIGHT;
  const next = clip * Math.exp(STEP * Math.min(1, Math.max(-1, vote)));
  return Math.fround(Math.min(initial * LARGEST_CHANGE, Math.max(initial / LARGEST_CHANGE, next)));
}
