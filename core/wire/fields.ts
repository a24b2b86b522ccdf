/**
 * Checks of single fields that protobuf does not make: sizes and ranges.
 * @module
 */
import { WireError } from './errors.ts';

function refuse(field: string, problem: string): never {
  throw new WireError('WIRE_OUT_OF_RANGE', `${field} ${problem}`);
}

const EMPTY = new Uint8Array(0);

/** A field that may be absent. On the wire, absent and empty are the same. */
export function plain(value: Uint8Array | null | undefined): Uint8Array {
  return value?.length ? value : EMPTY;
}

/** Bytes of exactly `length`. */
export function bytesExactly(field: string, value: Uint8Array, length: number): Uint8Array {
  if (value.length !== length) refuse(field, `has ${value.length} bytes instead of ${length}`);
  return value;
}

export function bytesUpTo(field: string, value: Uint8Array, most: number): Uint8Array {
  if (value.length > most) refuse(field, `has ${value.length} bytes, more than ${most}`);
  return value;
}

/** An unsigned 32-bit integer in [least, most]. */
export function integerWithin(field: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse(field, `is ${value}, outside ${least}..${most}`);
  }
  return value;
}

/** A finite number in [least, most]. */
export function numberWithin(field: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) refuse(field, `is ${value}, outside ${least}..${most}`);
  return value;
}

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** Printable text of `least` to `most` UTF-16 units. */
export function textWithin(field: string, value: string, least: number, most: number): string {
  if (value.length < least || value.length > most) {
    refuse(field, `has ${value.length} characters, outside ${least}..${most}`);
  }
  if (control.test(value)) refuse(field, 'holds control characters');
  return value;
}

/**
 * Changes a text so that {@link textWithin} accepts it. This end uses it for the texts that it sends, which may come
 * from an error.
 */
export function printable(text: string, most: number): string {
  return text
    .split('')
    .map((unit) => (control.test(unit) ? ' ' : unit))
    .join('')
    .slice(0, most);
}

/** One of a closed set of words. */
export function oneOf<const Word extends string>(field: string, value: string, words: readonly Word[]): Word {
  const word = words.find((candidate) => candidate === value);
  return word ?? refuse(field, `is none of ${words.join(', ')}`);
}

/** Little-endian float32. It is a view if the bytes are aligned and fill most of their buffer, else a copy. */
export function floatsOf(field: string, value: Uint8Array): Float32Array {
  if (value.length % 4 !== 0) refuse(field, `has ${value.length} bytes, not a multiple of 4`);
  const owned = value.byteOffset % 4 === 0 && value.length * 2 >= value.buffer.byteLength ? value : value.slice();
  return new Float32Array(owned.buffer, owned.byteOffset, owned.length / 4);
}

/**
 * The bytes under a typed array, without a copy. Isthmus runs only on little-endian machines; see
 * core/wire/envelope.ts.
 */
export function bytesUnder(values: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
