/**
 * Titles beside a catalogue: `<platform>.items.tsv`, and MovieLens' `movies.csv`.
 * @module
 */
import { eachRecord } from './delimited.ts';
import type { Delimiter } from './delimited.ts';
import { DataError } from './errors.ts';

const ITEM = new Set(['item', 'itemid', 'item_id', 'asin', 'parent_asin', 'movieid', 'movie_id']);

/**
 * Item id -> title, empty where the file has none: the item belongs to the catalogue all the same.
 * @throws DataError DATA_HEADER when there is no item column. Without a title column every title is empty.
 */
export async function readTitles(bytes: AsyncIterable<Uint8Array>, delimiter: Delimiter): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  let item = -1;
  let title = -1;
  await eachRecord(bytes, delimiter, (fields) => {
    if (item < 0) {
      item = fields.findIndex((name) => ITEM.has(name.trim().toLowerCase()));
      title = fields.findIndex((name) => name.trim().toLowerCase() === 'title');
      if (item < 0) {
        throw new DataError('DATA_HEADER', `a file of items needs a column "item"; found ${fields.join(', ')}`);
      }
      return;
    }
    const id = item < fields.length ? fields[item].trim() : '';
    const text = title >= 0 && title < fields.length ? fields[title].trim() : '';
    if (id !== '') titles.set(id, text);
  });
  return titles;
}
