/**
 * A world: domains with people in common, before anything is hidden.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';

export interface World {
  /** For tables and reports, e.g. `synthetic` or `food, kitchen`. */
  readonly name: string;
  readonly domains: readonly Domain[];
  /** How each domain's rows were taken, where they come from files: for whoever reads the results. */
  readonly readings: readonly string[];
  /** True preferences where they are known (synthetic worlds): the best reachable scores. */
  readonly truth?: WorldTruth;
}

export interface WorldTruth {
  /** Item ids of that domain before anything is hidden: the order of preferences. @throws RangeError for a domain it does not know. */
  catalogue(domain: string): readonly string[];
  /** Log-odds with which this person draws each item of that domain's catalogue. @throws RangeError for a person or domain it does not know. */
  preference(domain: string, person: string): Float32Array /* [items] */;
}

export function domainOf(world: World, name: string): Domain {
  const domain = world.domains.find((candidate) => candidate.name === name);
  if (domain === undefined) throw new RangeError(`world "${world.name}" has no domain "${name}"`);
  return domain;
}
