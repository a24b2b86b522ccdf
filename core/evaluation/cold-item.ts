/**
 * The cold item: an item with a title and without interactions on any platform. The protocol hides all interactions with a
 * share of the items. It ranks each hidden item of a person among other cold items, because scores of cold and warm items are
 * not on one scale.
 * @module
 */
import type { ColdPerson } from '../data/cold-person.ts';
import type { Domain } from '../data/domain.ts';
import { DataError } from '../data/errors.ts';
import { itemCounts, itemFacts } from '../data/select.ts';
import { Prng } from '../random/prng.ts';
import type { DrawnNegatives } from './negatives.ts';
import { EvaluationError } from './errors.ts';

export interface ColdItemOptions {
  /** Share of the items that have interactions and become cold. Default 0.2. */
  readonly share?: number;
  /** Fewest items that a person must keep to be scored. Default 3. */
  readonly least?: number;
  readonly seed: string | number;
}

export interface ColdItemSplit {
  /** The domain without interactions with cold items. Persons and catalogue stay, so catalogue indices keep their meaning. */
  readonly train: Domain;
  /** Catalogue indices of the cold items, in ascending order. */
  readonly coldItems: Uint32Array;
  /** Persons with hidden items, which are their positives. `sourceInteractions` counts what they keep. */
  readonly persons: readonly ColdPerson[];
}

/** @throws DataError DATA_OPTION for a share outside its range. */
export function coldItemSplit(domain: Domain, { share = 0.2, least = 3, seed }: ColdItemOptions): ColdItemSplit {
  if (!(share > 0 && share < 1)) {
    throw new DataError('DATA_OPTION', `the share of cold items must lie between 0 and 1, both excluded; got ${share}`);
  }
  const counts = itemCounts(domain);
  const met = Uint32Array.from(counts.keys()).filter((item) => counts[item] > 0);
  const coldItems = new Prng(`${seed}/cold-items`)
    .shuffle(met)
    .slice(0, Math.round(share * met.length))
    .sort();
  const isCold = new Uint8Array(counts.length);
  for (const item of coldItems) isCold[item] = 1;
  const offsets = new Uint32Array(domain.offsets.length);
  const items: number[] = [];
  const persons: ColdPerson[] = [];
  for (let p = 0; p < domain.persons.length; p++) {
    const history = domain.items.subarray(domain.offsets[p], domain.offsets[p + 1]);
    const warm = history.filter((item) => isCold[item] === 0);
    for (const item of warm) items.push(item);
    offsets[p + 1] = items.length;
    if (warm.length < least || warm.length === history.length) continue;
    const positives = history.filter((item) => isCold[item] === 1);
    persons.push({ person: domain.persons[p], positives, sourceInteractions: warm.length });
  }
  const { catalogue, name } = domain;
  const train = {
    name,
    persons: domain.persons,
    catalogue,
    ...itemFacts(domain),
    offsets,
    items: Uint32Array.from(items),
  };
  return { train, coldItems, persons };
}

/**
 * n other cold items for each positive, every one equally likely, and never a positive of the person.
 * @throws EvaluationError EVALUATION_TOO_FEW_ITEMS, when drawing.
 */
export function coldItemNegatives({ coldItems }: ColdItemSplit, n: number, seed: string | number): DrawnNegatives {
  return {
    name: 'uniform',
    n,
    draw: ({ person, positives }, into) => {
      const own = new Set(positives);
      const free = coldItems.filter((item) => !own.has(item));
      if (free.length < n) {
        throw new EvaluationError(
          'EVALUATION_TOO_FEW_ITEMS',
          `${n} negatives asked for, but for one person only ${free.length} cold items can be drawn: make more items cold, or ask for fewer`,
        );
      }
      const prng = new Prng(`${seed}/cold-items/${n}/${person}`);
      const length = positives.length * n;
      const drawn = into !== undefined && into.length >= length ? into.subarray(0, length) : new Uint32Array(length);
      for (let p = 0; p < positives.length; p++) {
        prng.sample(free.length, n).forEach((at, i) => (drawn[p * n + i] = free[at]));
      }
      return drawn;
    },
  };
}
