/**
 * First lists by a map that was learnt at other targets (core/transfer/training/linked-map.ts), for a target that knows nobody on both
 * sides: the target's own popularity, and the map of what a person's sources released. Such a target has nobody to choose weights on,
 * so they are fixed. They suited four markets of XMarket best (docs/federation.md).
 * @module
 */
import type { Domain } from '../../data/domain.ts';
import { unit } from '../encoder/item-vectors.ts';
import { multiplyVector } from '../linear-algebra/products.ts';
import type { MappedItems } from '../training/linked-products.ts';
import { popularityOnScaleOf, spread } from './popularity-list.ts';
import type { ReleasedVector } from './report.ts';

/** Power of its length that an item's vector loses. */
export const LENGTH_POWER = 0.7;
/** Weight of the map. Popularity weighs 1, at the same spread over the catalogue. */
export const MAP_WEIGHT = 0.4;

/** The parts of all items' scores, which add up to them. */
export interface MappedScores {
  readonly map: Float32Array /* [items] */;
  readonly popularity: Float32Array /* [items] */;
}

export class MappedList {
  readonly #domain: Domain;
  readonly #items: ReadonlyMap<string, MappedItems>;

  /** @param items the target's items among the representations of each source, at {@link LENGTH_POWER}. */
  constructor(domain: Domain, items: ReadonlyMap<string, MappedItems>) {
    this.#domain = domain;
    this.#items = items;
  }

  /** Undefined if the map says nothing of what was released: another source, or no item that stands out of the noise. */
  scores(released: readonly ReleasedVector[]): MappedScores | undefined {
    const map = new Float32Array(this.#domain.catalogue.length);
    for (const { source, vector } of released) {
      const items = this.#items.get(source);
      if (items === undefined) continue;
      const scores = multiplyVector(items.vectors, items.dimension, unit(vector));
      for (let item = 0; item < map.length; item++) map[item] += scores[item];
    }
    if (spread(map) === 0) return undefined;
    const popularity = popularityOnScaleOf(this.#domain, map).list;
    return { map: map.map((score) => MAP_WEIGHT * score), popularity };
  }
}
