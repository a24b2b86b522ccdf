/**
 * Planted worlds of trainings by two towers: two sources whose items have public vectors or titles of one meaning, and a target
 * of other items. Their numbers were set on other seeds than those of `verify.ts`.
 * @module
 */
import type { ColdPerson } from '../../../core/data/cold-person.ts';
import { Prng } from '../../../core/random/prng.ts';
import { domainOf, VECTORS_MADE } from './encoder-worlds.ts';
import type { EncoderTrial, EncoderWorld } from './encoder-worlds.ts';
import { likedItems } from './planted.ts';

const LINKED = 400;
const COLD = 300;
/** Persons of the sources alone: they teach. */
const OTHERS = 500;
const SOURCES = ['first', 'second'];
const TARGET_ITEMS = 64;
const CHOSEN = 5;
/** Utility at the target of an item of the person's own group, in log-odds: one unit more makes it e times as likely. */
const LIKING = 4;

interface Item {
  readonly id: string;
  readonly vector?: Float32Array;
  readonly title?: string;
}

interface Plan {
  readonly groups: number;
  /** Persons of the sources alone; absent: the usual number. */
  readonly others?: number;
  readonly items: (prng: Prng) => readonly Item[];
  /** Places of a person's items at a source, in their order. */
  readonly history: (group: number, prng: Prng, isOther: boolean) => Uint32Array;
  /** Attributes of a person at a source. */
  readonly attributes?: (group: number, prng: Prng) => readonly string[];
}

/** Both sources sell the same items; persons are on one of them in turn. */
function towerTrial({ attributes, groups, history, items, others = OTHERS }: Plan, seed: string): EncoderTrial {
  const prng = new Prng(seed);
  const sold = items(prng);
  const persons = Array.from({ length: LINKED + COLD + others }, (_, row) => {
    const group = prng.integer(groups);
    const utility = Float64Array.from({ length: TARGET_ITEMS }, (__, item) => (item % groups === group ? LIKING : 0));
    return {
      id: `p${row}`,
      source: row % SOURCES.length,
      history: history(group, prng, row >= LINKED + COLD),
      attributes: attributes?.(group, prng) ?? [],
      items: likedItems(utility, CHOSEN, prng),
    };
  });
  const linked = persons.slice(0, LINKED);
  const names = linked.map(({ id }) => id);
  const vectors = new Map(sold.flatMap(({ id, vector }) => (vector === undefined ? [] : [[id, vector] as const])));
  const facts = {
    ...(vectors.size > 0 && { vectors: { dimension: sold[0].vector?.length ?? 0, of: vectors, made: VECTORS_MADE } }),
    ...(sold[0].title !== undefined && { titles: sold.map(({ title }) => title) }),
  };
  return {
    sources: SOURCES.map((name, place) => ({
      ...domainOf(
        name,
        persons.filter(({ source }) => source === place).map(({ history: own, id }) => ({ id, items: own })),
        sold.map(({ id }) => id),
      ),
      ...facts,
      ...(attributes && { attributes: new Map(persons.map((one) => [one.id, one.attributes])) }),
    })),
    split: {
      target: domainOf(
        'target',
        linked,
        Array.from({ length: TARGET_ITEMS }, (_, item) => `target ${item}`),
      ),
      cold: persons.slice(LINKED, LINKED + COLD).map(({ history: own, id, items: positives }): ColdPerson => ({
        person: id,
        positives,
        sourceInteractions: own.length,
      })),
      warm: names,
      linked: names,
      unmetPositives: 0,
    },
  };
}

const gaussians = (prng: Prng, length: number): Float32Array => Float32Array.from({ length }, () => prng.gaussian());

/** Liked items, in any order. */
function liked(utility: Float64Array, count: number, prng: Prng): Uint32Array {
  const items = likedItems(utility, count, prng);
  return prng.sample(items.length, items.length).map((at) => items[at]);
}

const FACETS = 3;

