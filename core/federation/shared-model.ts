/**
 * The parts of the shared model: the parameters that the encoder trains, and the adaptive clip if the manifest asks
 * for one.
 * @module
 */
import { nextClip, withoutVotes } from '../privacy/mechanism/adaptive-clip.ts';
import type { SharedModel } from '../transfer/encoder.ts';
import { roundSum } from './attempt.ts';
import { serverOptimiser } from './optimiser.ts';
import type { OptimiserState, OptimiserStep, ServerOptimiser } from './optimiser.ts';
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
  const optimiser = plan.encoder.advance === undefined ? serverOptimiser(plan.shared.optimiser) : replacing(plan);
  const trained = trainedPart(plan, model);
  const before = state ?? optimiser.initialState(trained.length);
  const clip = clipOf(plan, model);
  const { adaptiveClip } = roundSum(plan);
  if (clip === undefined || adaptiveClip === undefined) return optimiser.step(trained, mean, before);
  const moved = optimiser.step(trained, withoutVotes(mean, clip), before);
  const next = new Float32Array(model.length);
  next.set(moved.model);
  next[trained.length] = nextClip(adaptiveClip, clip, mean);
  return { ...moved, model: next };
}

/** The optimiser for an encoder that computes the next model from the sum itself. */
function replacing(plan: FederationPlan): Pick<ServerOptimiser, 'initialState' | 'step'> {
  const { encoder, shared } = plan;
  const deviation = noiseDeviation(plan);
  return {
    initialState: () => ({ steps: 0, moments: [] }),
    step: (model, mean, { steps }) => {
      const sum = Float64Array.from(mean, (value) => value * shared.denominator);
      const next = encoder.advance?.(shared, model, { sum, earlier: steps, noiseDeviation: deviation }) ?? model;
      return { model: next, state: { steps: steps + 1, moments: [] } };
    },
  };
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
