/**
 * Planted worlds of encoders: whole histories on sources, from which views and trainings make representations. Their numbers
 * were set on other seeds than those of `verify.ts`.
 * @module
 */
import type { ColdPerson } from '../../../core/data/cold-person.ts';
import type { Domain } from '../../../core/data/domain.ts';
import type { ColdSplit } from '../../../core/evaluation/split.ts';
import { Prng } from '../../../core/random/prng.ts';
import { likedItems } from './planted.ts';

/** Fingerprint of what made the item vectors of planted worlds: each world has one table for all sources. */
export const VECTORS_MADE = '0'.repeat(64);

export interface EncoderWorld {
  readonly name: string;
  /** The assumption that holds. */
  readonly summary: string;
  make(seed: string): EncoderTrial;
}

export interface EncoderTrial {
  readonly sources: readonly Domain[];
  readonly split: ColdSplit;
  /** Number of ids that the sources have in common; absent: they have no vocabulary. */
  readonly vocabulary?: number;
}

interface Plan {
  /** Persons known on both sides. */
  readonly linked: number;
  readonly cold: number;
  /** Persons of the sources alone: they teach encoders. */
  readonly others: number;
  readonly groups: number;
  /** Items of each group, on a source and on the target. */
  readonly sourceItems: number;
  readonly targetItems: number;
  /** Items that each person has there. */
  readonly met: number;
  readonly chosen: number;
  /** Names of the sources. Persons are on one of them in turn. */
  readonly sources: readonly string[];
  /** True if the sources sell the same items. */
  readonly isOneCatalogue: boolean;
  /** Utility of an item of the person's own group, in log-odds: one unit more makes it e times as likely. */
  readonly liking: number;
}

const plan: Plan = {
  linked: 500,
  cold: 300,
  others: 1200,
  groups: 12,
  sourceItems: 60,
  targetItems: 10,
  met: 6,
  chosen: 5,
  sources: ['source'],
  isOneCatalogue: false,
  liking: 4,
};

/** Persons of groups of tastes: each group likes items of its own, on the sources and on the target. */
function grouped(shape: Plan, seed: string): EncoderTrial {
  const prng = new Prng(seed);
  const total = shape.linked + shape.cold + shape.others;
  const catalogueSize = shape.groups * shape.sourceItems;
  const targetSize = shape.groups * shape.targetItems;
  const utility = (items: number, group: number): Float64Array =>
    Float64Array.from({ length: items }, (_, item) => (item % shape.groups === group ? shape.liking : 0));
  const persons = Array.from({ length: total }, (_, row) => {
    const group = prng.integer(shape.groups);
    return {
      id: `p${row}`,
      source: row % shape.sources.length,
      history: likedItems(utility(catalogueSize, group), shape.met, prng),
      items: likedItems(utility(targetSize, group), shape.chosen, prng),
    };
  });
  const linked = persons.slice(0, shape.linked);
  const cold = persons.slice(shape.linked, shape.linked + shape.cold);
  const names = linked.map(({ id }) => id);
  return {
    sources: shape.sources.map((name, place) => ({
      ...domainOf(
        name,
        persons.filter(({ source }) => source === place).map(({ history, id }) => ({ id, items: history })),
        Array.from({ length: catalogueSize }, (_, item) => `${shape.isOneCatalogue ? 'item' : name} ${item}`),
      ),
      ...(shape.isOneCatalogue && { places: Int32Array.from({ length: catalogueSize }, (_, item) => item) }),
    })),
    split: {
      target: {
        ...domainOf(
          'target',
          linked,
          Array.from({ length: targetSize }, (_, item) => `target ${item}`),
        ),
        ...(shape.isOneCatalogue && { places: new Int32Array(targetSize).fill(-1) }),
      },
      cold: cold.map(({ id, items }): ColdPerson => ({ person: id, positives: items, sourceInteractions: shape.met })),
      warm: names,
      linked: names,
      unmetPositives: 0,
    },
    ...(shape.isOneCatalogue && { vocabulary: catalogueSize }),
  };
}

