/**
 * Release modes: what a target platform gets of a person's representation, and what the target may know about the noise.
 * @module
 */
import type { RandomSource } from '../random/source.ts';

export const RELEASE_MODES = ['raw', 'ldp', 'cohort', 'none'] as const;

export type ReleaseModeName = (typeof RELEASE_MODES)[number];

/** Local modes randomise one person's vector at its platform; epsilon0 bounds what the code tells. */
export const isLocalMode = (mode: ReleaseModeName): boolean => mode === 'ldp' || mode === 'cohort';

/** What a decoder may assume of released vectors; public. */
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
  /** eps0 of one release, null where nothing bounds it or nothing is released. */
  readonly epsilon0: number | null;
  readonly noiseModel: NoiseModel;
  /**
   * The code that leaves the platform for one person: drawn once per (person, epoch, target) and memoised by the caller.
   * @param representation float32 [dimension], any norm; null when the mode releases nothing.
   */
  release(representation: Float32Array, random: RandomSource): Float32Array | null;
}

/** What a target holds of one source: released vectors by pseudonym. */
export interface ReceivedRepresentations {
  readonly source: string;
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly persons: readonly string[];
  readonly vectors: Float32Array /* [persons, dimension] row-major */;
}
