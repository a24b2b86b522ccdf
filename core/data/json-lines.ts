/**
 * JSON, one object a line, such as Amazon's reviews: keys as in the releases of 2014 (reviewerID, asin, overall,
 * unixReviewTime), 2018 and 2023 (user_id, parent_asin, rating, timestamp in milliseconds).
 * @module
 */
import { parse } from 'lossless-json';
import { eachLine } from './lines.ts';
import type { Column, JsonLinesReading } from './reading.ts';
import type { RowSink } from './rows.ts';

/** Interactions out of JSON lines; an object that lacks a key of the reading is a bad row. */
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
      // A number above 2^53 has lost its last digits by now, and is another person's.
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

/** undefined: the text is no object. */
export function objectOf(text: string, read: (text: string) => unknown = JSON.parse): JsonObject | undefined {
  try {
    const value = read(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps every number as the text it is written in. */
function withDigits(text: string): unknown {
  return parse(text, undefined, (digits) => digits);
}

function at(object: JsonObject, column: Column | null): unknown {
  return column === null ? undefined : object[column];
}
