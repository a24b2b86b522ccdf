/**
 * Look-ups in a domain, and domains with fewer persons or items.
 * @module
 */
import type { Catalogue, Domain, History, ItemFacts } from './domain.ts';

/** Maps person ids to indices. */
export function personIndex(domain: Domain): Map<string, number> {
  return new Map(domain.persons.map((id, index) => [id, index]));
}

/** Maps item ids to catalogue indices. */
export function itemIndex(domain: Domain): Map<string, number> {
  return new Map(domain.catalogue.map((id, index) => [id, index]));
}

/** A person's history, as views into the domain's arrays. */
export function historyOf(domain: Domain, person: number): History {
  const begin = domain.offsets[person];
  const end = domain.offsets[person + 1];
  const attributes = domain.attributes?.get(domain.persons[person]);
  return {
    items: domain.items.subarray(begin, end),
    ...(domain.ratings && { ratings: domain.ratings.subarray(begin, end) }),
    ...(domain.timestamps && { timestamps: domain.timestamps.subarray(begin, end) }),
    ...(attributes && { attributes }),
  };
}

/** The public facts about a domain's items, without its persons. */
export function catalogueOf(domain: Domain): Catalogue {
  return { ids: domain.catalogue, ...itemFacts(domain) };
}

/** The parts that a domain of the same items keeps, whatever its persons are. */
export function itemFacts({ titles, vectors }: Domain): ItemFacts {
  return { ...(titles && { titles }), ...(vectors && { vectors }) };
}

export function historyLength(domain: Domain, person: number): number {
  return domain.offsets[person + 1] - domain.offsets[person];
}

/** Number of persons who interacted with each item. */
export function itemCounts(domain: Domain): Uint32Array /* [items] */ {
  const counts = new Uint32Array(domain.catalogue.length);
  for (const item of domain.items) counts[item]++;
  return counts;
}

/**
 * The domain with only these persons, in the given order. The catalogue stays whole, so catalogue indices keep their
 * meaning.
 */
export function restrictPersons(domain: Domain, persons: ArrayLike<number>): Domain {
  const offsets = new Uint32Array(persons.length + 1);
  for (let i = 0; i < persons.length; i++) offsets[i + 1] = offsets[i] + historyLength(domain, persons[i]);
  const length = offsets[persons.length];
  const items = new Uint32Array(length);
  const ratings = domain.ratings && new Float32Array(length);
  const timestamps = domain.timestamps && new Float64Array(length);
  for (let i = 0; i < persons.length; i++) {
    const begin = domain.offsets[persons[i]];
    const end = domain.offsets[persons[i] + 1];
    items.set(domain.items.subarray(begin, end), offsets[i]);
    if (domain.ratings) ratings?.set(domain.ratings.subarray(begin, end), offsets[i]);
    if (domain.timestamps) timestamps?.set(domain.timestamps.subarray(begin, end), offsets[i]);
  }
  return {
    name: domain.name,
    persons: Array.from(persons, (p) => domain.persons[p]),
    catalogue: domain.catalogue,
    ...itemFacts(domain),
    ...(domain.attributes && { attributes: domain.attributes }),
    ...(domain.places && { places: domain.places }),
    offsets,
    items,
    ...(ratings && { ratings }),
    ...(timestamps && { timestamps }),
  };
}

/** The domain without the persons of these ids. The catalogue stays whole. */
export function withoutPersons(domain: Domain, ids: ReadonlySet<string>): Domain {
  const kept: number[] = [];
  for (let p = 0; p < domain.persons.length; p++) if (!ids.has(domain.persons[p])) kept.push(p);
  return restrictPersons(domain, kept);
}

/**
 * The domain with only the items that somebody interacted with. `places[item]` is an item's new catalogue index, or -1
 * if it is gone.
 */
export function withoutUnmetItems(domain: Domain): { readonly domain: Domain; readonly places: Int32Array } {
  const counts = itemCounts(domain);
  const places = new Int32Array(counts.length).fill(-1);
  const kept: number[] = [];
  for (let item = 0; item < counts.length; item++) if (counts[item] > 0) places[item] = kept.push(item) - 1;
  if (kept.length === counts.length) return { domain, places };
  const { catalogue, titles } = domain;
  return {
    domain: {
      ...domain,
      catalogue: kept.map((item) => catalogue[item]),
      ...(titles && { titles: kept.map((item) => titles[item]) }),
      ...(domain.places && { places: Int32Array.from(kept, (item) => domain.places?.[item] ?? -1) }),
      items: domain.items.map((item) => places[item]),
    },
    places,
  };
}

/** Ids known in both domains, in the order of the first. */
export function sharedPersons(first: Domain, second: Domain): string[] {
  const known = new Set(second.persons);
  return first.persons.filter((id) => known.has(id));
}
