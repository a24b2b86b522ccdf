/**
 * Amazon reviews as JSON lines: one object a line, keys as in the releases of 2014 (reviewerID, asin, overall,
 * unixReviewTime), 2018 and 2023 (user_id, parent_asin, rating, timestamp in milliseconds).
 * @module
 */
import { columnsOfHeader } from './columns.ts';
import type { Columns } from './columns.ts';
import { DataError } from './errors.ts';
import { eachLine } from './lines.ts';
import { RowCollector } from './reading.ts';
import type { ReadOptions, ReadReport } from './reading.ts';

/** Interactions out of JSON lines. Which keys are read is settled by the first object that has a person and an item. @throws DataError */
export async function readReviewLines(bytes: AsyncIterable<Uint8Array>, options: ReadOptions): Promise<ReadReport> {
  const collector = new RowCollector(options);
  let keys: { person: string; item: string; rating: string; timestamp: string } | undefined;
  let looked: readonly string[] = [];
  await eachLine(bytes, (text, line) => {
    if (text.trim() === '') return;
    const review = objectOf(text);
    if (!review) {
      collector.bad(line, 'not a JSON object');
      return;
    }
    if (!keys) {
      const names = Object.keys(review);
      const columns = columnsOf(names, options);
      if (!columns) {
        looked = names;
        collector.bad(line, 'no person or no item among its keys');
        return;
      }
      keys = {
        person: names[columns.person],
        item: names[columns.item],
        rating: columns.rating === undefined ? '' : names[columns.rating],
        timestamp: columns.timestamp === undefined ? '' : names[columns.timestamp],
      };
    }
    collector.row(line, review[keys.person], review[keys.item], review[keys.rating], review[keys.timestamp]);
  });
  if (!keys && looked.length > 0) {
    throw new DataError('DATA_HEADER', `no person or no item among the keys ${looked.slice(0, 12).join(', ')}`);
  }
  return collector.finish();
}

/** An object without person or item is a bad row like any other: the next one may be whole. */
function columnsOf(names: readonly string[], options: ReadOptions): Columns | undefined {
  try {
    return columnsOfHeader(names, options.columns);
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
