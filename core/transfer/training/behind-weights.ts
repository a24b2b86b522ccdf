/**
 * Numbers of a shared model that no optimiser moves: a round's opened sum replaces them. They stand behind the weights, in
 * the same masked sum and under the same clip. First the means of platforms (platform-means.ts), then the progress of rounds
 * that may stop early (stopping.ts).
 * @module
 */
import type { SharedModel, SharedPlan } from '../encoder.ts';
import { nextMeans, sizeOfMeans } from './platform-means.ts';
import { nextProgress, NO_PROGRESS, progressOf, withProgress } from './stopping.ts';

export type Behind = Pick<SharedPlan, 'means' | 'stopping'>;

function sizeBehind({ means, stopping }: Behind): number {
  return (means === undefined ? 0 : sizeOfMeans(means)) + (stopping === undefined ? 0 : NO_PROGRESS.length);
}

/** The numbers that an optimiser moves. */
export function weightsOf(plan: Behind, model: SharedModel): SharedModel {
  return model.subarray(0, model.length - sizeBehind(plan));
}

/** A first model: nothing is known behind its weights. */
export function withNothingBehind(plan: Behind, weights: SharedModel): SharedModel {
  const model = new Float32Array(weights.length + sizeBehind(plan));
  model.set(weights);
  return plan.stopping === undefined ? model : withProgress(model, NO_PROGRESS);
}

/**
 * The model after a round.
 * @param weights those after the round.
 * @param sum the opened sums of the places behind the weights.
 * @param noiseDeviation standard deviation of the noise in each of them.
 */
export function withNextBehind(
  plan: Behind,
  before: SharedModel,
  weights: SharedModel,
  sum: Float64Array,
  noiseDeviation: number,
): SharedModel {
  const model = before.slice();
  model.set(weights);
  if (plan.means !== undefined) {
    const end = weights.length + sizeOfMeans(plan.means);
    model.set(nextMeans(plan.means, before.subarray(weights.length, end), sum, noiseDeviation), weights.length);
  }
  if (plan.stopping === undefined) return model;
  return withProgress(model, nextProgress(progressOf(before), [...sum.subarray(-NO_PROGRESS.length)], noiseDeviation));
}
