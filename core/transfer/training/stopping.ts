/**
 * Early stopping by a charged loss. One person in five is held out: this person teaches nothing, and adds instead how well
 * the shared model predicts the own history. Both kinds of contributions have one clip and are in one masked sum, so the
 * loss costs no further release. The rounds stop when the loss of the held-out persons has not fallen in so many rounds by
 * more than its noise explains; the shared model is then the one whose loss was the lowest.
 *
 * A held-out person adds (1, l) times clip / sqrt 2 to two coordinates behind the parameters, with l = min(1, loss / unit). So
 * the opened sums of the two tell a count and a mean, whichever platforms took part. In the shared model the same two places
 * hold the lowest mean so far, and the rounds since: a function of opened sums alone, which every platform reads alike.
 *
 * Prechelt, "Early stopping - but when?", 1998 (criterion UP); persons in place of examples, under person-level privacy.
 * @module
 */
import type { WrittenContribution } from '../../privacy/mechanism/mechanism.ts';
import type { SharedBlock, SharedModel, SharedPlan } from '../encoder.ts';

/** Share of the persons who are held out. */
export const HELD_OUT_SHARE = 0.2;
/** Deviations of the noise by which a mean loss must fall to count as lower. */
const DEVIATIONS = 2;

/** The last block of a shared model that stops early. */
export const PROGRESS: SharedBlock = { name: 'progress', shape: [2] };
/** Its numbers before the first round: no mean is above 1, and none was measured. */
export const NO_PROGRESS: readonly number[] = [1, 0];

/** The model with another progress. */
export function withProgress(model: SharedModel, progress: readonly number[]): SharedModel {
  const moved = model.slice();
  moved.set(progress, model.length - progress.length);
  return moved;
}

/** What a held-out person adds. @param places number of the model's numbers. @param loss in units, 0 or more. */
export function heldOutContribution(places: number, loss: number, clip: number): WrittenContribution {
  const each = clip * Math.SQRT1_2;
  return {
    indices: Uint32Array.of(places - 2, places - 1),
    values: Float32Array.of(each, each * Math.min(1, loss)),
  };
}

/**
 * The progress after a round.
 * @param before lowest mean loss so far, and rounds since.
 * @param sum the opened sums of the two coordinates: count and losses, both in the same unit.
 * @param noiseDeviation standard deviation of the noise in each of them.
 */
export function nextProgress(
  [lowest, waited]: readonly number[],
  [count, losses]: readonly number[],
  noiseDeviation: number,
): readonly [lowest: number, waited: number] {
  // As the model holds it, so that an equal mean is no fall.
  const mean = Math.fround(losses / count);
  // Of the difference of two means, each a ratio of noisy sums.
  const deviation = (Math.SQRT2 * noiseDeviation * Math.hypot(1, mean)) / count;
  // A count within its noise says nothing, and NaN is no fall.
  const hasFallen = count > DEVIATIONS * noiseDeviation && mean < lowest - DEVIATIONS * deviation;
  return hasFallen ? [mean, 0] : [lowest, waited + 1];
}

/** The progress in a shared model. */
export function progressOf(model: SharedModel): readonly number[] {
  return Array.from(model.subarray(model.length - NO_PROGRESS.length));
}

/** True if no further round begins from this shared model. */
export function isStopped({ stopping }: Pick<SharedPlan, 'stopping'>, model: SharedModel): boolean {
  return stopping !== undefined && progressOf(model)[1] >= stopping.patience;
}

/**
 * The round whose model had the lowest loss; 0 is the first model.
 * @param model the shared model after `round`. A round measures the model that it begins with.
 */
export function bestRound(model: SharedModel, round: number): number {
  return Math.max(0, round - 1 - progressOf(model)[1]);
}
