/**
 * What a hidden positive is ranked against. A draw depends on its seed and the person's id alone, so every method of a
 * run meets the same candidates, and gains are paired.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import type { Domain } from '../data/domain.ts';
import { itemCounts } from '../data/select.ts';
import { Prng } from '../random/prng.ts';
import { AliasTable } from './alias.ts';
import { EvaluationError } from './errors.ts';

/** As tables name them. */
export type NegativesName = 'uniform' | 'popularity' | 'full';

/** Negatives drawn anew for each positive. */
export interface DrawnNegatives {
  readonly name: 'uniform' | 'popularity';
  /** Negatives a positive is ranked against. */
  readonly n: number;
  /** Catalogue indices, the n of the person's first positive first. Written into `into` when it is long enough. */
  draw(person: ColdPerson, into?: Uint32Array): Uint32Array /* [positives, n] row-major */;
}

/** Every item of the catalogue that is not a positive of the person. */
export interface WholeCatalogue {
  readonly name: 'full';
}

export type Negatives = DrawnNegatives | WholeCatalogue;

export const WHOLE_CATALOGUE: WholeCatalogue = { name: 'full' };

export interface NegativesOptions {
  /** The target's training interactions: its catalogue, and the popularity of its items. */
  readonly target: Domain;
  /** Default 99. */
  readonly n?: number;
  readonly seed: string | number;
}

/** Any of the three by the name tables use. */
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
 * n different items for each positive, every item of the catalogue alike, never one of the person's positives.
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
 * n different items for each positive, drawn one after the other in proportion to their training interactions, never
 * one of the person's positives. An item nobody met in training is never drawn.
 * @throws EvaluationError EVALUATION_TOO_FEW_ITEMS, when drawing.
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
 * n items for each positive, every item of `from` alike, with replacement, the person's positives not removed.
 * Published protocols do this; our own never.
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

interface ItemSampler {
  /** One item, with replacement. */
  one(prng: Prng): number;
  /** A random key: the items of the n largest keys are a draw without replacement. */
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
  // stamp[item] === the current draw: the item is taken, or a positive of the person.
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
        // Drawing and redrawing is fast while few items are taken; near the end of the catalogue it would never finish.
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
