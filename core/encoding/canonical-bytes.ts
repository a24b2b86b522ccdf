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
  const parts: Uint8Array[] = [utf8.encode(label)];
  let size = 4 + parts[0].length;
  for (const field of fields) {
    const part = fieldBytes(field);
    parts.push(part);
    size += 4 + part.length;
  }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setUint32(offset, part.length, true);
    bytes.set(part, offset + 4);
    offset += 4 + part.length;
  }
  return bytes;
}

function fieldBytes(field: Field): Uint8Array {
  if (typeof field === 'string') return utf8.encode(field);
  if (typeof field !== 'number') return field;
  if (!Number.isSafeInteger(field) || field < 0) {
    throw new EncodingError('ENCODING_FIELD_RANGE', `${field} is not an integer from 0 to 2^53 - 1`);
  }
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, field % 2 ** 32, true);
  view.setUint32(4, Math.floor(field / 2 ** 32), true);
  return bytes;
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

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}
