/**
 * Target factors of persons: the outputs that the decoder is fitted to.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { personIndex } from '../../data/select.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type { RankedPerson } from './held-out.ts';

export interface Targets {
  readonly persons: readonly string[];
  readonly factors: Float64Array /* [persons, d] row-major */;
}

/** The factors of persons who are in the domain. */
export function targetsOf(domain: Domain, factors: Factors, persons: readonly string[]): Targets {
  const d = factors.dimension;
  const index = personIndex(domain);
  const out = new Float64Array(persons.length * d);
  persons.forEach((person, p) => {
    const row = index.get(person) ?? 0;
    out.set(factors.persons.subarray(row * d, row * d + d), p * d);
  });
  return { persons, factors: out };
}

/** The factors of persons who are not in the domain, folded in from their hidden positives. */
export function foldedIn(factors: Factors, persons: readonly RankedPerson[]): Targets {
  const d = factors.dimension;
  const out = new Float64Array(persons.length * d);
  persons.forEach(({ positives }, p) => {
    out.set(factors.foldIn(positives), p * d);
  });
  return { persons: persons.map(({ person }) => person), factors: out };
}

/** Mean factor of the persons: float64 [d]; zeros if there are none. */
export function meanFactor(targets: Targets, d: number): Float64Array {
  const mean = new Float64Array(d);
  targets.factors.forEach((value, at) => (mean[at % d] += value / Math.max(1, targets.persons.length)));
  return mean;
}
