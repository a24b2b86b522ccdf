/**
 * The items of a platform with their titles: `<platform>.items.tsv` or `.csv`, MovieLens' `movies.csv`, `movies.dat` and
 * `u.item`, RecBole's `<platform>.item`, and the catalogue that `isthmus data inspect` writes.
 * @module
 */
import { plainName } from './columns.ts';
import { eachRecord } from './delimited.ts';
import type { FieldShape } from './delimited.ts';
import { DataError } from './errors.ts';
import { idOf, whyNoId } from './ids.ts';

const ITEM = new Set(['item', 'itemid', 'asin', 'parentasin', 'movieid', 'productid', 'bookid', 'isbn']);
/** Columns that may hold a title; the first one that a file has is used. RecBole's files have the second and the third. */
const TITLES = ['title', 'movietitle', 'name', 'keywords'];

/** The form of a catalogue file that `isthmus data inspect` writes and a platform reads. */
export const CATALOGUE_SHAPE: FieldShape = { encoding: 'utf-8', delimiter: '\t', quotes: 'none' };

export interface Items {
  /** Maps item ids to titles. An item without a title has an empty one and still belongs to the catalogue. */
  readonly titles: ReadonlyMap<string, string>;
  /** Lines that could not be read: the first one, and their number. */
  readonly broken: { readonly line: number; readonly reason: string; readonly count: number } | undefined;
}

/**
 * @param hasHeader false if the item and its title are the first two columns, as in MovieLens' files without a header.
 * @throws DataError DATA_HEADER if there is no column of items.
 */
export async function readItems(bytes: AsyncIterable<Uint8Array>, shape: FieldShape, hasHeader = true): Promise<Items> {
  const titles = new Map<string, string>();
  let broken: Items['broken'];
  const note = (line: number, reason: string): void => {
    broken = { line: broken?.line ?? line, reason: broken?.reason ?? reason, count: (broken?.count ?? 0) + 1 };
  };
  let places: { readonly item: number; readonly title: number } | undefined = hasHeader
    ? undefined
    : { item: 0, title: 1 };
  await eachRecord(bytes, shape, {
    record(fields, line) {
      if (places === undefined) {
        const names = fields.map(plainName);
        const title = TITLES.map((name) => names.indexOf(name)).find((place) => place >= 0) ?? -1;
        places = { item: names.findIndex((name) => ITEM.has(name)), title };
        if (places.item >= 0) return;
        throw new DataError(
          'DATA_HEADER',
          `a file of items needs a column "item", and may have a column "title"; found ${fields.join(', ')}`,
        );
      }
      const field = fields.at(places.item);
      const id = idOf(field);
      if (id === undefined) note(line, `the item ${whyNoId(field)}`);
      else titles.set(id, places.title < 0 ? '' : titleOf(fields.at(places.title)));
    },
    broken: note,
  });
  return { titles, broken };
}

/** The text of a catalogue file, in the catalogue's order. */
export function formatCatalogue(
  catalogue: readonly string[],
  titles: readonly (string | undefined)[] | undefined,
): string {
  return `item\ttitle\n${catalogue.map((id, item) => `${id}\t${titles?.[item] ?? ''}\n`).join('')}`;
}

/** Puts a title on one line. A control character would reach the terminals on which titles are shown, and change what they show. */
function titleOf(field: string | undefined): string {
  return (field ?? '').replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
