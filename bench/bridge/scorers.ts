/** Scores of the target's catalogue for persons whom it does not know, one kind of knowledge each. */
import type { Domain } from '../../core/data/domain.ts';
import { itemCounts } from '../../core/data/select.ts';
import { choleskyInPlace, choleskySolveMany } from '../../core/transfer/linear-algebra/cholesky.ts';
import { gram, multiplyVector } from '../../core/transfer/linear-algebra/products.ts';
import { unitRows } from './words.ts';
import type { Common, Pair, Platform } from './worlds.ts';
import type { Cut, Linked } from './persons.ts';

/** Scores for the cold person in this row of the source. */
export type Score = (row: number) => Float32Array; /* [items] */

export function popularity({ own }: Cut): Score {
  const scores = Float32Array.from(itemCounts(own), (count) => Math.log1p(count));
  return () => scores;
}

/** The mean person of the target's own factors. */
export function prior(persons: Float32Array, items: Float32Array, dimension: number): Score {
  const mean = new Float64Array(dimension);
  for (let at = 0; at < persons.length; at++) mean[at % dimension] += persons[at];
  const scores = multiplyVector(items, dimension, mean);
  return () => scores;
}

/** Likeness of the words of the items at the source to those at the target. */
export function titles({ source, sourceWords, target: { common } }: Pair): Score | undefined {
  if (sourceWords === null || common.kind !== 'vectors') return undefined;
  const { dimension, items } = common;
  return (row) => {
    const mean = new Float64Array(dimension);
    for (const item of historyAt(source, row))
      for (let j = 0; j < dimension; j++) mean[j] += sourceWords[item * dimension + j];
    return multiplyVector(items, dimension, mean);
  };
}

export function historyAt({ offsets, items }: Domain, row: number): Uint32Array {
  return items.subarray(offsets[row], offsets[row + 1]);
}

