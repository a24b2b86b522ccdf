/**
 * The interface of the accountants: the releases of a federation, and the questions an accountant answers about them. Types
 * only.
 *
 * Every answer is an upper bound, rounded outward: an accountant never reports less than the proven epsilon or delta.
 * Neighbouring data sets always differ by adding or removing one person.
 * @module
 */

/**
 * One release, as a federation's plan and ledger charge it. Its sensitivity is to one *person* over everything that the release
 * sums: a person on several platforms counts with all of them.
 */
export type PrivacyEvent = Noise | PoissonSampled | Unprotected;

/** Noise that is added to a sum over all persons. */
export type Noise = Gaussian | DiscreteGaussian | DistributedDiscreteGaussian;

/** Continuous Gaussian noise; `noiseMultiplier` is its standard deviation in units of the L2 sensitivity. */
export interface Gaussian {
  readonly kind: 'gaussian';
  readonly noiseMultiplier: number;
}

/** One untruncated discrete Gaussian of parameter `sigma` per coordinate, on integers of L2 sensitivity `sensitivity`. */
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
  /** H: number of honest shares that count. */
  readonly shares: number;
  /** Number of coordinates. */
  readonly dimension: number;
  /** L2 sensitivity of the sum to one person, in integer units. */
  readonly sensitivity: number;
  /** L1 sensitivity; if absent, min(sensitivity^2, sensitivity * sqrt(dimension)), which holds for integers. */
  readonly sensitivityL1?: number;
}

/** Every person takes part independently with probability `rate`. */
export interface PoissonSampled {
  readonly kind: 'poisson-sampled';
  readonly rate: number;
  readonly event: Noise;
}

/** A release without privacy. Every composition with it has infinite epsilon. */
export interface Unprotected {
  readonly kind: 'unprotected';
}

/** An immutable tally of releases. */
export interface Accountant<Event> {
  /**
   * A new accountant to which `count` (default 1) more of this event are charged.
   * @throws AccountantError PRIVACY_PARAMETER_INVALID; PRIVACY_EVENT_UNSUPPORTED if it has no bound for the event.
   */
  compose(event: Event, count?: number): Accountant<Event>;
  /** Smallest epsilon that it can prove at this delta in [0, 1]; Infinity if there is none. */
  epsilon(delta: number): number;
  /** Smallest delta that it can prove at this epsilon >= 0. */
  delta(epsilon: number): number;
}
