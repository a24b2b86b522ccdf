/**
 * A clip that follows a quantile of the contributions' lengths: Andrew, Thakkar, McMahan and Ramaswamy (2021),
 * "Differentially Private Learning with Adaptive Clipping", with the count of persons below the clip inside the same
 * masked sum, so that it is bounded, noised, charged and released as one vector with the update.
 *
 * A person's vector of length n, at a clip C, becomes (v / max(C, n), w x vote). The plan's integer clip bounds both parts
 * together by sqrt(1 + w^2): that root is what the count costs. The vote is +g/m above the clip, -(1 - g)/m up to it and
 * 0 for a person with nothing to say, g the quantile and m = max(g, 1 - g): votes cancel when a share g of those with
 * something to say is within the clip, however many they are, so that no second count is needed.
 *
 * The clip is the shared model's last parameter: a function of the manifest and of opened sums alone.
 * @module
 */
import { PrivacyError } from './errors.ts';
import type { AdaptiveClip, Contribution, PlannedSum, SumQuery } from './mechanism.ts';

/** w: the votes cost sqrt(1 + w^2) = 1.02 times the noise. */
const VOTE_WEIGHT = 0.2;
/** Of the clip, a round: e^1 when everybody votes alike. Rounds are few, so the steps are long. */
const STEP = 1;
/** The clip stays within this factor of where it began, whatever the noise. */
const LARGEST_CHANGE = 1024;

/** The query of a masked sum with votes in it: in units of the clip, one coordinate longer. @param split M. */
export function adaptiveQuery(query: SumQuery, split: number): SumQuery {
  return { ...query, dimension: query.dimension + 1, clip: split * Math.hypot(1, VOTE_WEIGHT) };
}

/** @param split M: each platform's clip is that part of the query's. @throws PrivacyError PRIVACY_BAD_PARAMETER */
export function adaptiveClip(query: SumQuery, split: number, quantile: number): AdaptiveClip {
  if (!(quantile >= 0.05 && quantile <= 0.95)) {
    throw new PrivacyError(
      'PRIVACY_BAD_PARAMETER',
      `the clip's quantile must be from 0.05 to 0.95, and is ${quantile}`,
    );
  }
  return { quantile, initial: Math.fround(query.clip / split) };
}

/** One person's contribution in units of the clip, with the vote. @param clip that everybody uses in this round. */
export function votingContribution(sum: PlannedSum, clip: number, contribution: Contribution): Contribution {
  if (sum.adaptiveClip === undefined) return contribution;
  const { indices, values } = contribution;
  let square = 0;
  for (const value of values) square += value * value;
  const length = Math.sqrt(square);
  const factor = 1 / Math.max(clip, length);
  const extended = new Float32Array(values.length + 1);
  // NaN and infinity stay what they are: the pipeline zeroes such a contribution as a whole.
  for (let i = 0; i < values.length; i++) extended[i] = values[i] * factor;
  extended[values.length] = VOTE_WEIGHT * voteOf(sum.adaptiveClip, length, clip);
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

/** A mean update, as decoded and divided by the public denominator, in the strategy's units again. */
export function withoutVotes(mean: Float64Array, clip: number): Float64Array {
  return mean.subarray(0, mean.length - 1).map((value) => value * clip);
}

/** The next round's clip. */
export function nextClip({ initial }: AdaptiveClip, clip: number, mean: Float64Array): number {
  const vote = mean[mean.length - 1] / VOTE_WEIGHT;
  const next = clip * Math.exp(STEP * Math.min(1, Math.max(-1, vote)));
  return Math.fround(Math.min(initial * LARGEST_CHANGE, Math.max(initial / LARGEST_CHANGE, next)));
}
