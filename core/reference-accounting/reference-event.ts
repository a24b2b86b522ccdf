/**
 * The mechanisms of published figures: a federation's releases, and many that no federation makes.
 * @module
 */
import type { DiscreteGaussian, DistributedDiscreteGaussian, Gaussian, Unprotected } from '../accounting/accountant.ts';

export type ReferenceEvent =
  | Gaussian
  | CountedDiscreteGaussian
  | DistributedDiscreteGaussian
  | Unprotected
  | SampledEvent
  | SkellamEvent
  /** Laplace noise; `scale` in units of the L1 sensitivity. */
  | { readonly kind: 'laplace'; readonly scale: number }
  /** Discrete Laplace noise, P[x] proportional to exp(-decay |x|), on integers of L1 sensitivity `sensitivity`. */
  | { readonly kind: 'discrete-laplace'; readonly decay: number; readonly sensitivity: number }
  | RandomisedResponse
  | MixtureOfGaussians
  /** Binary-tree aggregation over `steps` steps, with a person in at most one of them (DP-FTRL). */
  | { readonly kind: 'tree-aggregation'; readonly noiseMultiplier: number; readonly steps: number }
  /** A mechanism of which only rho-zero-concentrated DP is known (Bun and Steinke 2016). */
  | { readonly kind: 'zcdp'; readonly rho: number }
  /** A mechanism of which only (epsilon, delta)-DP is known. */
  | { readonly kind: 'approximate'; readonly epsilon: number; readonly delta: number }
  /** A bounded-range mechanism, such as the exponential mechanism with this epsilon (Durfee and Rogers 2019). */
  | { readonly kind: 'exponential'; readonly epsilon: number };

export interface CountedDiscreteGaussian extends DiscreteGaussian {
  /** Number of coordinates. The PLD accountant has a pair only if it is 1. */
  readonly dimension?: number;
}

/** Every person takes part independently with probability `rate`. A sampled event may be sampled again. */
export interface SampledEvent {
  readonly kind: 'poisson-sampled';
  readonly rate: number;
  readonly event: ReferenceEvent;
  /** `any-mechanism` uses the bound for any mechanism, as published accountants do, not the better one for symmetric noise. */
  readonly theorem?: 'any-mechanism';
}

/** Symmetric Skellam noise of total variance `variance` on `dimension` integers. */
export interface SkellamEvent {
  readonly kind: 'skellam';
  readonly variance: number;
  readonly dimension: number;
  /** L2 sensitivity. */
  readonly sensitivity: number;
  /** L1 sensitivity; if absent, the bound that holds for integers. */
  readonly sensitivityL1?: number;
}

/** k-ary randomised response: the truth is replaced by a uniform answer (truth included) with `noiseProbability`. */
export interface RandomisedResponse {
  readonly kind: 'randomised-response';
  readonly noiseProbability: number;
  readonly buckets: number;
  /** `replace-one` turns one answer into another, `replace-special` into the blank answer "uniform". */
  readonly neighbours: 'replace-one' | 'replace-special';
}

/** Gaussian noise of standard deviation `sigma`; the sensitivity is `sensitivities[i]` with probability `probabilities[i]`. */
export interface MixtureOfGaussians {
  readonly kind: 'mixture-of-gaussians';
  readonly sigma: number;
  readonly sensitivities: readonly number[];
  readonly probabilities: readonly number[];
}

/** True if sampling amplifies. It does only if one neighbour lacks the person, not if `replace-one` changes an answer. */
export function samplingApplies(event: ReferenceEvent): boolean {
  switch (event.kind) {
    case 'randomised-response':
      return event.neighbours === 'replace-special';
    case 'poisson-sampled':
      return samplingApplies(event.event);
    default:
      return true;
  }
}
