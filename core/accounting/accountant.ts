/**
 * The accountant's seam: the releases of a federation, and what an accountant answers about them. Types only.
 *
 * Every answer is an upper bound, rounded outward: an accountant never reports less than what was proven.
 * Neighbours are add-or-remove-one person everywhere.
 * @module
 */

/**
 * One release as a federation's plan and ledger charge it. Sensitivities are those of one *person* over everything the
 * release sums: a person on several platforms counts with all of them.
 */
export type PrivacyEvent = Noise | PoissonSampled | Unprotected;

/** Noise that is added to a sum of everybody. */
export type Noise = Gaussian | DiscreteGaussian | DistributedDiscreteGaussian;

/** Continuous Gaussian noise; `noiseMultiplier` is its standard deviation in units of the L2 sensitivity. */
export interface Gaussian {
  readonly kind: 'gaussian';
  readonly noiseMultiplier: number;
}

/** One untruncated discrete Gaussian per coordinate with parameter `sigma`; integer data of L2 sensitivity `sensitivity`. */
export interface DiscreteGaussian {
  readonly kind: 'discrete-gaussian';
  readonly sigma: number;
  readonly sensitivity: number;
}

/** The sum of `shares` independent discrete Gaussians, each with parameter `localSigma`, on `dimension` integers. */
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

/** Every person takes part independently with probability `rate`. */
export interface PoissonSampled {
  readonly kind: 'poisson-sampled';
  readonly rate: number;
  readonly event: Noise;
}

/** Released without privacy. Every later epsilon is infinite. */
export interface Unprotected {
  readonly kind: 'unprotected';
}

/** An immutable tally of releases. */
export interface Accountant<Event> {
  /**
   * A new accountant with `count` (default 1) more of this event.
   * @throws AccountantError PRIVACY_EVENT_UNSUPPORTED when it has no bound for it.
   */
  compose(event: Event, count?: number): Accountant<Event>;
  /** Smallest epsilon it can prove at this delta in [0, 1]; Infinity when there is none. */
  epsilon(delta: number): number;
  /** Smallest delta it can prove at this epsilon >= 0. */
  delta(epsilon: number): number;
}
