/**
 * A planted world for studies of transfer: persons with a taste, a source and a target whose items have traits, and items that
 * the target's persons like along their taste.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import { Prng } from '../../core/random/prng.ts';
import { direction, dot, likedItems } from '../worlds/planted/planted.ts';

export interface TasteWorld {
  readonly source: Domain;
  readonly split: ColdSplit;
  /** Traits of the source's items. */
  readonly traits: readonly Float64Array[];
}

export interface SourceHistory {
  readonly items: Uint32Array;
  readonly ratings?: Float32Array;
}

export interface TasteOptions {
  /** Length of a taste. */
  readonly dimension: number;
  readonly sourceItems: number;
  readonly linked: number;
  readonly cold: number;
  /** Strength of taste on the target, and of its items' popularity, in log-odds. */
  readonly liking: number;
  readonly popularity: number;
  /** Draws a person's history on the source. @param traits of its items */
  readonly history: (taste: Float64Array, traits: readonly Float64Array[], prng: Prng) => SourceHistory;
}

export const USUAL_TASTES: TasteOptions = {
  dimension: 6,
  sourceItems: 200,
  linked: 300,
  cold: 150,
  liking: 5,
  popularity: 0,
  history: (taste, traits, prng) => ({
    items: likedItems(
      Float64Array.from(traits, (trait) => 5 * dot(trait, taste)),
      12,
      prng,
    ),
  }),
};

const TARGET_ITEMS = 120;
const CHOSEN = 6;

export function tasteWorld(seed: string, options: TasteOptions = USUAL_TASTES): TasteWorld {
  const prng = new Prng(seed);
  const { cold, dimension, history, linked, liking, popularity, sourceItems } = options;
  const directions = (count: number): readonly Float64Array[] =>
    Array.from({ length: count }, () => direction(prng, dimension));
  const traits = directions(sourceItems);
  const targetTraits = directions(TARGET_ITEMS);
  const popular = targetTraits.map(() => popularity * prng.gaussian());
  const persons = directions(linked + cold).map((taste, row) => ({
    id: `p${row}`,
    history: history(taste, traits, prng),
    items: likedItems(
      Float64Array.from(targetTraits, (trait, item) => liking * dot(trait, taste) + popular[item]),
      CHOSEN,
      prng,
    ),
  }));
  const known = persons.slice(0, linked);
  const names = known.map(({ id }) => id);
  return {
    traits,
    source: {
      ...domainOf(
        'source',
        sourceItems,
        persons.map(({ id, history: { items } }) => ({ id, items })),
      ),
      ...(persons[0].history.ratings && {
        ratings: Float32Array.from(persons.flatMap(({ history: { ratings = [] } }) => Array.from(ratings))),
      }),
    },
    split: {
      target: domainOf('target', TARGET_ITEMS, known),
      cold: persons.slice(linked).map(({ id, items }) => ({ person: id, positives: items, sourceInteractions: 1 })),
      unmetPositives: 0,
      warm: names,
      linked: names,
    },
  };
}

function domainOf(
  name: string,
  items: number,
  persons: readonly { readonly id: string; readonly items: Uint32Array }[],
): Domain {
  const offsets = new Uint32Array(persons.length + 1);
  persons.forEach(({ items: own }, row) => (offsets[row + 1] = offsets[row] + own.length));
  return {
    name,
    persons: persons.map(({ id }) => id),
    catalogue: Array.from({ length: items }, (_, item) => `${name} ${item}`),
    offsets,
    items: Uint32Array.from(persons.flatMap(({ items: own }) => Array.from(own))),
  };
}
