/**
 * An encoder from plain person factors: fold-in, equal variance in every principal direction, unit length. It is made
 * from everybody's raw data, so it promises no privacy to anybody.
 * @module
 */
import type { Factors } from '../factors/implicit-als.ts';
import { unit } from './item-vectors.ts';

/** @param dimension number of leading principal directions to keep, at most the factors' own. */
export function factorEncoder(factors: Factors, dimension: number): (history: Uint32Array) => Float32Array {
  const d = factors.dimension;
  const used = Math.min(dimension, d);
  const persons = factors.persons.length / d;
  const inverseSpread = new Float64Array(used);
  for (let i = 0; i < used; i++) {
    let square = 0;
    for (let at = i; at < factors.persons.length; at += d) square += factors.persons[at] ** 2;
    inverseSpread[i] = square > 0 ? Math.sqrt(persons / square) : 0;
  }
  return (history) => {
    const factor = factors.foldIn(history);
    return unit(Float32Array.from({ length: used }, (_, i) => factor[i] * inverseSpread[i]));
  };
}
