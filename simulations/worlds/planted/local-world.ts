/**
 * The planted world of domain adaptation: a number of the item vectors that is of use on each platform alone, and misleads between
 * them. Its numbers were set on other seeds than those of `verify.ts`.
 * @module
 */
import type { ColdPerson } from '../../../core/data/cold-person.ts';
import { Prng } from '../../../core/random/prng.ts';
import { domainOf, VECTORS_MADE } from './encoder-worlds.ts';
import type { EncoderWorld } from './encoder-worlds.ts';
import { likedItems } from './planted.ts';

const LINKED = 250;
const COLD = 300;
/** Persons of each source alone: they teach. */
const OTHERS = 100;
const ITEMS = 240;
const TARGET_ITEMS = 64;
const CHOSEN = 5;
const MET = 10;
/** Utility of an item of the person's own taste, in log-odds: one unit more makes it e times as likely. */
const LIKING = 4;
/** How well the shared number tells an item's taste, and the deviation of the noise in it and in the idle numbers. */
const SHARED = 0.55;
const NOISE = 0.4;
const IDLE = 6;
/** How well the local number tells it, with which noise, and how far its mean is from that of the other platform's items. */
const LOCAL = 0.8;
const LOCAL_NOISE = 0.2;
const SHIFT = 0.6;

/** Taste of an item: -1 or 1. */
const side = (item: number): number => (item % 2) * 2 - 1;

export const localMeanings: EncoderWorld = {
  name: 'local meanings',
  summary:
    'a number of the item vectors tells tastes best on each of two platforms, but with opposite signs; all linked persons are of one platform, and all arrivals of the other',
  make(seed) {
    const prng = new Prng(seed);
    const idle = (): number[] => Array.from({ length: IDLE }, () => NOISE * prng.gaussian());
    const sources = ['linked', 'unlinked'].map((name, place) => {
      const sign = 1 - 2 * place;
      const items = Array.from({ length: ITEMS }, (_, item) => {
        const taste = side(item);
        const local = sign * (LOCAL * taste + SHIFT) + LOCAL_NOISE * prng.gaussian();
        return {
          id: `${name} ${item}`,
          vector: Float32Array.of(local, SHARED * taste + NOISE * prng.gaussian(), ...idle()),
        };
      });
      return { name, items };
    });
    const vectors = new Map(sources.flatMap(({ items }) => items.map(({ id, vector }) => [id, vector] as const)));
    const persons = Array.from({ length: LINKED + COLD + 2 * OTHERS }, (_, row) => {
      const group = prng.integer(2);
      const likes = (items: number): Float64Array =>
        Float64Array.from({ length: items }, (__, item) => (item % 2 === group ? LIKING : 0));
      return {
        id: `p${row}`,
        source: row < LINKED ? 0 : row < LINKED + COLD ? 1 : row % 2,
        history: likedItems(likes(ITEMS), MET, prng),
        items: likedItems(likes(TARGET_ITEMS), CHOSEN, prng),
      };
    });
    const linked = persons.slice(0, LINKED);
    const names = linked.map(({ id }) => id);
    return {
      sources: sources.map(({ items, name }, place) => ({
        ...domainOf(
          name,
          persons.filter(({ source }) => source === place).map(({ history, id }) => ({ id, items: history })),
          items.map(({ id }) => id),
        ),
        // One table for both, so that the view's centre is the same.
        vectors: { dimension: 2 + IDLE, of: vectors, made: VECTORS_MADE },
      })),
      split: {
        target: domainOf(
          'target',
          linked,
          Array.from({ length: TARGET_ITEMS }, (_, item) => `target ${item}`),
        ),
        cold: persons.slice(LINKED, LINKED + COLD).map(({ history, id, items: positives }): ColdPerson => ({
          person: id,
          positives,
          sourceInteractions: history.length,
        })),
        warm: names,
        linked: names,
        unmetPositives: 0,
      },
    };
  },
};