export const opposites: EncoderWorld = {
  name: 'opposites',
  summary:
    'along each of three facets an item has a direction, and a person likes one line and both of its ends: sums cancel',
  make(seed) {
    let lines: readonly (readonly number[])[] = [];
    return towerTrial(
      {
        groups: 2 ** FACETS,
        items(prng) {
          const angles = Array.from({ length: 400 }, () =>
            Array.from({ length: FACETS }, () => 2 * Math.PI * prng.uniform()),
          );
          lines = angles.map((own) => own.map((angle) => Math.cos(2 * angle)));
          return angles.map((own, item) => ({
            id: `item ${item}`,
            vector: Float32Array.from(own.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
          }));
        },
        history(group, prng) {
          const taste = (facet: number): number => ((group >> facet) & 1) * 2 - 1;
          const utility = lines.map((own) => own.reduce((sum, value, facet) => sum + 2 * taste(facet) * value, 0));
          return liked(Float64Array.from(utility), 20, prng);
        },
      },
      seed,
    );
  },
};

const DIRECTIONS = 8;

/**
 * How much an item's number says that it is a gift. It is small beside the tastes: gifts are two thirds of a history and half of
 * the catalogue, so a training that can say "many gifts" by the number itself weighs gifts for that (measured at 1: .60 of the weight).
 */
const GIFT = 0.3;

export const gifts: EncoderWorld = {
  name: 'gifts',
  summary: 'two thirds of a history are gifts for others, and a number of an item’s vector says how much it is a gift',
  make: (seed) =>
    towerTrial(
      {
        groups: DIRECTIONS,
        // The first half of the items are gifts.
        items: (prng) =>
          Array.from({ length: 480 }, (_, item) => {
            const vector = gaussians(prng, DIRECTIONS + 1).map((value) => 0.2 * value);
            vector[item % DIRECTIONS] += 1;
            vector[DIRECTIONS] += (item < 240 ? 1 : -1) * GIFT;
            return { id: `item ${item}`, vector };
          }),
        history: (group, prng) => {
          const own = Array.from({ length: 4 }, () => 240 + group + DIRECTIONS * prng.integer(30));
          const given = Array.from({ length: 8 }, () => prng.integer(240));
          const all = [...new Set([...own, ...given])];
          return prng.sample(all.length, all.length).map((at) => all[at]);
        },
      },
      seed,
    ),
};

export const stages: EncoderWorld = {
  name: 'stages',
  summary: 'tastes change after every four items, and the last ones decide what a person likes at the target',
  make: (seed) =>
    towerTrial(
      {
        groups: DIRECTIONS,
        items: (prng) =>
          Array.from({ length: 480 }, (_, item) => {
            const vector = gaussians(prng, DIRECTIONS).map((value) => 0.2 * value);
            vector[item % DIRECTIONS] += 1;
            return { id: `item ${item}`, vector };
          }),
        history(group, prng) {
          const tastes = [prng.integer(DIRECTIONS), prng.integer(DIRECTIONS), prng.integer(DIRECTIONS), group];
          const items = tastes.flatMap((taste) =>
            Array.from({ length: 4 }, () => taste + DIRECTIONS * prng.integer(60)),
          );
          // If an item is met several times, its last occurrence counts.
          return Uint32Array.from(items.filter((item, at) => items.lastIndexOf(item) === at));
        },
      },
      seed,
    ),
};

/** Numbers of taste, and idle ones behind them. */
const TASTES = 8;
const IDLE = 40;

export const fewTeachers: EncoderWorld = {
  name: 'few teachers',
  summary:
    'a hundred persons of chance tastes teach through noise, so that rounds only spoil what the item vectors know',
  make: (seed) =>
    towerTrial(
      {
        groups: TASTES,
        others: 100,
        items: (prng) =>
          Array.from({ length: 480 }, (_, item) => {
            const vector = gaussians(prng, TASTES + IDLE).map((value) => 0.35 * value);
            vector[item % TASTES] += 1;
            return { id: `item ${item}`, vector };
          }),
        history: (group, prng, isOther) =>
          liked(
            Float64Array.from({ length: 480 }, (_, item) => (item % TASTES === group ? (isOther ? 1 : 5) : 0)),
            isOther ? 8 : 1,
            prng,
          ),
      },
      seed,
    ),
};

/** Items of one taste, one direction each, in vectors of which most directions say nothing. */
function hiddenTastes(
  seed: string,
  { met, strength }: { readonly met: (isOther: boolean) => number; readonly strength: number },
): EncoderTrial {
  return towerTrial(
    {
      groups: TASTES,
      items(prng) {
        const directions = Array.from({ length: TASTES }, () => gaussians(prng, TASTES + IDLE));
        return Array.from({ length: 480 }, (_, item) => ({
          id: `item ${item}`,
          vector: gaussians(prng, TASTES + IDLE).map((value, i) => value + strength * directions[item % TASTES][i]),
        }));
      },
      history: (group, prng, isOther) =>
        liked(
          Float64Array.from({ length: 480 }, (_, item) => (item % TASTES === group ? LIKING : 0)),
          met(isOther),
          prng,
        ),
    },
    seed,
  );
}

export const hidden: EncoderWorld = {
  name: 'hidden tastes',
  summary:
    'eight of forty-eight directions of the item vectors tell tastes, in no special place, and the others are idle',
  make: (seed) => hiddenTastes(seed, { met: () => 6, strength: 0.35 }),
};

/** The persons to rank for, and those known on both sides, have few items; everybody else has twelve. */
const shots = (count: number): EncoderWorld => ({
  name: `hidden tastes, ${count} met`,
  summary: `eight directions of forty-eight tell tastes, more faintly; persons have ${count} items, and those who teach twelve`,
  make: (seed) => hiddenTastes(seed, { met: (isOther) => (isOther ? 12 : count), strength: 0.23 }),
});

export const oneShot: EncoderWorld = shots(1);
export const threeShots: EncoderWorld = shots(3);
export const fiveShots: EncoderWorld = shots(5);

const KINDS = 4;
const VARIANTS = 10;

export const wordOrder: EncoderWorld = {
  name: 'word order',
  summary: 'titles of two words, and their order tells the group: "a3 b7" is one group’s, "b7 a3" another’s',
  make(seed) {
    let groupsOf: readonly number[] = [];
    return towerTrial(
      {
        groups: 2 * KINDS,
        items(prng) {
          const items = Array.from({ length: 480 }, (_, item) => {
            const group = item % (2 * KINDS);
            const kind = group >> 1;
            const words = [`a${kind}x${prng.integer(VARIANTS)}`, `b${kind}x${prng.integer(VARIANTS)}`];
            return {
              group,
              item: { id: `item ${item}`, title: (group % 2 === 0 ? words : words.toReversed()).join(' ') },
            };
          });
          groupsOf = items.map(({ group }) => group);
          return items.map(({ item }) => item);
        },
        history: (group, prng) =>
          liked(
            Float64Array.from(groupsOf, (of) => (of === group ? 5 : 0)),
            10,
            prng,
          ),
      },
      seed,
    );
  },
};

/**
 * Numbers that say nothing of the taste. An item vector has two numbers of taste and these; a person has one attribute of taste and these.
 */
const NUISANCES = 6;

export const WITNESSES: readonly string[] = [
  ...Array.from({ length: 4 }, (_, group) => `of=${group}`),
  ...Array.from({ length: NUISANCES }, (_, k) => [`${k}=0`, `${k}=1`]).flat(),
];

export const witnesses: EncoderWorld = {
  name: 'two witnesses',
  summary: 'item vectors and attributes of a person both know the group, each beside larger nuisances of its own',
  make(seed) {
    let vectors: readonly Float32Array[] = [];
    return towerTrial(
      {
        groups: 4,
        items(prng) {
          vectors = Array.from({ length: 400 }, () => gaussians(prng, 2 + NUISANCES));
          return vectors.map((vector, item) => ({ id: `item ${item}`, vector }));
        },
        history(group, prng) {
          const angle = (Math.PI / 2) * group;
          const likes = [Math.cos(angle), Math.sin(angle), ...gaussians(prng, NUISANCES)];
          const utility = vectors.map((vector) => vector.reduce((sum, value, k) => sum + value * likes[k], 0));
          return liked(Float64Array.from(utility), 12, prng);
        },
        attributes: (group, prng) => [
          `of=${prng.uniform() < 0.6 ? group : prng.integer(4)}`,
          ...Array.from({ length: NUISANCES }, (_, k) => `${k}=${prng.integer(2)}`),
        ],
      },
      seed,
    );
  },
};
