/**
 * The seam between what a strategy computes and what may leave a platform: sums over persons whose sensitivity is
 * bounded and whose noise is planned before any data is touched.
 * @module
 */
import type { RandomSource } from '../../random/source.ts';

/**
 * One person's whole contribution to one sum, before clipping. With `indices` it is sparse: `values[i]` stands at
 * coordinate `indices[i]`, all others are zero (and stay zero: rounding never turns a zero into something else).
 */
export interface Contribution {
  readonly indices?: Uint32Array;
  readonly values: Float32Array;
}

/** One kind of noisy sum a strategy will ask for. Public facts only: declared before any data is touched. */
export interface SumQuery {
  /** Unique within a plan, e.g. `encoder/counts`, `encoder/subspace-2`, `round`. */
  readonly label: string;
  /** Number of coordinates. */
  readonly dimension: number;
  /** L2 bound C on one person's contribution on one platform, in the strategy's units. */
  readonly clip: number;
  /** How often this sum is released with these parameters, e.g. the number of rounds. */
  readonly repetitions: number;
  /** Noise relative to the plan's other sums: its noise multiplier is `relativeNoise` x the plan's calibrated one. */
  readonly relativeNoise: number;
  /** `platform`: released by one platform alone, full noise. `federation`: one masked sum over all platforms, shared noise. */
  readonly scope: 'platform' | 'federation';
}

/** A query with everything fixed that its release and its accounting must agree on. */
export interface PlannedSum extends SumQuery {
  /** z: noise standard deviation of the whole release in units of the sensitivity. 0 only in a plan without privacy. */
  readonly noiseMultiplier: number;
  /** H: over how many honest platforms the noise is spread (1 when scope is `platform`). */
  readonly noiseShares: number;
  /** s: power of two by which reals become integers. */
  readonly scale: number;
  /**
   * K: the integer L2 bound on one person's contribution on one platform, floor(s x C). For a federation sum C has been
   * split over the M platforms a person may be on: floor(s x C / M), or in proportion to the platforms' weights.
   */
  readonly integerClip: number;
  /** L2 sensitivity of the released sum to one person on all platforms, in integer units: the M largest K together, or K for one platform's sum. */
  readonly integerSensitivity: number;
  /** B: each coordinate of a platform's sum is clamped to [-B, B] before noise. Public. */
  readonly bound: number;
  /** Variance parameter of the discrete Gaussian each platform adds, an integer: at least (z x integerSensitivity)^2 / H. */
  readonly localVariance: number;
  /** Its square root. */
  readonly localSigma: number;
  /** Present where persons are drawn anew for every release, by coins that stay inside their platform. */
  readonly sampling?: PersonSampling;
  /** Present where the bound on a contribution follows a quantile of their lengths, see adaptive-clip.ts. */
  readonly adaptiveClip?: AdaptiveClip;
}

/** Poisson sampling: every person on every platform by a coin of its own, in every release. */
export interface PersonSampling {
  /** q, a multiple of 2^-32: what each coin shows. */
  readonly rate: number;
  /** 1 - (1 - q)^M: the probability that one person on M platforms is in the sum at all. */
  readonly personRate: number;
}

export interface AdaptiveClip {
  /** Share of the contributions that should be no longer than the bound. */
  readonly quantile: number;
  /** The bound before the first release, in the strategy's units. */
  readonly initial: number;
}

/** A platform's sum over its persons, as exact integers. */
export interface IntegerSum {
  readonly integers: Float64Array /* [dimension], integer valued, within +-2^53 */;
  /** Contributions that held NaN or infinity and were zeroed. Stays inside the platform. */
  readonly zeroed: number;
  /** Coordinates that hit the bound B. Stays inside the platform. */
  readonly clamped: number;
}

/** A sum being made: contributions may come one by one, from a stream. */
export interface SumAccumulator {
  /** @throws PrivacyError PRIVACY_CONTRIBUTION_SHAPE for another length, an index outside the sum or one given twice. */
  add(contribution: Contribution): void;
  finish(): IntegerSum;
}

/** Bounding sensitivity and adding noise: two steps of one mechanism. */
export interface PrivacyMechanism {
  readonly name: string;
  /** `bound` for contributions that come as a stream. */
  accumulate(sum: PlannedSum, random: RandomSource): SumAccumulator;
  /** Clip, scale, round stochastically, clip again as integers, sum, clamp. */
  bound(sum: PlannedSum, contributions: Iterable<Contribution>, random: RandomSource): IntegerSum;
  /** This platform's share of the noise, one integer a coordinate, added to a copy. Never truncated. */
  addNoise(sum: PlannedSum, integers: Float64Array, random: RandomSource): Float64Array;
  /** Integers back to the strategy's units. */
  decode(sum: PlannedSum, integers: Float64Array): Float64Array;
}

/**
 * What a platform hands to a strategy that trains something on its own people (`prepare`): each declared sum may be
 * asked for `repetitions` times, is charged durably to the ledger before it is returned, and everything else is refused.
 */
export interface ChargedSums {
  release(label: string, contributions: Iterable<Contribution>): Promise<Float64Array>;
  /** Standard deviation of the noise in one coordinate of this sum, in the strategy's units; 0 without privacy. Public: it stands in the plan. */
  noiseDeviation(label: string): number;
}
