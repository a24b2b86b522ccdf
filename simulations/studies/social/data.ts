/**
 * The social data sets: persons' links in a file of pairs, beside their histories.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../../client/data/inspect.ts';
import type { Domain, Interactions } from '../../../core/data/domain.ts';
import { personIndex } from '../../../core/data/select.ts';
import { seededRandom } from '../../../core/random/seeded.ts';
import { factorSettings } from '../../../core/transfer/decoder/target-factors.ts';
import { unit } from '../../../core/transfer/encoder/item-vectors.ts';
import { implicitAls } from '../../../core/transfer/factors/implicit-als.ts';
import type { FriendTask } from '../../../core/transfer/social/friends.ts';
import { mutualLinks } from '../../../core/transfer/social/links.ts';

export interface SocialData {
  readonly name: string;
  /** Persons' own histories. */
  readonly histories: Domain;
  /** The same persons' links as interactions: items are persons, in the direction of the file. */
  readonly links: Domain;
}

export interface SocialSet {
  readonly name: string;
  /** Paths within the data folder: histories and links. */
  readonly files: readonly [histories: string, links: string];
}

export const LAST_FM: SocialSet = { name: 'Last.fm', files: ['lastfm/plays.tsv', 'lastfm/friends.tsv'] };
export const FILM_TRUST: SocialSet = { name: 'FilmTrust', files: ['filmtrust/ratings.tsv', 'filmtrust/trust.tsv'] };

export async function openSocial(folder: string, { files, name }: SocialSet): Promise<SocialData> {
  const [histories, links] = files.map((file) => join(folder, file));
  const opened = await inspectSource(histories, { name: 'histories', minRating: null, items: null });
  const pairs = await inspectSource(links, {
    name: 'links',
    columns: { person: 'person_a', item: 'person_b' },
    items: null,
  });
  return { name, histories: opened.report.domain, links: pairs.report.domain };
}

/** Mutual links between persons who have a history, by their rows there. A link in one direction counts as one. */
export function mutualOf({ histories, links }: SocialData): Interactions {
  const rows = personIndex(histories);
  const pairs: [number, number][] = [];
  links.persons.forEach((person, p) => {
    const a = rows.get(person);
    for (const item of links.items.subarray(links.offsets[p], links.offsets[p + 1])) {
      const b = rows.get(links.catalogue[item]);
      if (a !== undefined && b !== undefined) pairs.push([a, b]);
    }
  });
  return mutualLinks(histories.persons.length, pairs);
}

/** A vector of length 1 for each person. */
export type Tastes = FriendTask['tastes'];

/** Persons' tastes: the factors of their histories. */
export function tastesOf(histories: Domain, seed: string): Tastes {
  const random = seededRandom(`${seed}/tastes`);
  const { dimension, persons } = implicitAls(histories, histories.catalogue.length, factorSettings, random);
  return unitRows(persons, dimension);
}

/** Rows scaled to length 1. @param vectors [rows, dimension] */
export function unitRows(vectors: Float32Array, dimension: number): Tastes {
  const out = new Float32Array(vectors.length);
  for (let at = 0; at < out.length; at += dimension) out.set(unit(vectors.subarray(at, at + dimension)), at);
  return { dimension, vectors: out };
}