/** A person's history at a target in the common space, of length 1. If that space is of words, the target's mean is subtracted. */
export interface Local {
  readonly row: number;
  readonly places: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export function localsOf(pair: Pair, elsewhere: readonly (readonly Linked[])[]): Local[] {
  return pair.others.flatMap((platform, t) => localsAt(platform, elsewhere[t]));
}

function localsAt({ domain, common }: Platform, linked: readonly Linked[]): Local[] {
  if (common.kind === 'ids') {
    return linked.map(({ source: row, target }) => {
      const places = Array.from(historyAt(domain, target), (item) => common.places[item]);
      return { row, places, values: places.map(() => 1 / Math.sqrt(places.length)) };
    });
  }
  const { dimension, items } = common;
  const all = new Float64Array(linked.length * dimension);
  const mean = new Float64Array(dimension);
  linked.forEach(({ target }, v) => {
    const own = all.subarray(v * dimension, (v + 1) * dimension);
    for (const item of historyAt(domain, target))
      for (let j = 0; j < dimension; j++) own[j] += items[item * dimension + j];
    unitRows(own, dimension);
    for (let j = 0; j < dimension; j++) mean[j] += own[j] / linked.length;
  });
  const places = Uint32Array.from({ length: dimension }, (_, j) => j);
  return linked.map(({ source: row }, v) => {
    const values = all.slice(v * dimension, (v + 1) * dimension).map((value, j) => value - mean[j]);
    unitRows(values, dimension);
    return { row, places, values };
  });
}

/** Scores of the target's items for a person in the common space. */
export function inCatalogue(common: Common, person: Float64Array): Float32Array {
  return common.kind === 'vectors'
    ? multiplyVector(common.items, common.dimension, person)
    : Float32Array.from(common.places, (place) => person[place]);
}

export function sizeOf(common: Common): number {
  return common.kind === 'vectors' ? common.dimension : common.size;
}

/**
 * The bound: scores from the raw rows of everybody who is linked elsewhere. Each item at the source votes for the items that its persons
 * have at the targets.
 * @param evenness 0: votes count as they are; 1: common ids lose the square root of their popularity.
 */
export function pooledVotes({ source, target: { common } }: Pair, locals: readonly Local[], evenness: number): Score {
  const size = sizeOf(common);
  const byItem: Local[][] = source.catalogue.map(() => []);
  for (const local of locals) for (const item of historyAt(source, local.row)) byItem[item].push(local);
  const popular = new Float64Array(size).fill(evenness === 0 || common.kind === 'vectors' ? 1 : 5);
  if (evenness > 0 && common.kind === 'ids')
    for (const { places } of locals) for (let i = 0; i < places.length; i++) popular[places[i]]++;
  return (row) => {
    const person = new Float64Array(size);
    for (const item of historyAt(source, row)) {
      const voters = byItem[item];
      const weight = 1 / (Math.sqrt(voters.length) + 2);
      for (const { places, values } of voters)
        for (let i = 0; i < places.length; i++) person[places[i]] += weight * values[i];
    }
    for (let i = 0; i < size; i++) person[i] /= Math.sqrt(popular[i]);
    return inCatalogue(common, person);
  };
}

/** Numbers of every person of the source, of length 1, with a constant behind them. */
export interface Representations {
  readonly dimension: number;
  readonly values: Float64Array /* [persons, dimension] */;
}

export function withConstant(values: Float32Array, dimension: number): Representations {
  const units = Float64Array.from(values);
  unitRows(units, dimension);
  const persons = values.length / dimension;
  const out = new Float64Array(persons * (dimension + 1));
  for (let p = 0; p < persons; p++) {
    out.set(units.subarray(p * dimension, (p + 1) * dimension), p * (dimension + 1));
    out[p * (dimension + 1) + dimension] = 1;
  }
  return { dimension: dimension + 1, values: out };
}

/** Ridge regression of the linked persons' place in the common space on their numbers, everybody pooled, without noise. */
export function pooledMap(
  pair: Pair,
  { dimension: k, values }: Representations,
  locals: readonly Local[],
  ridge: number,
): Score {
  const { common } = pair.target;
  const size = sizeOf(common);
  const x = new Float64Array(locals.length * k);
  const sums = new Float64Array(k * size);
  locals.forEach(({ places, row, values: local }, v) => {
    const own = values.subarray(row * k, (row + 1) * k);
    x.set(own, v * k);
    for (let i = 0; i < k; i++) for (let j = 0; j < places.length; j++) sums[i * size + places[j]] += own[i] * local[j];
  });
  const map = solved(gram(x, k), sums, k, size, ridge);
  return (row) => {
    const person = new Float64Array(size);
    for (let i = 0; i < k; i++) for (let j = 0; j < size; j++) person[j] += values[row * k + i] * map[i * size + j];
    return inCatalogue(common, person);
  };
}

/** Ridge regression of own linked persons' factors on their numbers. */
export function ownMap(
  { dimension: k, values }: Representations,
  linked: readonly Linked[],
  factors: { readonly persons: Float32Array; readonly items: Float32Array; readonly dimension: number },
  ridge: number,
): Score {
  const d = factors.dimension;
  const x = new Float64Array(linked.length * k);
  const sums = new Float64Array(k * d);
  linked.forEach(({ source, target }, v) => {
    const own = values.subarray(source * k, (source + 1) * k);
    x.set(own, v * k);
    for (let i = 0; i < k; i++) for (let j = 0; j < d; j++) sums[i * d + j] += own[i] * factors.persons[target * d + j];
  });
  const map = solved(gram(x, k), sums, k, d, ridge);
  return (row) => {
    const person = new Float64Array(d);
    for (let i = 0; i < k; i++) for (let j = 0; j < d; j++) person[j] += values[row * k + i] * map[i * d + j];
    return multiplyVector(factors.items, d, person);
  };
}

function solved(a: Float64Array, sums: Float64Array, k: number, columns: number, ridge: number): Float64Array {
  for (let i = 0; i < k; i++) a[i * k + i] += ridge;
  choleskyInPlace(a, k);
  choleskySolveMany(a, k, sums, columns);
  return sums;
}
