/**
 * The candidates that a hidden positive is ranked against. A draw depends only on its seed and the person's id. So
 * every method of a run meets the same candidates, and gains are paired.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import type { Domain } from '../data/domain.ts';
import { itemCounts } from '../data/select.ts';
import { Prng } from '../random/prng.ts';
import { AliasTable } from './alias.ts';
import { EvaluationError } from './errors.ts';

/** The names that tables use. */
export type NegativesName = 'uniform' | 'popularity' | 'full';

/** Negatives drawn separately for each positive. */
export interface DrawnNegatives {
  readonly name: 'uniform' | 'popularity';
  /** Number of negatives per positive. */
  readonly n: number;
  /**
   * Draws catalogue indices: the n of the person's first positive come first. Written into `into` if it is long enough.
   */
  draw(person: ColdPerson, into?: Uint32Array): Uint32Array /* [positives, n] row-major */;
}

/** Every item of the catalogue that is not one of the person's positives. */
export interface WholeCatalogue {
  readonly name: 'full';
}

export type Negatives = DrawnNegatives | WholeCatalogue;

export const WHOLE_CATALOGUE: WholeCatalogue = { name: 'full' };

export interface NegativesOptions {
  /** The target's training interactions. They give its catalogue and the popularity of its items. */
  readonly target: Domain;
  /** Negatives per positive. Default 99. */
  readonly n?: number;
  readonly seed: string | number;
}

export function negativesByName(name: NegativesName, options: NegativesOptions): Negatives {
  switch (name) {
    case 'uniform':
      return uniformNegatives(options);
    case 'popularity':
      return popularityNegatives(options);
    case 'full':
      return WHOLE_CATALOGUE;
  }
}

/**
 * n different items for each positive. Every item of the catalogue is equally likely, except the person's positives,
 * which are never drawn.
 *
 * @throws EvaluationError EVALUATION_TOO_FEW_ITEMS, when drawing.
 */
export function uniformNegatives({ target, n = 99, seed }: NegativesOptions): DrawnNegatives {
  const items = target.catalogue.length;
  const everything = Uint32Array.from({ length: items }, (_, item) => item);
  return drawnWithoutReplacement('uniform', n, seed, items, everything, {
    one: (prng) => prng.integer(items),
    key: (_item, prng) => prng.uniform(),
  });
}

/**
 * n different items for each positive, drawn one after the other in proportion to their training interactions. The
 * person's positives are never drawn, nor is an item without training interactions.
 *
 * @throws EvaluationError EVALUATION_TOO_FEW_ITEMS, if no item has a training interaction, or when drawing.
 */
export function popularityNegatives({ target, n = 99, seed }: NegativesOptions): DrawnNegatives {
  const counts = itemCounts(target);
  const met = Uint32Array.from(counts.keys()).filter((item) => counts[item] > 0);
  if (met.length === 0) {
    throw new EvaluationError(
      'EVALUATION_TOO_FEW_ITEMS',
      `"${target.name}" has no training interaction, so no item has a popularity: draw uniformly instead`,
    );
  }
  const table = new AliasTable(counts);
  return drawnWithoutReplacement('popularity', n, seed, counts.length, met, {
    one: (prng) => table.draw(prng),
    // Efraimidis and Spirakis (2006): the n largest u^(1/w) are n successive draws by weight w without replacement.
    key: (item, prng) => Math.log(1 - prng.uniform()) / counts[item],
  });
}

/**
 * n items for each positive, every item of `from` equally likely, with replacement. The person's positives are not
 * removed. Published protocols do this; our own never do.
 */
export function uniformWithReplacement(from: Uint32Array, n: number, seed: string | number): DrawnNegatives {
  return {
    name: 'uniform',
    n,
    draw: (person, into) => {
      const prng = new Prng(`${seed}/with-replacement/${person.person}`);
      const drawn = roomFor(person.positives.length * n, into);
      for (let i = 0; i < drawn.length; i++) drawn[i] = from[prng.integer(from.length)];
      return drawn;
    },
  };
}

/** The same candidates, drawn now for each of these persons and kept for every method that is ranked among them. */
export function drawnOnce(kind: Negatives, cold: readonly ColdPerson[]): Negatives {
  if (kind.name === 'full') return kind;
  const drawn = new Map(cold.map((person) => [person, kind.draw(person)]));
  return { ...kind, draw: (person, into) => drawn.get(person) ?? kind.draw(person, into) };
}

interface ItemSampler {
  /** Draws one item, with replacement. */
  one(prng: Prng): number;
  /** Gives an item a random key. The items with the n largest keys are a draw without replacement. */
  key(item: number, prng: Prng): number;
}

function drawnWithoutReplacement(
  name: 'uniform' | 'popularity',
  n: number,
  seed: string | number,
  items: number,
  drawable: Uint32Array,
  sampler: ItemSampler,
): DrawnNegatives {
  // stamp[item] === draws marks an item that the current draw has taken, or a positive of the person.
  const stamp = new Uint32Array(items);
  let draws = 0;
  const canBeDrawn = new Uint8Array(items);
  for (const item of drawable) canBeDrawn[item] = 1;
  return {
    name,
    n,
    draw: ({ person, positives }, into) => {
      const own = new Set(positives);
      let free = drawable.length;
      for (const item of own) free -= canBeDrawn[item];
      if (free < n) {
        throw new EvaluationError(
          'EVALUATION_TOO_FEW_ITEMS',
          `${n} ${name} negatives asked for, but for one person only ${free} items can be drawn: ` +
            'ask for fewer, or rank the whole catalogue',
        );
      }
      const prng = new Prng(`${seed}/${name}/${n}/${person}`);
      const drawn = roomFor(positives.length * n, into);
      for (let p = 0; p < positives.length; p++) {
        const row = drawn.subarray(p * n, (p + 1) * n);
        // Redrawing taken items is fast while few are taken, and very slow if most items are needed.
        if (n * 2 > free) {
          largestKeys(row, drawable, own, sampler, prng);
          continue;
        }
        draws += 1;
        for (const item of positives) stamp[item] = draws;
        for (let i = 0; i < n;) {
          const item = sampler.one(prng);
          if (stamp[item] === draws) continue;
          stamp[item] = draws;
          row[i++] = item;
        }
      }
      return drawn;
    },
  };
}

function largestKeys(
  row: Uint32Array,
  drawable: Uint32Array,
  own: ReadonlySet<number>,
  sampler: ItemSampler,
  prng: Prng,
): void {
  const free = drawable.filter((item) => !own.has(item));
  const keys = Float64Array.from(free, (item) => sampler.key(item, prng));
  const order = Uint32Array.from(free.keys()).sort((a, b) => keys[b] - keys[a]);
  for (let i = 0; i < row.length; i++) row[i] = free[order[i]];
}

function roomFor(length: number, into: Uint32Array | undefined): Uint32Array {
  return into !== undefined && into.length >= length ? into.subarray(0, length) : new Uint32Array(length);
}
