/**
 * Ranking for the persons of a platform that has few of them: its own neighbours and popularity, without noise, and beside
 * them the vectors and counts that the federation made together. The platform chooses how much each of them weighs by
 * scoring every item of its own persons as if it were unknown. The federation's weight may be 0.
 *
 * The vectors are released, and everything else stays on the platform: a newcomer uses them without contributing anybody,
 * and without charging anything.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';
import { Prng } from '../../random/prng.ts';
import type { SharedVectors } from '../encoder/item-vectors.ts';
import { OwnNeighbours } from './own-neighbours.ts';

/** Weights of the parts' scores, each scaled to deviation 1 over the catalogue. The neighbours' weight is 1. */
export interface NewcomerWeights {
  /** Logarithm of the own counts. */
  readonly popularity: number;
  /** Cosine of the item's shared direction to the history's. */
  readonly shared: number;
  /** Logarithm of the federation's noisy counts. */
  readonly sharedPopularity: number;
}

/** The choice of weights, as plain data that a thread can hand to another. */
export interface NewcomerChoice {
  readonly weights: NewcomerWeights;
  /** Number of own interactions that the weights were chosen on; 0: the weights are the defaults. */
  readonly validated: number;
}

/** The parts of an item's score. They add up to it. */
export type NewcomerParts = Readonly<Record<keyof NewcomerWeights | 'neighbours', number>>;

export interface Newcomer extends NewcomerChoice {
  /** Scores over the catalogue for a person with this history. */
  scores(history: Uint32Array): Float32Array /* [items] */;
  explain(history: Uint32Array, items: readonly number[]): readonly NewcomerParts[];
}

export interface NewcomerTask {
  /** The platform's own persons. */
  readonly own: Interactions;
  /** Size of the catalogue. */
  readonly items: number;
  /** The vectors that the federation made together; absent: the platform ranks alone. */
  readonly shared?: SharedVectors;
  /** Seed of the candidates on which the weights are chosen. */
  readonly seed: string;
}

/** A platform without any person of its own cannot choose. */
const UNCHOSEN: NewcomerWeights = { popularity: 0, shared: 1, sharedPopularity: 0.4 };
const STEPS = [0, 0.1, 0.2, 0.4, 0.8, 1.6];
const FEW_STEPS = [0, 0.2, 0.4, 0.8];
/** Own interactions that weights are chosen on, at most. */
const MOST_VALIDATED = 400;
/** Candidates of each kind beside the item that is taken for unknown: uniform ones, and ones drawn by popularity. */
const CANDIDATES = 99;

type Part = keyof NewcomerWeights | 'neighbours';
type Parts = Readonly<Record<Part, Float64Array>>;

/** Chooses the weights and makes the ranking with them. */
export function fitNewcomer(task: NewcomerTask): Newcomer {
  return restoreNewcomer(task, chooseWeights(task));
}

/** @param choice made for the same rows and vectors, perhaps in another thread. */
export function restoreNewcomer(task: Omit<NewcomerTask, 'seed'>, choice: NewcomerChoice): Newcomer {
  const { items } = task;
  const { weights } = choice;
  const partsOf = scoring(task);
  return {
    ...choice,
    scores: (history) => {
      const parts = partsOf(history);
      return Float32Array.from({ length: items }, (_, item) => blended(parts, weights, item));
    },
    explain: (history, asked) => {
      const { neighbours, popularity, shared, sharedPopularity } = partsOf(history);
      return asked.map((item) => ({
        neighbours: neighbours[item],
        popularity: weights.popularity * popularity[item],
        shared: weights.shared * shared[item],
        sharedPopularity: weights.sharedPopularity * sharedPopularity[item],
      }));
    },
  };
}

/** Chooses the weights that rank the platform's own left-out items best; fixed weights if no person has two items. */
export function chooseWeights(task: NewcomerTask): NewcomerChoice {
  const { own, items, shared, seed } = task;
  const partsOf = scoring(task);
  const trials = leftOut(own, new Prng(`${seed}/left out`)).map(({ row, hidden, history }, index) => {
    const parts = partsOf(history, row, hidden);
    return candidatesOf(parts, hidden, own, row, items, new Prng(`${seed}/candidates/${index}`));
  });
  const weights = trials.length === 0 ? UNCHOSEN : chosenWeights(trials, shared !== undefined);
  return { weights, validated: trials.length };
}

/** The parts' scores over the catalogue. */
type Scoring = (history: Uint32Array, without?: number, hidden?: number) => Parts;

function scoring({ own, items, shared }: Omit<NewcomerTask, 'seed'>): Scoring {
  const neighbours = new OwnNeighbours(own, items);
  const counts = Float64Array.from({ length: items }, (_, item) => neighbours.count(item));
  const sharedPopularity = scaled(
    Float64Array.from({ length: items }, (_, item) => Math.log1p(Math.max(0, shared?.counts[item] ?? 0))),
  );
  const vectors = shared === undefined ? undefined : new Directions(shared);
  return (history, without = -1, hidden = -1) => ({
    neighbours: scaled(neighbours.scores(history, without)),
    popularity: scaled(counts.map((count, item) => Math.log1p(item === hidden ? count - 1 : count))),
    shared: scaled(vectors?.cosines(history) ?? new Float64Array(items)),
    sharedPopularity,
  });
}

