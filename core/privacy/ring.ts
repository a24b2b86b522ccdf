/**
 * Signed integers to and from the ring of the masked sum, Z mod 2^bits in 32-bit words.
 * @module
 */

/** Two's complement of each integer, in the low `bits` bits. @param integers integer valued, within +-2^53. */
export function toRing(integers: Float64Array, bits: number): Uint32Array {
  const modulus = 2 ** bits;
  const words = new Uint32Array(integers.length);
  for (let i = 0; i < integers.length; i++) {
    const rest = integers[i] % modulus;
    words[i] = rest < 0 ? rest + modulus : rest;
  }
  return words;
}

/** The representative of each word in [-2^(bits-1), 2^(bits-1)); bits above `bits` are ignored. */
export function centre(words: Uint32Array, bits: number): Float64Array {
  const shift = 32 - bits;
  const integers = new Float64Array(words.length);
  for (let i = 0; i < words.length; i++) integers[i] = (words[i] << shift) >> shift;
  return integers;
}
