/**
 * Inversion attacks: a target guesses ten items of a person's history on the source from the vector that it received. Both attackers know
 * how popular items are among consenting persons. One also knows the item vectors of the source, and looks for items whose vectors add
 * up to the person's (orthogonal matching pursuit: Pati, Rezaiifar and Krishnaprasad 1993). The other knows the histories of
 * consenting persons, and learns a linear map from vectors to items.
 */
import { kernels } from '../../core/kernels/index.ts';
import type { History } from '../../core/data/domain.ts';
import { choleskyInPlace, choleskySolve, choleskySolveMany } from '../../core/transfer/linear-algebra/cholesky.ts';
import type { ItemVectors } from '../../core/transfer/encoder/item-vectors.ts';

export interface Person {
  /** As released to the target; null if nothing was. */
  readonly vector: Float32Array | null;
  readonly history: Uint32Array;
}

/** Guesses ten items, best first. */
export type Attack = (vector: Float32Array | null) => readonly number[];

const GUESSES = 10;

/** Share of the guessed items that the person has, out of as many as could be right: one number per person. */
export function recalls(attack: Attack, victims: readonly Person[]): Float64Array {
  return Float64Array.from(victims, ({ vector, history }) => {
    const own = new Set(history);
    const hits = attack(vector)
      .slice(0, GUESSES)
      .filter((item) => own.has(item)).length;
    return hits / Math.min(GUESSES, own.size);
  });
}

/** The log of each item's popularity among persons whose histories the attacker knows, at most 0. */
function logPopularity(known: readonly Person[], items: number): Float64Array {
  const counts = new Float64Array(items).fill(0.5);
  for (const { history } of known) for (const item of history) counts[item] += 1;
  const most = Math.log(counts.reduce((a, b) => Math.max(a, b)));
  return counts.map((count) => Math.log(count) - most);
}

export function popularityGuess(known: readonly Person[], items: number): Attack {
  const best = bestOf(logPopularity(known, items), GUESSES);
  return () => best;
}

/** Weights of the popularity prior that are tried on known persons. */
const PRIOR_WEIGHTS = [0, 0.005, 0.02, 0.05, 0.1, 0.3];
const TUNED_ON = 80;

/** @param known persons on whom the weight of the prior is chosen. */
export function matchingPursuit({ dimension, vectors }: ItemVectors, known: readonly Person[]): Attack {
  const items = vectors.length / dimension;
  const popularity = logPopularity(known, items);
  const units = new Float64Array(vectors.length);
  for (let item = 0; item < items; item++) {
    const own = vectors.subarray(item * dimension, (item + 1) * dimension);
    const length = Math.hypot(...own);
    if (length > 0) own.forEach((value, i) => (units[item * dimension + i] = value / length));
  }
  const held = kernels.holdRows(Float32Array.from(units), dimension);
  const fallback = bestOf(popularity, 2 * GUESSES);
  const attack =
    (weight: number): Attack =>
    (vector) => {
      if (vector === null || vector.every((value) => value === 0)) return fallback;
      const chosen: number[] = [];
      let residual = Float64Array.from(vector);
      while (chosen.length < GUESSES && residual.reduce((sum, value) => sum + value * value, 0) > 1e-6) {
        const match = Float64Array.from(held.times(residual), (value, item) => value + weight * popularity[item]);
        for (const item of chosen) match[item] = -Infinity;
        chosen.push(bestOf(match, 1)[0]);
        residual = without(vector, chosen, vectors, dimension);
      }
      return [...chosen, ...fallback.filter((item) => !chosen.includes(item))];
    };
  const tuning = known.slice(0, TUNED_ON);
  const qualities = PRIOR_WEIGHTS.map((weight) => mean(recalls(attack(weight), tuning)));
  return attack(PRIOR_WEIGHTS[qualities.indexOf(Math.max(...qualities))]);
}

/** The residual of the vector after its least-squares fit by the vectors of these items. */
function without(
  vector: Float32Array,
  chosen: readonly number[],
  vectors: Float32Array,
  dimension: number,
): Float64Array<ArrayBuffer> {
  const k = chosen.length;
  const rows = chosen.map((item) => vectors.subarray(item * dimension, (item + 1) * dimension));
  const gram = new Float64Array(k * k);
  const fit = new Float64Array(k);
  rows.forEach((a, i) => {
    rows.forEach((b, j) => (gram[i * k + j] = dot(a, b) + (i === j ? 1e-6 : 0)));
    fit[i] = dot(a, vector);
  });
  choleskyInPlace(gram, k);
  choleskySolve(gram, k, fit);
  return Float64Array.from(vector, (value, i) => value - rows.reduce((sum, row, r) => sum + fit[r] * row[i], 0));
}