/** A platform of these persons, in their order. */
export function domainOf(
  name: string,
  persons: readonly { readonly id: string; readonly items: Uint32Array }[],
  catalogue: readonly string[],
): Domain {
  const offsets = new Uint32Array(persons.length + 1);
  persons.forEach(({ items }, row) => (offsets[row + 1] = offsets[row] + items.length));
  return {
    name,
    persons: persons.map(({ id }) => id),
    catalogue,
    offsets,
    items: Uint32Array.from(persons.flatMap(({ items }) => Array.from(items))),
  };
}

export const groups: EncoderWorld = {
  name: 'groups',
  summary: 'twelve groups of persons like sixty items each on the source: which items go together shows the group',
  make: (seed) => grouped(plan, seed),
};

export const twoShops: EncoderWorld = {
  name: 'two shops',
  summary: 'the same groups on two sources that sell the same items, each with half of the persons',
  make: (seed) => grouped({ ...plan, sources: ['first', 'second'], isOneCatalogue: true }, seed),
};

export const rare: EncoderWorld = {
  name: 'rare items',
  summary: 'forty groups like four items each on the source, so that single items tell the group',
  make: (seed) => grouped({ ...plan, groups: 40, sourceItems: 4, targetItems: 4, met: 4, chosen: 3 }, seed),
};

/** Few persons meet the same item here, so that a history by itself says little. */
const sparse: Plan = { ...plan, sourceItems: 400, others: 0 };

/** Adds facts about items to the sources. `groupOf` gives the group of an item. */
function withFacts(
  trial: EncoderTrial,
  facts: (source: Domain, groupOf: (item: number) => number) => Partial<Domain>,
): EncoderTrial {
  const groupOf = (item: number): number => item % sparse.groups;
  return { ...trial, sources: trial.sources.map((source) => ({ ...source, ...facts(source, groupOf) })) };
}

/** Words in a title that are of the item's group, words in it that are of any group, and words that each group has. */
const WORDS = { ofGroup: 2, ofAnybody: 3, perGroup: 6 };

export const described: EncoderWorld = {
  name: 'described',
  summary: 'persons of a group seldom meet the same item, but two words of each title are of the group',
  make: (seed) =>
    withFacts(grouped(sparse, seed), ({ catalogue }, groupOf) => {
      const prng = new Prng(`${seed}/titles`);
      return {
        titles: catalogue.map((_, item) => {
          const own = Array.from(
            { length: WORDS.ofGroup },
            () => `group${groupOf(item)}x${prng.integer(WORDS.perGroup)}`,
          );
          const others = Array.from({ length: WORDS.ofAnybody }, () => `any${prng.integer(200)}`);
          return prng.shuffle([...own, ...others]).join(' ');
        }),
      };
    }),
};

export const pictured: EncoderWorld = {
  name: 'pictured',
  summary: 'persons of a group seldom meet the same item, but pictures of the group’s items look alike',
  make: (seed) =>
    withFacts(grouped(sparse, seed), ({ catalogue }, groupOf) => {
      const prng = new Prng(`${seed}/pictures`);
      const dimension = 24;
      const look = Array.from({ length: sparse.groups }, () =>
        Float64Array.from({ length: dimension }, () => prng.gaussian()),
      );
      const picture = (group: number): Float32Array =>
        Float32Array.from(look[group], (value) => value + 1.5 * prng.gaussian());
      return { vectors: { dimension, of: new Map(catalogue.map((id, item) => [id, picture(groupOf(item))])) } };
    }),
};

export const banded: EncoderWorld = {
  name: 'banded',
  summary: 'the group that most of a person’s items are of goes with an attribute of the person',
  make: (seed) =>
    withFacts(grouped(sparse, seed), ({ items, offsets, persons }, groupOf) => ({
      attributes: new Map(
        persons.map((person, row) => {
          const counts = new Uint32Array(sparse.groups);
          for (const item of items.subarray(offsets[row], offsets[row + 1])) counts[groupOf(item)] += 1;
          return [person, [`band=${counts.indexOf(Math.max(...counts))}`]];
        }),
      ),
    })),
};

/** The attributes of {@link banded}. */
export const BANDS: readonly string[] = Array.from({ length: sparse.groups }, (_, group) => `band=${group}`);
