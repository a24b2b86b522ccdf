/**
 * The coordinate of each item in sums. An item keeps its coordinate when the catalogue grows. All coordinates lie below the
 * manifest's bound on the catalogue.
 *
 * A released sum has one coordinate per item. It stays useful only while every item keeps its coordinate, so later items take
 * the next free ones. Coordinates that no item has yet are zero before the noise.
 * @module
 */
import type { Domain } from './domain.ts';

export interface LaidOut {
  /** The domain whose catalogue holds the items with coordinates, in the order of the coordinates. */
  readonly domain: Domain;
  /** Items that were given a coordinate now. */
  readonly added: readonly string[];
  /** Number of items without a coordinate, because all are taken. */
  readonly itemsBeyond: number;
  /** Number of rows of such items. They are left out. */
  readonly rowsBeyond: number;
}

/** Items that have a coordinate but are missing in the catalogue. */
export function lostItems({ catalogue }: Domain, coordinates: readonly string[]): readonly string[] {
  const known = new Set(catalogue);
  return coordinates.filter((item) => !known.has(item));
}

/**
 * A domain whose catalogue begins with `coordinates`, followed by the other items in their order, up to `most` items. Rows of
 * items beyond that are left out, and no others. A person without any remaining row stays, with an empty history.
 * @param coordinates items of the catalogue; see {@link lostItems}.
 */
export function layOut(domain: Domain, coordinates: readonly string[], most: number): LaidOut {
  const { catalogue, titles } = domain;
  const taken = new Set(coordinates);
  const news = catalogue.filter((item) => !taken.has(item));
  const added = news.slice(0, Math.max(0, most - coordinates.length));
  const itemsBeyond = news.length - added.length;
  const order = [...coordinates, ...added];
  if (itemsBeyond === 0 && order.every((item, place) => item === catalogue[place])) {
    return { domain, added, itemsBeyond, rowsBeyond: 0 };
  }
  const places = new Map(order.map((item, place) => [item, place]));
  const placeOf = catalogue.map((item) => places.get(item) ?? -1);
  const kept = positionsKept(domain, placeOf);
  const { attributes, persons, ratings, timestamps, vectors } = domain;
  const titleOf = titles && new Map(catalogue.map((item, index) => [item, titles[index]]));
  return {
    domain: {
      name: domain.name,
      persons,
      catalogue: order,
      ...(titleOf && { titles: order.map((item) => titleOf.get(item)) }),
      ...(vectors && { vectors }),
      ...(attributes && { attributes }),
      offsets: kept.offsets,
      items: Uint32Array.from(kept.positions, (position) => placeOf[domain.items[position]]),
      ...(ratings && { ratings: Float32Array.from(kept.positions, (position) => ratings[position]) }),
      ...(timestamps && { timestamps: Float64Array.from(kept.positions, (position) => timestamps[position]) }),
    },
    added,
    itemsBeyond,
    rowsBeyond: domain.items.length - kept.positions.length,
  };
}

function positionsKept(
  { offsets, items }: Domain,
  placeOf: readonly number[],
): { readonly offsets: Uint32Array; readonly positions: readonly number[] } {
  const positions: number[] = [];
  const ends = new Uint32Array(offsets.length);
  for (let person = 0; person + 1 < offsets.length; person++) {
    for (let position = offsets[person]; position < offsets[person + 1]; position++) {
      if (placeOf[items[position]] !== -1) positions.push(position);
    }
    ends[person + 1] = positions.length;
  }
  return { offsets: ends, positions };
}
