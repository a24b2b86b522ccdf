/**
 * Converts signed integers to and from the ring of the masked sum, Z mod 2^bits in 32-bit words.
 * @module
 */
import { PrivacyError } from './errors.ts';

/**
 * Two's complement of each integer, in the low `bits` bits. @param integers integer valued, within +-2^53.
 * @throws PrivacyError PRIVACY_BAD_PARAMETER for a value that is no such integer.
 */
export function toRing(integers: Float64Array, bits: number): Uint32Array {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  const words = new Uint32Array(integers.length);
  for (let i = 0; i < integers.length; i++) {
    const value = integers[i];
    if (!Number.isSafeInteger(value)) {
      throw new PrivacyError('PRIVACY_BAD_PARAMETER', `coordinate ${i} is ${value}, not an integer within +-2^53`);
    }
    // ToInt32 is reduction modulo 2^32 (ECMA-262), exact for every safe integer.
    words[i] = (value | 0) & mask;
  }
  return words;
}

/** The representative of each word in [-2^(bits-1), 2^(bits-1)). Bits above `bits` are ignored. */
export function centre(words: Uint32Array, bits: number): Float64Array {
  const shift = 32 - bits;
  const integers = new Float64Array(words.length);
  for (let i = 0; i < words.length; i++) integers[i] = (words[i] << shift) >> shift;
  return integers;
}
