/**
 * The parts of a domain adaptation (adaptation.ts). Types only.
 * @module
 */
import type { PlatformMeans, SharedBlock, SharedModel } from '../../encoder.ts';
import type { Reals } from '../../network/arithmetic.ts';

/** A person's platform. */
export interface Teacher {
  /** Its number among the platforms that teach, from 0. */
  readonly number: number;
  /** Weight of one of its persons: all platforms count alike, and the mean over persons is 1. */
  readonly weight: number;
}

/** What one vector of a person adds. */
export interface Adapted {
  /** Slope by z of what the towers are to lower. */
  readonly dz: Reals;
  /** Into the block: minus a slope, or statistics. */
  readonly own: Float64Array;
}

export type Adapt = (z: Reals) => Adapted;

export interface Adaptation {
  /** Behind the towers' parameters. */
  readonly block: SharedBlock;
  /** Present if rounds replace the block, in place of a step. */
  readonly means?: PlatformMeans;
  /** @param block its numbers in the shared model. */
  at(block: SharedModel, teacher: Teacher, lambda: number): Adapt;
  /** A person's contribution. @param update minus the gradient of the towers' parameters. @param own the mean of `Adapted.own`. */
  together(update: Float32Array, own: Float64Array, clip: number): Float32Array;
}

/** Public facts that an adaptation is planned with. */
export interface Adapting {
  /** Number of platforms that teach. */
  readonly platforms: number;
  /** Length of z. */
  readonly dimension: number;
  /** Temperature of the loss. */
  readonly temperature: number;
}
