/**
 * Links between the persons of one platform, as interactions whose items are persons: row p holds the persons that p is linked
 * with.
 * @module
 */
import type { Interactions } from '../../data/domain.ts';

/**
 * Mutual links: each is in the rows of both ends, once, in ascending order. A link of a person with that person is left out.
 * @param persons number of persons
 * @param pairs row numbers of both ends
 */
export function mutualLinks(persons: number, pairs: Iterable<readonly [number, number]>): Interactions {
  const rows = Array.from({ length: persons }, () => new Set<number>());
  for (const [a, b] of pairs) {
    if (a === b) continue;
    rows[a].add(b);
    rows[b].add(a);
  }
  return linkRows(rows.map((row) => [...row].sort((a, b) => a - b)));
}

/** Links in rows, from a list for each person. */
export function linkRows(rows: readonly (readonly number[])[]): Interactions {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, p) => (offsets[p + 1] = offsets[p] + row.length));
  return { offsets, items: Uint32Array.from(rows.flat()) };
}

/** The persons that person p is linked with. */
export function linkedWith({ items, offsets }: Interactions, p: number): Uint32Array {
  return items.subarray(offsets[p], offsets[p + 1]);
}

/** Each mutual link once, the smaller row number first. */
export function pairsOf(links: Interactions): readonly (readonly [number, number])[] {
  return Array.from({ length: links.offsets.length - 1 }, (_, p) =>
    Array.from(linkedWith(links, p))
      .filter((other) => p < other)
      .map((other) => [p, other] as const),
  ).flat();
}

/** The links of which both ends consented. @param consents 1 for a person who consented: [persons] */
export function consentedLinks(links: Interactions, consents: Uint8Array): Interactions {
  return linkRows(
    Array.from(consents, (consent, p) =>
      consent === 0 ? [] : Array.from(linkedWith(links, p)).filter((other) => consents[other] === 1),
    ),
  );
}

/**
 * For every other person, the sum over common friends of 1 / log(number of the friend's friends): a common friend who knows few
 * says more (Adamic and Adar, "Friends and neighbors on the Web", Social Networks 2003).
 */
export function adamicAdar(links: Interactions, p: number): Float32Array /* [persons] */ {
  const scores = new Float32Array(links.offsets.length - 1);
  for (const friend of linkedWith(links, p)) {
    const theirs = linkedWith(links, friend);
    // A friend without another friend is common to nobody.
    if (theirs.length < 2) continue;
    for (const other of theirs) scores[other] += 1 / Math.log(theirs.length);
  }
  scores[p] = 0;
  return scores;
}
