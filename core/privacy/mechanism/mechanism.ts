/**
 * The interface between a strategy's computation and the sums that leave a platform: every sum over persons has a
 * bounded sensitivity, and its noise is planned before any data is touched.
 * @module
 */
import type { RandomSource } from '../../random/source.ts';

/** One person's whole contribution to one sum, before clipping. */
export type Contribution = WrittenContribution | FactoredContribution;

/**
 * A vector. With `indices` it is sparse: `values[i]` is the value at coordinate `indices[i]`, and all other coordinates are
 * zero. Rounding keeps zeros zero.
 */
export interface WrittenContribution {
  readonly indices?: Uint32Array;
  readonly values: Float32Array;
}

/**
 * A vector given as blocks, each a sum of outer products. The pipeline never multiplies them out (outer-products.ts).
 * Coordinates outside the blocks are zero.
 */
export interface FactoredContribution {
  /** Blocks in the order of their coordinates, without overlap. */
  readonly blocks: readonly FactoredBlock[];
}

/** A block [rows, columns], row-major, of the vector: the sum over terms t of left_t right_tᵀ. */
export interface FactoredBlock {
  /** Coordinate of the sum at which the block begins, from 0. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  /** `null` for a block of one row that is written out: its one left factor is 1, exactly. */
  readonly left: Float32Array | null /* [terms, rows] */;
  readonly right: Float32Array /* [terms, columns] */;
}

/**
 * One kind of noisy sum that a strategy will ask for. It is declared before any data is touched, so it holds only
 * public facts.
 */
export interface SumQuery {
  /** Unique within a plan, e.g. `encoder/counts`, `encoder/subspace-2`, `round`. */
  readonly label: string;
  /** Number of coordinates. */
  readonly dimension: number;
  /** L2 bound C on one person's contribution on one platform, in the strategy's units. */
  readonly clip: number;
  /** Number of times this sum is released with these parameters, for example the number of rounds. */
  readonly repetitions: number;
  /** Noise relative to the plan's other sums: its noise multiplier is `relativeNoise` x the plan's calibrated one. */
  readonly relativeNoise: number;
  /**
   * Present if contributions come as sums of outer products: the largest number of products that one person has in one
   * block. Their rounding needs a larger scale.
   */
  readonly outerProducts?: number;
  /**
   * `platform`: one platform releases it alone, with all of the noise. `federation`: one masked sum over all platforms,
   * each of which adds a share of the noise.
   */
  readonly scope: 'platform' | 'federation';
}

/** A query together with the numbers on which its release and its accounting must agree. */
export interface PlannedSum extends SumQuery {
  /** The version of the manifest that planned it. A later version that keeps the sum keeps this number. */
  readonly version: number;
  /** z: noise standard deviation of the whole release in units of the sensitivity. 0 only in a plan without privacy. */
  readonly noiseMultiplier: number;
  /** H: number of honest platforms over which the noise is spread; 1 if scope is `platform`. */
  readonly noiseShares: number;
  /** s: the factor, a power of two, that turns reals into integers. */
  readonly scale: number;
  /**
   * K: integer L2 bound on one person's contribution on one platform, floor(s x C). For a federation sum, C is split
   * over the M platforms a person may be on: K is floor(s x C / M), or in proportion to the platforms' weights.
   */
  readonly integerClip: number;
  /**
   * L2 sensitivity of the released sum to one person on all platforms, in integer units: the sum of the M largest K, or
   * K for one platform's sum.
   */
  readonly integerSensitivity: number;
  /** B: each coordinate of a platform's sum is clamped to [-B, B] before noise. Public. */
  readonly bound: number;
  /** Variance parameter of the discrete Gaussian each platform adds, an integer: at least (z x integerSensitivity)^2 / H. */
  readonly localVariance: number;
  /** Standard deviation of the noise each platform adds: sqrt(localVariance). */
  readonly localSigma: number;
  /** Present if each platform draws its persons again for every release, by coins that it keeps secret. */
  readonly sampling?: PersonSampling;
  /** Present if the bound follows a quantile of the contributions' lengths, see adaptive-clip.ts. */
  readonly adaptiveClip?: AdaptiveClip;
}

/** Poisson sampling: in every release each platform draws every person by a separate coin. */
export interface PersonSampling {
  /** q: probability that a coin draws its person, a multiple of 2^-32. */
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

/** A platform's sum over its persons, in exact integers. */
export interface IntegerSum {
  readonly integers: Float64Array /* [dimension], integer valued, within +-2^53 */;
  /** Number of contributions that held NaN or infinity and were zeroed. Stays inside the platform. */
  readonly zeroed: number;
  /** Number of coordinates that hit the bound B. Stays inside the platform. */
  readonly clamped: number;
}

/** A sum under construction, for contributions that arrive one by one. */
export interface SumAccumulator {
  /**
   * @throws PrivacyError PRIVACY_CONTRIBUTION_SHAPE for a wrong length, or an index that is outside the sum or given
   * twice.
   */
  add(contribution: Contribution): void;
  finish(): IntegerSum;
}

/** Bounds the sensitivity of a sum and adds its noise. */
export interface PrivacyMechanism {
  readonly name: string;
  /** Does the same as `bound`, for contributions that arrive one by one. */
  accumulate(sum: PlannedSum, random: RandomSource): SumAccumulator;
  /** Clips, scales, rounds at random, clips again as integers, sums and clamps. */
  bound(sum: PlannedSum, contributions: Iterable<Contribution>, random: RandomSource): IntegerSum;
  /** Adds this platform's share of the noise to a copy, one integer per coordinate. The noise is never truncated. */
  addNoise(sum: PlannedSum, integers: Float64Array, random: RandomSource): Float64Array;
  /** Converts integers back to the strategy's units. */
  decode(sum: PlannedSum, integers: Float64Array): Float64Array;
}

/**
 * The only access that a strategy which trains on its own persons (`prepare`) has to their data. It may ask for each
 * declared sum `repetitions` times, and for no other. The ledger charges a sum durably before the strategy gets it.
 */
export interface ChargedSums {
  release(label: string, contributions: Iterable<Contribution>): Promise<Float64Array>;
  /**
   * Standard deviation of the noise in one coordinate of this sum, in the strategy's units; 0 without privacy. The plan
   * holds it, so it is public.
   */
  noiseDeviation(label: string): number;
}
