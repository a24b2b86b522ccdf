/**
 * Packs ring elements for the wire: the low `bits` of each, one after the other, least significant bit first.
 * @module
 */
import { LITTLE_ENDIAN } from '../encoding/canonical-bytes.ts';
import { SecaggError } from './errors.ts';

export function packedBytes(length: number, bits: number): number {
  return Math.ceil((length * bits) / 8);
}

/** Number of chunks in which an update travels. */
export function chunkCount(vectorLength: number, chunkLength: number): number {
  return Math.ceil(vectorLength / chunkLength);
}

/** Number of parameters in chunk `index`: the last chunk may be shorter. */
export function chunkSize(vectorLength: number, chunkLength: number, index: number): number {
  return Math.min(chunkLength, vectorLength - index * chunkLength);
}

/** Packs the low `bits` of each value. At 32 bits, on a little-endian machine, the result is a view of `values`. */
export function pack(values: Uint32Array, bits: number): Uint8Array {
  if (bits === 32 && LITTLE_ENDIAN) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const bytes = new Uint8Array(packedBytes(values.length, bits));
  let pending = 0;
  let count = 0;
  let at = 0;
  // A value is put in two parts of at most 16 bits: with up to 7 bits pending, none passes bit 31.
  const low = Math.min(bits, 16);
  const high = bits - low;
  const put = (value: number, width: number): void => {
    pending |= value << count;
    for (count += width; count >= 8; count -= 8) {
      bytes[at++] = pending;
      pending >>>= 8;
    }
  };
  for (let i = 0; i < values.length; i++) {
    put(values[i] & ((1 << low) - 1), low);
    if (high > 0) put((values[i] >>> 16) & ((1 << high) - 1), high);
  }
  if (count > 0) bytes[at] = pending;
  return bytes;
}

/**
 * The inverse of `pack`, into `target`.
 * @throws SecaggError SECAGG_SIZE if `bytes` is not exactly as long as `target.length` elements are.
 */
export function unpackInto(target: Uint32Array, bytes: Uint8Array, bits: number): void {
  const expected = packedBytes(target.length, bits);
  if (bytes.length !== expected) {
    throw new SecaggError(
      'SECAGG_SIZE',
      `${target.length} elements of ${bits} bits take ${expected} bytes, not ${bytes.length}`,
    );
  }
  if (bits === 32 && LITTLE_ENDIAN) {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
    return;
  }
  let pending = 0;
  let count = 0;
  let at = 0;
  const low = Math.min(bits, 16);
  const high = bits - low;
  const take = (width: number): number => {
    for (; count < width; count += 8) pending |= bytes[at++] << count;
    const value = pending & ((1 << width) - 1);
    pending >>>= width;
    count -= width;
    return value;
  };
  for (let i = 0; i < target.length; i++) {
    const lowPart = take(low);
    target[i] = high > 0 ? (lowPart | (take(high) << 16)) >>> 0 : lowPart;
  }
}
