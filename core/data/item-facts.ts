/**
 * Two files beside the data, tab-separated: `<platform>.vectors.tsv` (item, then its numbers; a header may say what made them) and
 * `<platform>.persons.tsv`, or RecBole's `<platform>.user` (a header with a column of persons; every other column is an attribute).
 * @module
 */
import { plainName, untyped } from './columns.ts';
import { eachRecord } from './delimited.ts';
import type { FieldShape } from './delimited.ts';
import type { Domain, ItemTable } from './domain.ts';
import { DataError } from './errors.ts';
import { idOf, whyNoId } from './ids.ts';

const SHAPE: FieldShape = { encoding: 'utf-8', delimiter: '\t', quotes: 'none' };
const PERSON: ReadonlySet<string> = new Set(['person', 'personid', 'user', 'userid', 'customer', 'customerid']);
/** Longest vector of an item. No strategy sends more numbers, and a longer vector only costs memory. */
const MOST_NUMBERS = 4096;

/** A field of the header of item vectors, with the fingerprint of what made them. */
const MADE = /^made:(.*)$/;
const FINGERPRINT = /^[0-9a-f]{64}$/;

/** The header of a file of item vectors that says what made them. */
export function vectorsHeader(made: string): string {
  return `item\tmade:${made}\n`;
}

/** @throws DataError DATA_FORMAT_BROKEN naming the line. */
export async function readItemVectors(bytes: AsyncIterable<Uint8Array>): Promise<ItemTable> {
  const of = new Map<string, Float32Array>();
  let dimension = 0;
  let made: string | undefined;
  const refuse = (line: number, why: string): DataError =>
    new DataError('DATA_FORMAT_BROKEN', `line ${line}: ${why}; a line is an item and its numbers, separated by tabs`);
  await eachRecord(bytes, SHAPE, {
    record([first, ...rest], line) {
      const vector = Float32Array.from(rest, (field) => (field.trim() === '' ? NaN : Number(field)));
      if (!vector.every(Number.isFinite)) {
        // The first line may be a header: its fields are no numbers.
        if (of.size === 0 && line === 1) {
          made = rest.flatMap((field) => MADE.exec(field.trim())?.[1] ?? []).at(0);
          if (made === undefined || FINGERPRINT.test(made)) return;
          throw refuse(
            line,
            `"made:${made}" of the header is no fingerprint, which is a SHA-256 in 64 digits of lower-case hex`,
          );
        }
        throw refuse(line, 'one of its numbers is none, or infinite');
      }
      const id = idOf(first);
      if (id === undefined) throw refuse(line, `the item ${whyNoId(first)}`);
      if (of.has(id)) throw refuse(line, 'the item stands in an earlier line too');
      if (of.size === 0) dimension = vector.length;
      if (vector.length === 0 || vector.length > MOST_NUMBERS || vector.length !== dimension) {
        throw refuse(line, `it has ${vector.length} numbers, and a vector has ${dimension || `1 to ${MOST_NUMBERS}`}`);
      }
      of.set(id, vector);
    },
    broken: (line, reason) => {
      throw refuse(line, reason);
    },
  });
  if (of.size === 0) throw new DataError('DATA_FORMAT_BROKEN', 'it holds no vector');
  return { dimension, ...(made !== undefined && { made }), of };
}

/** @throws DataError DATA_HEADER, DATA_FORMAT_BROKEN naming the line. */
export async function readAttributes(bytes: AsyncIterable<Uint8Array>): Promise<NonNullable<Domain['attributes']>> {
  const of = new Map<string, readonly string[]>();
  let names: readonly string[] | undefined;
  let place = -1;
  await eachRecord(bytes, SHAPE, {
    record(fields, line) {
      if (names === undefined) {
        names = fields.map(untyped);
        place = names.findIndex((name) => PERSON.has(plainName(name)));
        if (place >= 0) return;
        throw new DataError('DATA_HEADER', `a file of persons needs a column "person"; found ${names.join(', ')}`);
      }
      const id = idOf(fields.at(place));
      if (id === undefined)
        throw new DataError('DATA_FORMAT_BROKEN', `line ${line}: the person ${whyNoId(fields.at(place))}`);
      if (of.has(id)) {
        throw new DataError('DATA_FORMAT_BROKEN', `line ${line}: the person stands in an earlier line too`);
      }
      const header = names;
      of.set(
        id,
        fields.flatMap((field, at) => (at === place || field.trim() === '' ? [] : [`${header[at]}=${field.trim()}`])),
      );
    },
    broken: (line, reason) => {
      throw new DataError('DATA_FORMAT_BROKEN', `line ${line}: ${reason}`);
    },
  });
  return of;
}

export function formatItemVectors({ made, of }: ItemTable): string {
  const lines = [...of].map(([id, vector]) => `${id}\t${vector.join('\t')}\n`);
  return `${made === undefined ? '' : vectorsHeader(made)}${lines.join('')}`;
}

/** Writes attributes as columns, in the order of their first appearance. A cell is empty if the person lacks the attribute. */
export function formatAttributes(attributes: NonNullable<Domain['attributes']>): string {
  const names = [...new Set([...attributes.values()].flat().map((attribute) => attribute.split('=', 1)[0]))];
  const lines = [...attributes].map(([person, own]) => {
    const values = new Map(own.map((one) => [one.split('=', 1)[0], one.slice(one.indexOf('=') + 1)]));
    return [person, ...names.map((name) => values.get(name) ?? '')].join('\t');
  });
  return `${['person', ...names].join('\t')}\n${lines.map((line) => `${line}\n`).join('')}`;
}
