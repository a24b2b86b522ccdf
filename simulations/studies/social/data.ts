/**
 * The social data sets: persons' links in a file of pairs, beside their histories.
 * @module
 */
import { join } from 'node:path';
import { inspectSource } from '../../../client/data/inspect.ts';
import type { Domain, Interactions } from '../../../core/data/domain.ts';
import { personIndex } from '../../../core/data/select.ts';
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
