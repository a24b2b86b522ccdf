/**
 * The part of a rating that the item and the person explain each by themselves: μ + b_i + b_u, each bias shrunk towards 0
 * (Koren, KDD 2008, section 2.1; the biases are fitted in turns).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { TransferError } from '../errors.ts';

export interface RatingBiases {
  /** Mean of all ratings. */
  readonly mean: number;
  readonly items: Float64Array /* [catalogue] */;
  readonly persons: Float64Array /* [persons] */;
}

/** Ratings of average size that a bias has before the first one is seen. */
const SHRINKAGE = 10;
const SWEEPS = 10;

/**
 * @param personShrinkage Infinity: persons have no bias, and an item's bias is the shrunk mean of its ratings.
 * @throws TransferError TRANSFER_EMPTY_DOMAIN if no rating is known.
 */
export function ratingBiases(domain: Domain, personShrinkage = SHRINKAGE): RatingBiases {
  let total = 0;
  let known = 0;
  eachRating(domain, (_person, _item, rating) => {
    total += rating;
    known++;
  });
  if (known === 0) {
    throw new TransferError('TRANSFER_EMPTY_DOMAIN', `"${domain.name}" has no ratings, so none can be predicted`);
  }
  const mean = total / known;
  const items = new Float64Array(domain.catalogue.length);
  const persons = new Float64Array(domain.persons.length);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    items.set(
      shrunkMeans(domain, items.length, SHRINKAGE, (person, item, rating) => [item, rating - mean - persons[person]]),
    );
    persons.set(
      shrunkMeans(domain, persons.length, personShrinkage, (person, item, rating) => [
        person,
        rating - mean - items[item],
      ]),
    );
  }
  return { mean, items, persons };
}

function shrunkMeans(
  domain: Domain,
  length: number,
  shrinkage: number,
  of: (person: number, item: number, rating: number) => readonly [number, number],
): Float64Array {
  const sums = new Float64Array(length);
  const counts = new Float64Array(length).fill(shrinkage);
  eachRating(domain, (person, item, rating) => {
    const [place, rest] = of(person, item, rating);
    sums[place] += rest;
    counts[place]++;
  });
  return sums.map((sum, place) => sum / counts[place]);
}

/** Visits every known rating, with its person's row and its item's place. */
export function eachRating(
  { items, offsets, persons, ratings }: Domain,
  visit: (person: number, item: number, rating: number) => void,
): void {
  if (ratings === undefined) return;
  for (let person = 0; person < persons.length; person++) {
    for (let i = offsets[person]; i < offsets[person + 1]; i++) {
      if (!Number.isNaN(ratings[i])) visit(person, items[i], ratings[i]);
    }
  }
}