const PENALTIES = [0.3, 3, 30];

/** Ridge regression from the vectors of known persons to their items. */
export function linearAttack(known: readonly Person[], items: number): Attack {
  const usable = known.filter((person): person is Person & { vector: Float32Array } => person.vector !== null);
  const fallback = popularityGuess(known, items);
  if (usable.length < 20) return fallback;
  const cut = Math.round(0.8 * usable.length);
  const qualities = PENALTIES.map((penalty) =>
    mean(recalls(fitted(usable.slice(0, cut), items, penalty, fallback), usable.slice(cut))),
  );
  return fitted(usable, items, PENALTIES[qualities.indexOf(Math.max(...qualities))], fallback);
}

function fitted(
  known: readonly (Person & { readonly vector: Float32Array })[],
  items: number,
  penalty: number,
  fallback: Attack,
): Attack {
  const d = known[0].vector.length;
  const centre = new Float64Array(d);
  for (const { vector } of known) vector.forEach((value, i) => (centre[i] += value / known.length));
  const gram = new Float64Array(d * d);
  const cross = new Float64Array(d * items);
  const popularity = new Float64Array(items);
  let spread = 0;
  for (const { history, vector } of known) {
    const x = Float64Array.from(vector, (value, i) => value - centre[i]);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) gram[i * d + j] += x[i] * x[j];
    for (const item of history) {
      popularity[item] += 1 / known.length;
      for (let i = 0; i < d; i++) cross[i * items + item] += x[i];
    }
  }
  for (let i = 0; i < d; i++) spread += gram[i * d + i] / d;
  for (let i = 0; i < d; i++) gram[i * d + i] += penalty * Math.max(spread, 1e-9);
  choleskyInPlace(gram, d);
  choleskySolveMany(gram, d, cross, items);
  return (vector) => {
    if (vector === null) return fallback(vector);
    const scores = popularity.slice();
    for (let i = 0; i < d; i++) {
      const value = vector[i] - centre[i];
      for (let item = 0; item < items; item++) scores[item] += value * cross[i * items + item];
    }
    return bestOf(scores, GUESSES);
  };
}

/**
 * The item vectors of an encoder whose representation is the unit sum over a history, from its answers alone: the direction of each item
 * by itself, and its length by a pair with one other item.
 */
export function probed(represent: (history: History) => Float32Array, items: number): ItemVectors | undefined {
  const of = (...own: number[]): Float32Array => represent({ items: Uint32Array.from(own) });
  const directions = Array.from({ length: items }, (_, item) => of(item));
  const reference = directions.findIndex((one) => one.some((value) => value !== 0));
  if (reference < 0) return undefined;
  const dimension = directions[0].length;
  const vectors = new Float32Array(items * dimension);
  const r = directions[reference];
  directions.forEach((direction, item) => {
    if (direction.every((value) => value === 0)) return;
    // u = a * direction + b * r; the item is a / b times as long as the reference.
    const cosine = dot(direction, r);
    const u = of(item, reference);
    const determinant = 1 - cosine * cosine;
    const [p, q] = [dot(u, direction), dot(u, r)];
    const ratio = item === reference || determinant < 1e-6 ? 1 : (p - cosine * q) / (q - cosine * p);
    const length = Number.isFinite(ratio) && ratio > 0 ? ratio : 1;
    direction.forEach((value, i) => (vectors[item * dimension + i] = length * value));
  });
  return { dimension, vectors };
}

/** Places of the largest values, largest first. */
function bestOf(values: ArrayLike<number>, count: number): readonly number[] {
  const best: number[] = [];
  for (let at = 0; at < values.length; at++) {
    if (best.length === count && !(values[at] > values[best[count - 1]])) continue;
    let place = best.length;
    while (place > 0 && values[at] > values[best[place - 1]]) place--;
    best.splice(place, 0, at);
    if (best.length > count) best.pop();
  }
  return best;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
