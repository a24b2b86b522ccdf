/**
 * Release modes: what a target platform receives of a person's representation, and what it may know about the noise.
 * @module
 */
import type { RandomSource } from '../random/source.ts';

export const RELEASE_MODES = ['raw', 'ldp', 'cohort', 'none'] as const;

export type ReleaseModeName = (typeof RELEASE_MODES)[number];

/**
 * True for modes that randomise one person's vector on its own platform. epsilon0 then bounds what the code reveals.
 */
export const isLocalMode = (mode: ReleaseModeName): boolean => mode === 'ldp' || mode === 'cohort';

/** Public facts that a decoder may assume about released vectors. */
export type NoiseModel =
  | { readonly kind: 'exact' }
  /** Debiased PrivUnit samples: unbiased for the unit direction, with this expected cosine and squared norm. */
  | {
      readonly kind: 'privunit';
      readonly epsilon0: number;
      readonly expectedCosine: number;
      readonly squaredNorm: number;
    }
  /** One of K codes by randomised response; `prototypes` is row-major [K, dimension]. */
  | {
      readonly kind: 'randomised-response';
      readonly epsilon0: number;
      readonly truthProbability: number;
      readonly prototypes: Float32Array;
    };

export interface ReleaseMode {
  readonly name: ReleaseModeName;
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

/** The released vectors, by pseudonym, that a target has received from one source. */
export interface ReceivedRepresentations {
  readonly source: string;
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly persons: readonly string[];
  readonly vectors: Float32Array /* [persons, dimension] row-major */;
}
