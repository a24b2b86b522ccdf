/**
 * Encodes a list of fields as one byte string, to be hashed, signed or used as HKDF info. The label separates domains, and every
 * field carries its length, so that different lists of byte strings have different encodings.
 * @module
 */
import { EncodingError } from './errors.ts';

/** Bytes, UTF-8 text, or an integer from 0 to 2^53 - 1 (eight bytes, little-endian). */
export type Field = Uint8Array | string | number;

/** True if typed arrays have the byte order of the wire on this machine. */
export const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

const utf8 = new TextEncoder();

/**
 * `label` and every field, each as its length (uint32 little-endian) and its bytes.
 * @throws EncodingError ENCODING_FIELD_RANGE for a number that is not an integer from 0 to 2^53 - 1.
 */
export function canonicalBytes(label: string, fields: readonly Field[]): Uint8Array {
  let size = 4 + textBytes(label);
  for (const field of fields) size += 4 + fieldBytes(field);
  const bytes = new Uint8Array(size);
  let at = putField(bytes, 0, label);
  for (const field of fields) at = putField(bytes, at, field);
  return bytes;
}

/** Number of bytes of a field, without its length. */
function fieldBytes(field: Field): number {
  if (typeof field === 'string') return textBytes(field);
  if (typeof field !== 'number') return field.length;
  if (!Number.isSafeInteger(field) || field < 0) {
    throw new EncodingError('ENCODING_FIELD_RANGE', `${field} is not an integer from 0 to 2^53 - 1`);
  }
  return 8;
}

/** Length in UTF-8. Nearly all text is ASCII, for which the characters are counted. */
function textBytes(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return utf8.encode(text).length;
  return text.length;
}

/** Writes one field with its length. Returns the place after it. */
function putField(bytes: Uint8Array, at: number, field: Field): number {
  const length = fieldBytes(field);
  putWord(bytes, at, length);
  at += 4;
  if (typeof field === 'number') {
    putWord(bytes, at, field % 2 ** 32);
    putWord(bytes, at + 4, Math.floor(field / 2 ** 32));
  } else if (typeof field !== 'string') bytes.set(field, at);
  else if (length !== field.length) bytes.set(utf8.encode(field), at);
  else for (let i = 0; i < length; i++) bytes[at + i] = field.charCodeAt(i);
  return at + length;
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}

/** Compares two arrays. For arrays of equal length, the time does not depend on where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/** @param text an even number of hex digits; the caller has checked this. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

const HEX = new TextEncoder().encode('0123456789abcdef');
const latin1 = new TextDecoder('latin1');

export function toHex(bytes: Uint8Array): string {
  const digits = new Uint8Array(2 * bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = HEX[bytes[i] >>> 4];
    digits[2 * i + 1] = HEX[bytes[i] & 15];
  }
  return latin1.decode(digits);
}
