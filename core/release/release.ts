/**
 * Two interfaces: a release mode as it is defined, once per mode, and as it is used, once its numbers are known.
 * @module
 */
import type { RandomSource } from '../random/source.ts';

/**
 * Limit on what a chosen target learns from one person's code. The printed claims, the platforms' floors and the audit
 * follow from it.
 *
 * - `nothing-sent`: the mode sends nothing.
 * - `unbounded`: the mode sends something that nothing bounds.
 * - `epsilon0`: the platform randomises each code itself, and the code is pure epsilon0-LDP.
 */
export type ReleaseBound = 'nothing-sent' | 'unbounded' | 'epsilon0';

/** A release mode, complete in one file of modes/. A line in registry.ts makes it known to every other part. */
export interface ReleaseModeDefinition {
  readonly bound: ReleaseBound;
  /**
   * Number of values in a representation if the settings of the strategy do not fix it.
   * @param epsilon0 0 if the mode has none.
   * @param plain the number without local noise.
   */
  width(epsilon0: number, plain: number): number;
  /** K: number of prototypes, at least 2. Absent if the mode needs none. */
  readonly prototypes?: (epsilon0: number) => number;
  /** @throws PrivacyError PRIVACY_BAD_PARAMETER */
  bind(terms: ReleaseTerms): Pick<ReleaseMode, 'noiseModel' | 'release'>;
}

export interface ReleaseTerms {
  /** Epsilon of one code; 0 unless the mode's bound is `epsilon0`. */
  readonly epsilon0: number;
  /** Length of a representation; 0 if it is not known yet and the mode's bound is not `epsilon0`. */
  readonly dimension: number;
  /** Unit vectors, row-major [K, dimension], public or made by a charged mechanism; empty unless the mode needs them. */
  readonly prototypes: Float32Array;
}

/** Public facts that a decoder may assume about released vectors. A target computes them itself, from the manifest. */
export interface NoiseModel {
  /** `exact` if there is no noise. */
  readonly kind: string;
  /** Public numbers of the noise, by name; absent if there are none. */
  readonly numbers?: Readonly<Record<string, number>>;
  /** Row-major [K, dimension], if each released vector is one of these prototypes. */
  readonly prototypes?: Float32Array;
}

export interface ReleaseMode {
  readonly name: string;
  /** eps0 of one release; null if nothing bounds it or nothing is released. */
  readonly epsilon0: number | null;
  readonly noiseModel: NoiseModel;
  /**
   * The code that leaves the platform for one person; null if the mode releases nothing. The caller draws it once per
   * (person, epoch, target) and memoises it.
   *
   * @param representation float32 [dimension], any norm.
   */
  release(representation: Float32Array, random: RandomSource): Float32Array | null;
}

/** A history that a source sends itself: a box of item numbers in each vector. */
export interface SentHistory {
  /** Position of the box's first number. */
  readonly at: number;
  /** Number of slots: the box has one number more. */
  readonly slots: number;
  /** Number of items of the source's catalogue. */
  readonly items: number;
}

/** The released vectors, by pseudonym, that a target has received from one source. */
export interface ReceivedRepresentations {
  readonly source: string;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly persons: readonly string[];
  readonly vectors: Float32Array /* [persons, dimension] row-major */;
  /** Absent if the vectors hold coordinates alone. */
  readonly history?: SentHistory;
}