class Directions {
  readonly #shared: SharedVectors;
  /** Directions of length 1; zeros stay zeros. */
  readonly #units: Float64Array;

  constructor(shared: SharedVectors) {
    const k = shared.dimension;
    this.#shared = shared;
    this.#units = Float64Array.from(shared.directions);
    for (let base = 0; base < this.#units.length; base += k) {
      const row = this.#units.subarray(base, base + k);
      const length = Math.hypot(...row);
      if (length > 0) for (let j = 0; j < k; j++) row[j] /= length;
    }
  }

  cosines(history: Uint32Array): Float64Array {
    const { dimension: k, directions, weights } = this.#shared;
    const person = new Float64Array(k);
    for (const item of history) {
      for (let j = 0; j < k; j++) person[j] += weights[item] * directions[item * k + j];
    }
    const length = Math.hypot(...person);
    const scores = new Float64Array(weights.length);
    if (length === 0) return scores;
    for (let item = 0, base = 0; item < scores.length; item++, base += k) {
      let dot = 0;
      for (let j = 0; j < k; j++) dot += this.#units[base + j] * person[j];
      scores[item] = dot / length;
    }
    return scores;
  }
}

/** Mean 0 and deviation 1; all zeros if nothing differs. */
function scaled(values: Float64Array): Float64Array {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let square = 0;
  for (const value of values) square += (value - mean) ** 2 / values.length;
  const inverse = square > 0 ? 1 / Math.sqrt(square) : 0;
  return values.map((value) => (value - mean) * inverse);
}

function blended(parts: Parts, weights: NewcomerWeights, at: number): number {
  return (
    parts.neighbours[at] +
    weights.popularity * parts.popularity[at] +
    weights.shared * parts.shared[at] +
    weights.sharedPopularity * parts.sharedPopularity[at]
  );
}

interface LeftOut {
  readonly row: number;
  /** The item that is taken for unknown. */
  readonly hidden: number;
  /** The person's other items. */
  readonly history: Uint32Array;
}

/** Interactions of persons with two items or more, in a random order, at most {@link MOST_VALIDATED}. */
function leftOut({ offsets, items }: Interactions, prng: Prng): readonly LeftOut[] {
  const positions: [row: number, position: number][] = [];
  for (let row = 0; row + 1 < offsets.length; row++) {
    if (offsets[row + 1] - offsets[row] < 2) continue;
    for (let position = offsets[row]; position < offsets[row + 1]; position++) positions.push([row, position]);
  }
  return prng
    .shuffle(positions)
    .slice(0, MOST_VALIDATED)
    .map(([row, position]) => ({
      row,
      hidden: items[position],
      history: items.subarray(offsets[row], offsets[row + 1]).filter((item) => item !== items[position]),
    }));
}

/** The parts' scores of the hidden item, which comes first, and of the candidates. */
function candidatesOf(
  parts: Parts,
  hidden: number,
  { offsets, items: met }: Interactions,
  row: number,
  items: number,
  prng: Prng,
): Parts {
  const taken = new Set(met.subarray(offsets[row], offsets[row + 1]));
  const drawn = [hidden];
  const draw = (one: () => number): void => {
    // An item that the person has may come up again and again on a small platform, so the tries are counted.
    for (let tries = 0, found = 0; found < CANDIDATES && tries < 4 * CANDIDATES; tries++) {
      const item = one();
      if (taken.has(item)) continue;
      taken.add(item);
      drawn.push(item);
      found += 1;
    }
  };
  draw(() => prng.integer(items));
  draw(() => met[prng.integer(met.length)]);
  const of = (part: Part): Float64Array => Float64Array.from(drawn, (item) => parts[part][item]);
  return {
    neighbours: of('neighbours'),
    popularity: of('popularity'),
    shared: of('shared'),
    sharedPopularity: of('sharedPopularity'),
  };
}

function chosenWeights(trials: readonly Parts[], together: boolean): NewcomerWeights {
  let best: NewcomerWeights = { popularity: 0, shared: 0, sharedPopularity: 0 };
  let bestQuality = -1;
  for (const popularity of STEPS) {
    for (const shared of together ? STEPS : [0]) {
      for (const sharedPopularity of together ? FEW_STEPS : [0]) {
        const weights = { popularity, shared, sharedPopularity };
        const quality = trials.reduce((sum, parts) => sum + gainOf(parts, weights), 0);
        if (quality <= bestQuality) continue;
        [best, bestQuality] = [weights, quality];
      }
    }
  }
  return best;
}

/** The discounted gain of the hidden item's rank in the whole list. With few persons, the first ten ranks alone say too little. */
function gainOf(parts: Parts, weights: NewcomerWeights): number {
  const own = blended(parts, weights, 0);
  let ahead = 0;
  for (let at = 1; at < parts.neighbours.length; at++) {
    const score = blended(parts, weights, at);
    if (score > own) ahead += 1;
    else if (score === own) ahead += 0.5;
  }
  return 1 / Math.log2(2 + ahead);
}
