/**
 * The accountant's seam: what was released, and what it costs together. Types only.
 *
 * Every answer is an upper bound, rounded outward: an accountant never reports less than what was proven.
 * Neighbours are add-or-remove-one person everywhere.
 * @module
 */

/**
 * One release as the accountant sees it. Sensitivities are those of one *person* over everything the release sums:
 * a person on several platforms counts with all of them.
 */
export type PrivacyEvent =
  /** Continuous Gaussian noise; `noiseMultiplier` is its standard deviation in units of the L2 sensitivity. */
  | { readonly kind: 'gaussian'; readonly noiseMultiplier: number }
  /** One untruncated discrete Gaussian per coordinate with parameter `sigma`; integer data of L2 sensitivity `sensitivity`. */
  | {
      readonly kind: 'discrete-gaussian';
      readonly sigma: number;
      readonly sensitivity: number;
      /** Number of coordinates; the PLD accountant knows only one. */
      readonly dimension?: number;
    }
  /** The sum of `shares` independent discrete Gaussians, each with parameter `localSigma`, on `dimension` integers. */
  | DistributedDiscreteGaussian
  /** Symmetric Skellam noise of total variance `variance` on integers. */
  | SkellamEvent
  /** Laplace noise; `scale` in units of the L1 sensitivity. */
  | { readonly kind: 'laplace'; readonly scale: number }
  /** Discrete Laplace noise, P[x] proportional to exp(-decay |x|), on integers of L1 sensitivity `sensitivity`. */
  | { readonly kind: 'discrete-laplace'; readonly decay: number; readonly sensitivity: number }
  /** k-ary randomised response: the truth is replaced by a uniform answer (truth included) with `noiseProbability`. */
  | RandomisedResponse
  /** Gaussian of standard deviation `sigma` about a random sensitivity: `sensitivities[i]` with `probabilities[i]`. */
  | MixtureOfGaussians
  /** Binary-tree aggregation over `steps` steps, a person in at most one of them (DP-FTRL). */
  | { readonly kind: 'tree-aggregation'; readonly noiseMultiplier: number; readonly steps: number }
  | PoissonSampled
  /** rho-zero-concentrated DP (Bun and Steinke 2016) and nothing more known. */
  | { readonly kind: 'zcdp'; readonly rho: number }
  /** (epsilon, delta)-DP and nothing more known. */
  | { readonly kind: 'approximate'; readonly epsilon: number; readonly delta: number }
  /** Bounded-range, e.g. the exponential mechanism with this epsilon (Durfee and Rogers 2019). */
  | { readonly kind: 'exponential'; readonly epsilon: number }
  /** Released without privacy. Every later epsilon is infinite. */
  | { readonly kind: 'unprotected' };

/** Every person takes part independently with probability `rate`. */
export interface PoissonSampled {
  readonly kind: 'poisson-sampled';
  readonly rate: number;
  readonly event: PrivacyEvent;
  /** `any-mechanism`: leave out what symmetric noise is known to gain, as the published accountants do. */
  readonly theorem?: 'any-mechanism';
}

export interface DistributedDiscreteGaussian {
  readonly kind: 'distributed-discrete-gaussian';
  /** Parameter of the discrete Gaussian that each platform adds, in integer units. */
  readonly localSigma: number;
  /** H: how many honest shares are counted. */
  readonly shares: number;
  /** Number of coordinates. */
  readonly dimension: number;
  /** L2 sensitivity of the sum to one person, in integer units. */
  readonly sensitivity: number;
  /** L1 sensitivity; without it min(sensitivity^2, sensitivity * sqrt(dimension)), which holds for integers. */
  readonly sensitivityL1?: number;
}

export interface SkellamEvent {
  readonly kind: 'skellam';
  readonly variance: number;
  readonly dimension: number;
  readonly sensitivity: number;
  readonly sensitivityL1?: number;
}

export interface RandomisedResponse {
  readonly kind: 'randomised-response';
  readonly noiseProbability: number;
  readonly buckets: number;
  /** `replace-one`: one answer turned into another. `replace-special`: into the blank answer "uniform". */
  readonly neighbours: 'replace-one' | 'replace-special';
}

export interface MixtureOfGaussians {
  readonly kind: 'mixture-of-gaussians';
  readonly sigma: number;
  readonly sensitivities: readonly number[];
  readonly probabilities: readonly number[];
}

/** An immutable tally of releases. */
export interface Accountant {
  readonly name: 'rdp' | 'pld';
  /** Relative amount by which every answer was raised for the rounding of floating-point arithmetic. */
  readonly outwardRounding: number;
  /** Whether this accountant has a bound for the event. */
  supports(event: PrivacyEvent): boolean;
  /**
   * A new accountant with `count` (default 1) more of this event.
   * @throws AccountantError PRIVACY_EVENT_UNSUPPORTED when it has no bound for it.
   */
  compose(event: PrivacyEvent, count?: number): Accountant;
  /** Smallest epsilon it can prove at this delta in [0, 1]; Infinity when there is none. */
  epsilon(delta: number): number;
  /** Smallest delta it can prove at this epsilon >= 0. */
  delta(epsilon: number): number;
}
