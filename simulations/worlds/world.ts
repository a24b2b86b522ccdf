/**
 * A world: domains with persons in common, before anything is hidden.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';

export interface World {
  /** Name in tables and reports, for example `synthetic` or `food, kitchen`. */
  readonly name: string;
  readonly domains: readonly Domain[];
  /** For the reader of the results: how each domain's file was read. Empty if the domains do not come from files. */
  readonly readings: readonly string[];
  /** True preferences if they are known (synthetic worlds): the best possible scores. */
  readonly truth?: WorldTruth;
}

export interface WorldTruth {
  /**
   * Item ids of the domain before anything is hidden, in the order of the preferences. @throws RangeError for an
   * unknown domain.
   */
  catalogue(domain: string): readonly string[];
  /**
   * Log-odds with which the person draws each item of the domain's catalogue. @throws RangeError for an unknown domain.
   */
  preference(domain: string, person: string): Float32Array /* [items] */;
}
