/** A small world whose persons choose items near their taste, and releases of those tastes. */
import type { Domain } from '../core/data/domain.ts';
import { Prng } from '../core/random/prng.ts';
import type { ReceivedRepresentations } from '../core/release/release.ts';
import { domainOfRows } from './domain-of-rows.ts';

const tasteDimension = 3;
export const ITEMS = 60;

export interface TasteWorld {
  readonly domain: Domain;
  /** Unit taste of each person of the domain, then of 100 cold ones. */
  readonly tastes: readonly Float64Array[];
  /** Draws eight items, those near the taste more often. */
  readonly liked: (taste: Float64Array) => Uint32Array;
}

/** Persons choose items near their taste. Items are points on the same sphere. */
export function tasteWorld(persons: number, seed: string): TasteWorld {
  const prng = new Prng(seed);
  const point = (): Float64Array => {
    const vector = Float64Array.from({ length: tasteDimension }, () => prng.gaussian());
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return vector.map((value) => value / length);
  };
  const places = Array.from({ length: ITEMS }, point);
  const liked = (taste: Float64Array): Uint32Array => {
    const keys = places.map((place, item) => {
      const affinity = place.reduce((sum, value, i) => sum + value * taste[i], 0);
      return { item, key: 4 * affinity - Math.log(-Math.log(prng.uniform())) };
    });
    return Uint32Array.from(keys.sort((a, b) => b.key - a.key).slice(0, 8), ({ item }) => item);
  };
  const tastes = Array.from({ length: persons + 100 }, point);
  const domain = domainOfRows('target', tastes.slice(0, persons).map(liked), ITEMS);
  return { domain: { ...domain, titles: places.map(titleOf) }, tastes, liked };
}

/** Words for where an item is: near items share words. */
function titleOf(place: Float64Array): string {
  const words = Array.from(place, (value, axis) => [`axis${axis}`, `axis${axis}at${Math.round(2 * value)}`]);
  return words.flat().join(' ');
}

export const receivedFrom = (
  source: string,
  vectors: readonly Float64Array[],
  persons: readonly string[],
  noiseModel: ReceivedRepresentations['noiseModel'] = { kind: 'exact' },
): ReceivedRepresentations => ({
  source,
  noiseModel,
  dimension: vectors[0].length,
  persons,
  vectors: Float32Array.from(vectors.flatMap((vector) => Array.from(vector))),
});

/** Mean score of what 100 cold persons like minus the mean of everything, in standard deviations of the scores. */
export function liftOf(world: TasteWorld, score: (taste: Float64Array) => Float32Array): number {
  const cold = world.tastes.slice(-100);
  return (
    cold.reduce((sum, taste) => {
      const scores = score(taste);
      const mean = scores.reduce((a, b) => a + b, 0) / ITEMS;
      const deviation = Math.sqrt(scores.reduce((a, b) => a + (b - mean) ** 2, 0) / ITEMS);
      const own = world.liked(taste);
      return sum + (own.reduce((a, item) => a + scores[item], 0) / own.length - mean) / (deviation || 1);
    }, 0) / cold.length
  );
}
