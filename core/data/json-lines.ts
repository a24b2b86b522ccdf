/**
 * JSON with one object per line, such as Amazon's reviews, with the keys of the releases of 2014 (reviewerID, asin,
 * overall, unixReviewTime), 2018 and 2023 (user_id, parent_asin, rating, timestamp in milliseconds).
 * @module
 */
import { parse } from 'lossless-json';
import { eachLine } from './lines.ts';
import type { Column, JsonLinesReading } from './reading.ts';
import type { RowSink } from './rows.ts';

/** Reads interactions from JSON lines. A line that is no object is a bad row. */
export function readJsonLines(
  bytes: AsyncIterable<Uint8Array>,
  { encoding, columns }: JsonLinesReading,
  sink: RowSink,
): Promise<void> {
  const { person, item, rating, timestamp } = columns;
  return eachLine(bytes, encoding, {
    line(text, number) {
      const plain = number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
      if (plain.trim() === '') return;
      let object = objectOf(plain);
      // JSON.parse loses the last digits of a number above 2^53, which would give another person's id. So ids that are
      // numbers are read again as text.
      if (object && (typeof object[person] === 'number' || typeof object[item] === 'number')) {
        object = objectOf(plain, withDigits);
      }
      if (object) sink.row(number, object[person], object[item], at(object, rating), at(object, timestamp));
      else sink.bad(number, 'not a JSON object');
    },
    broken: (number, reason) => sink.bad(number, reason),
  });
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses a JSON object; undefined if the text is not one. */
export function objectOf(text: string, read: (text: string) => unknown = JSON.parse): JsonObject | undefined {
  try {
    const value = read(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Parses JSON but keeps every number as its text. */
function withDigits(text: string): unknown {
  return parse(text, undefined, (digits) => digits);
}

function at(object: JsonObject, column: Column | null): unknown {
  return column === null ? undefined : object[column];
}
