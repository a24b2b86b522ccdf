/**
 * A space from item vectors alone. Persons are folded in by the least squares of ALS, with the items' vectors fixed, so persons in the
 * domain and held-out persons are placed in the same way.
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import { factorSettings } from '../decoder/target-factors.ts';
import type { ItemSpace } from '../decoder/readout.ts';
import { factorsOf } from '../factors/implicit-als.ts';

/** @param items float [items, dimension] row-major, in any unit: they are scaled to a mean square length of 1. */
export function foldedSpace(domain: Domain, items: ArrayLike<number>, dimension: number): ItemSpace {
  let square = 0;
  for (let at = 0; at < items.length; at++) square += items[at] ** 2;
  const scale = square > 0 ? Math.sqrt(domain.catalogue.length / square) : 0;
  const scaled = Float32Array.from(items, (value) => scale * value);
  const persons = new Float32Array(domain.persons.length * dimension);
  const space = factorsOf(persons, scaled, { ...factorSettings, dimension });
  for (let p = 0; p < domain.persons.length; p++) {
    persons.set(space.foldIn(domain.items.subarray(domain.offsets[p], domain.offsets[p + 1])), p * dimension);
  }
  return space;
}

/** A space of vectors that say nothing about the items: random directions. Ablations of trained spaces are made of it. */
export function startingSpace(domain: Domain, dimension: number): ItemSpace {
  const prng = new Prng('start');
  const items = Float64Array.from({ length: domain.catalogue.length * dimension }, () => prng.gaussian());
  return foldedSpace(domain, items, dimension);
}
