/**
 * Predicts ratings of persons who have none at the target, from numbers that a source released about them. The rest of a rating
 * after μ + b_i is a bilinear form of the released numbers and the item's traits, fitted by ridge regression on the ratings of
 * persons known on both sides (the bilinear regression of Chu and Park, WWW 2009, eq. 3, with a squared loss).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { personIndex } from '../../data/select.ts';
import type { Prng } from '../../random/prng.ts';
import { choleskyInPlace, choleskySolve } from '../linear-algebra/cholesky.ts';
import { eachRating } from './biases.ts';
import type { RatingBiases } from './biases.ts';
import { TRAITS } from './item-traits.ts';

/** Released numbers of a person; all of one length. */
export type Released = ReadonlyMap<string, ArrayLike<number>>;

/** A rating of the catalogue's item, of a person who may be unknown at the target. */
export type PredictRating = (person: string, item: number) => number;

export interface RatingTask {
  /** The target's ratings. */
  readonly domain: Domain;
  readonly biases: RatingBiases;
  /** Of {@link itemTraits}. */
  readonly traits: Float64Array;
  /** Persons known on both sides. */
  readonly linked: readonly string[];
  readonly released: Released;
  /** Chooses the persons on whom the penalty is chosen. */
  readonly random: Prng;
}

/** The last one leaves μ + b_i as it is. */
const PENALTIES = [3, 10, 30, 100, 300, 1000, 3000, 1e12];
const HELD_OUT = 0.2;

export function ratingBridge(task: RatingTask): PredictRating {
  const { biases, random, released, traits } = task;
  const linked = random.shuffle(task.linked.filter((person) => released.has(person)));
  const features = standardised(released, linked);
  const predict = (weights: Float64Array): PredictRating => {
    return (person, item) => {
      const own = features(person);
      let rating = biases.mean + biases.items[item];
      for (let f = 0; f < own.length; f++) {
        for (let t = 0; t < TRAITS; t++) rating += own[f] * traits[item * TRAITS + t] * weights[f * TRAITS + t];
      }
      return rating;
    };
  };
  const cut = Math.round(HELD_OUT * linked.length);
  const heldOut = new Set(linked.slice(0, cut));
  const trial = squaresOf(task, new Set(linked.slice(cut)), features);
  const errors = PENALTIES.map((penalty) => squaredError(task, heldOut, predict(solved(trial, penalty))));
  const penalty = PENALTIES[errors.indexOf(Math.min(...errors))];
  return predict(solved(squaresOf(task, new Set(linked), features), penalty));
}

/** 1, then the released numbers with mean 0 and together variance 1 over these persons; a person without any is average. */
function standardised(released: Released, persons: readonly string[]): (person: string) => Float64Array {
  const rows = persons.map((person) => Float64Array.from(released.get(person) ?? []));
  const width = rows.at(0)?.length ?? 0;
  const columns = Array.from({ length: width }, (_, f) => rows.map((row) => row[f]));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / column.length);
  const scales = columns.map((column, f) => {
    const variance = column.reduce((sum, value) => sum + (value - means[f]) ** 2, 0) / column.length;
    return variance > 0 ? 1 / Math.sqrt(variance * width) : 0;
  });
  return (person) => {
    const own = released.get(person);
    return Float64Array.of(1, ...means.map((mean, f) => (own === undefined ? 0 : (own[f] - mean) * scales[f])));
  };
}

/** Normal equations of the bilinear form. */
interface Squares {
  readonly size: number;
  readonly left: Float64Array /* [size, size], lower triangle */;
  readonly right: Float64Array /* [size] */;
}

function squaresOf(
  { biases, domain, traits }: RatingTask,
  persons: ReadonlySet<string>,
  features: (person: string) => Float64Array,
): Squares {
  const size = features('').length * TRAITS;
  const left = new Float64Array(size * size);
  const right = new Float64Array(size);
  // All ratings of a person share the released numbers, so the products of traits are summed first.
  const products = new Float64Array(TRAITS * TRAITS);
  const rests = new Float64Array(TRAITS);
  const index = personIndex(domain);
  for (const person of persons) {
    const row = index.get(person);
    if (row === undefined) continue;
    products.fill(0);
    rests.fill(0);
    for (let i = domain.offsets[row]; i < domain.offsets[row + 1]; i++) {
      const rating = domain.ratings?.[i] ?? Number.NaN;
      if (Number.isNaN(rating)) continue;
      const item = domain.items[i];
      const rest = rating - biases.mean - biases.items[item];
      for (let t = 0; t < TRAITS; t++) {
        rests[t] += rest * traits[item * TRAITS + t];
        for (let s = 0; s < TRAITS; s++)
          products[t * TRAITS + s] += traits[item * TRAITS + t] * traits[item * TRAITS + s];
      }
    }
    addPerson(features(person), products, rests, left, right);
  }
  return { size, left, right };
}

function addPerson(
  own: Float64Array,
  products: Float64Array,
  rests: Float64Array,
  left: Float64Array,
  right: Float64Array,
): void {
  const size = right.length;
  for (let f = 0; f < own.length; f++) {
    for (let t = 0; t < TRAITS; t++) {
      const place = f * TRAITS + t;
      right[place] += own[f] * rests[t];
      for (let g = 0; g <= f; g++) {
        for (let s = 0; s < TRAITS; s++)
          left[place * size + g * TRAITS + s] += own[f] * own[g] * products[t * TRAITS + s];
      }
    }
  }
}

function solved({ left, right, size }: Squares, penalty: number): Float64Array {
  const factored = left.slice();
  for (let i = 0; i < size; i++) factored[i * size + i] += penalty;
  choleskyInPlace(factored, size);
  const weights = right.slice();
  choleskySolve(factored, size, weights);
  return weights;
}

function squaredError({ domain }: RatingTask, persons: ReadonlySet<string>, predict: PredictRating): number {
  let total = 0;
  eachRating(domain, (row, item, rating) => {
    if (persons.has(domain.persons[row])) total += (predict(domain.persons[row], item) - rating) ** 2;
  });
  return total;
}
