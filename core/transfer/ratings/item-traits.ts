/**
 * Numbers of an item that may decide how a person's ratings of it differ from the average: a constant, the item's own bias, how
 * well it is known, and factors of what the biases leave (alternating least squares on known ratings: Zhou et al., AAIM 2008).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import type { Prng } from '../../random/prng.ts';
import { choleskyInPlace, choleskySolve } from '../linear-algebra/cholesky.ts';
import { eachRating } from './biases.ts';
import type { RatingBiases } from './biases.ts';

const FACTORS = 4;
const RIDGE = 8;
const SWEEPS = 8;
/** Numbers of one item. */
export const TRAITS = 3 + FACTORS;

/** @returns float64 [catalogue, TRAITS] row-major. */
export function itemTraits(domain: Domain, biases: RatingBiases, random: Prng): Float64Array {
  const factors = itemFactors(domain, biases, random);
  const counts = new Float64Array(domain.catalogue.length);
  eachRating(domain, (_person, item) => counts[item]++);
  const traits = new Float64Array(counts.length * TRAITS);
  counts.forEach((count, item) => {
    // A fifth of the logarithm has about the size of the other numbers.
    traits.set([1, biases.items[item], Math.log1p(count) / 5], item * TRAITS);
    traits.set(factors.subarray(item * FACTORS, (item + 1) * FACTORS), item * TRAITS + 3);
  });
  return traits;
}

function itemFactors(
  domain: Domain,
  { items: ofItem, mean, persons: ofPerson }: RatingBiases,
  random: Prng,
): Float64Array {
  const items = Float64Array.from({ length: domain.catalogue.length * FACTORS }, () => 0.3 * random.gaussian());
  const persons = new Float64Array(domain.persons.length * FACTORS);
  const solve = (into: Float64Array, from: Float64Array, isPerson: boolean): void => {
    const count = into.length / FACTORS;
    const squares = new Float64Array(count * FACTORS * FACTORS);
    into.fill(0);
    eachRating(domain, (person, item, rating) => {
      const rest = rating - mean - ofItem[item] - ofPerson[person];
      const [row, other] = isPerson ? [person, item] : [item, person];
      for (let i = 0; i < FACTORS; i++) {
        const value = from[other * FACTORS + i];
        into[row * FACTORS + i] += rest * value;
        for (let j = 0; j <= i; j++) squares[(row * FACTORS + i) * FACTORS + j] += value * from[other * FACTORS + j];
      }
    });
    for (let row = 0; row < count; row++) {
      const square = squares.subarray(row * FACTORS * FACTORS, (row + 1) * FACTORS * FACTORS);
      for (let i = 0; i < FACTORS; i++) square[i * FACTORS + i] += RIDGE;
      choleskyInPlace(square, FACTORS);
      choleskySolve(square, FACTORS, into, row * FACTORS);
    }
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    solve(persons, items, true);
    solve(items, persons, false);
  }
  return items;
}
