/**
 * The parts of the shared model: the parameters that the encoder trains, and the adaptive clip if the manifest asks
 * for one.
 * @module
 */
import { nextClip, withoutVotes } from '../privacy/mechanism/adaptive-clip.ts';
import type { Encoder, SharedModel, SharedPlan } from '../transfer/encoder.ts';
import { weightsOf, withNextBehind } from '../transfer/training/behind-weights.ts';
import { bestRound, isStopped, progressOf, withProgress } from '../transfer/training/stopping.ts';
import { roundSum } from './attempt.ts';
import { serverOptimiser } from './optimiser.ts';
import type { OptimiserState, OptimiserStep } from './optimiser.ts';
import type { FederationPlan } from './plan.ts';

/** The part of the shared model that the encoder trains. */
export function trainedPart(plan: FederationPlan, model: SharedModel): SharedModel {
  return model.subarray(0, trainedParameters(plan, model));
}

/**
 * The adaptive bound on one person's contribution in this round, in the encoder's units; undefined if the plan fixes the
 * bound.
 */
export function clipOf(plan: FederationPlan, model: SharedModel): number | undefined {
  return trainedParameters(plan, model) < model.length ? model[model.length - 1] : undefined;
}

/**
 * Computes the model after a round.
 * @param mean the decoded sum over the public denominator, as long as the model.
 * @param state state of the optimiser; undefined before the first round.
 */
export function nextModel(
  plan: FederationPlan,
  model: SharedModel,
  mean: Float64Array,
  state: OptimiserState | undefined,
): OptimiserStep {
  const trained = trainedPart(plan, model);
  const clip = clipOf(plan, model);
  const { adaptiveClip } = roundSum(plan);
  const isAdaptive = clip !== undefined && adaptiveClip !== undefined;
  const moved = nextTrained(plan.encoder, plan.shared, trained, {
    mean: isAdaptive ? withoutVotes(mean, clip) : mean,
    noiseDeviation: noiseDeviation(plan),
    state,
  });
  if (!isAdaptive) return moved;
  const next = new Float32Array(model.length);
  next.set(moved.model);
  next[trained.length] = nextClip(adaptiveClip, clip, mean);
  return { ...moved, model: next };
}

/** An opened sum over its public denominator, and the optimiser's state before it; undefined before the first round. */
interface Moving {
  readonly mean: Float64Array;
  /** Standard deviation of the noise in one number of the sum. */
  readonly noiseDeviation: number;
  readonly state: OptimiserState | undefined;
}

/** The next trained part: a step of the optimiser, or what the encoder computes from the sum itself. */
export function nextTrained(
  { advance }: Pick<Encoder, 'advance'>,
  shared: SharedPlan,
  model: SharedModel,
  { mean, noiseDeviation: deviation, state }: Moving,
): OptimiserStep {
  const sumOf = (part: Float64Array): Float64Array => part.map((value) => value * shared.denominator);
  if (advance !== undefined) {
    const earlier = state?.steps ?? 0;
    const next = advance(shared, model, { sum: sumOf(mean), earlier, noiseDeviation: deviation });
    return { model: next, state: { steps: earlier + 1, moments: [] } };
  }
  const optimiser = serverOptimiser(shared.optimiser);
  const weights = weightsOf(shared, model);
  const moved = optimiser.step(
    weights,
    mean.subarray(0, weights.length),
    state ?? optimiser.initialState(weights.length),
  );
  if (weights.length === model.length) return moved;
  const behind = sumOf(mean.subarray(weights.length));
  return { ...moved, model: withNextBehind(shared, model, moved.model, behind, deviation) };
}

/**
 * The model that a federation keeps after a round: that with the lowest loss, if the rounds stop with it.
 * @param at the shared model after an earlier round.
 */
export function keptModel(
  shared: SharedPlan,
  model: SharedModel,
  round: number,
  at: (round: number) => SharedModel,
): SharedModel {
  if (!isStopped(shared, model)) return model;
  return withProgress(at(bestRound(model, round)), progressOf(model));
}

/** Standard deviation of the noise in one number of an opened sum, in the encoder's units, if every platform took part. */
export function noiseDeviation(plan: FederationPlan): number {
  const { localSigma, scale, sampling } = roundSum(plan);
  return (localSigma * Math.sqrt(plan.privacy.platformCount)) / (scale * (sampling?.rate ?? 1));
}

function trainedParameters({ shared }: FederationPlan, model: SharedModel): number {
  const parameters = shared.blocks.reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0);
  return Math.min(parameters, model.length);
}
