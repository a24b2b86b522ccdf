/**
 * GF(2^8) and GF(2^16), for Shamir's scheme on 32-byte secrets.
 *
 * Secrets are kept as *bit planes*: plane i is a 32-bit word with bit i of every symbol (32 symbols of 8 bits, or 16 of 16).
 * A secret is multiplied only by public values (evaluation points, Lagrange coefficients). The multiplication below branches
 * only on their bits, and looks nothing up by a secret, so that its time reveals nothing about one.
 * @module
 */

export interface BinaryField {
  /** m: bits per symbol, 8 or 16. */
  readonly bits: number;
  /** Number of non-zero elements, and so the most holders that one secret can have. */
  readonly order: number;
  /** Exponents below m of the irreducible polynomial x^m + ... + 1. */
  readonly taps: readonly number[];
  /** Product of two public elements. */
  multiply(a: number, b: number): number;
  /** Inverse of a public, non-zero element. */
  invert(a: number): number;
}

/** x^8 + x^4 + x^3 + x + 1, the polynomial of AES. Shares are interchangeable with those of other libraries over this field. */
export const GF256 = binaryField(8, 0x1b, 3);
/** x^16 + x^5 + x^3 + x + 1. */
export const GF65536 = binaryField(16, 0x2b, 3);

/** The smaller of the two fields that has a point for every holder. @throws RangeError for more than 65535 holders. */
export function fieldFor(holders: number): BinaryField {
  if (holders <= GF256.order) return GF256;
  if (holders <= GF65536.order) return GF65536;
  throw new RangeError(`a secret can be shared among at most ${GF65536.order} holders, not ${holders}`);
}

/**
 * @param reduction low bits of the irreducible polynomial.
 * @param generator an element of full order.
 */
function binaryField(bits: number, reduction: number, generator: number): BinaryField {
  const order = 2 ** bits - 1;
  const exponent = new Uint16Array(2 * order);
  const logarithm = new Uint16Array(order + 1);
  for (let i = 0, value = 1; i < order; i++) {
    exponent[i] = value;
    exponent[i + order] = value;
    logarithm[value] = i;
    value = slowMultiply(value, generator, bits, reduction);
  }
  const taps: number[] = [];
  for (let i = 0; i < bits; i++) if ((reduction >>> i) & 1) taps.push(i);
  return {
    bits,
    order,
    taps,
    multiply: (a, b) => (a === 0 || b === 0 ? 0 : exponent[logarithm[a] + logarithm[b]]),
    invert(a) {
      if (a === 0) throw new RangeError('zero has no inverse');
      return exponent[order - logarithm[a]];
    },
  };
}

function slowMultiply(a: number, b: number, bits: number, reduction: number): number {
  let product = 0;
  for (let i = 0; i < bits; i++) {
    if ((b >>> i) & 1) product ^= a;
    a <<= 1;
    if ((a >>> bits) & 1) a ^= (1 << bits) | reduction;
  }
  return product;
}

/** Converts 32 bytes to planes, written from `at` on. The planes must be zero there. Symbols of 16 bits are little-endian. */
export function toPlanes(
  field: BinaryField,
  bytes: Uint8Array,
  planes = new Int32Array(field.bits),
  at = 0,
): Int32Array {
  const width = field.bits / 8;
  for (let i = 0; i < 32; i++) {
    const symbol = Math.floor(i / width);
    const lowest = (i % width) * 8;
    for (let bit = 0; bit < 8; bit++) planes[at + lowest + bit] |= ((bytes[i] >>> bit) & 1) << symbol;
  }
  return planes;
}

export function fromPlanes(field: BinaryField, planes: Int32Array): Uint8Array {
  const bytes = new Uint8Array(32);
  const width = field.bits / 8;
  for (let i = 0; i < 32; i++) {
    const symbol = Math.floor(i / width);
    const lowest = (i % width) * 8;
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte |= ((planes[lowest + bit] >>> symbol) & 1) << bit;
    bytes[i] = byte;
  }
  return bytes;
}

/**
 * accumulator += constant x planes, for a public constant. Overwrites `planes`: the loop multiplies it by x for each bit of
 * the constant.
 */
export function addMultiple(field: BinaryField, accumulator: Int32Array, planes: Int32Array, constant: number): void {
  const { bits, taps } = field;
  // Multiplication by x turns plane i into plane i + 1. No data moves: `base` is the index at which plane 0 stands.
  let base = 0;
  for (let rest = constant; rest !== 0; rest >>>= 1) {
    if (rest & 1) {
      for (let i = 0, from = base; i < bits; i++) {
        accumulator[i] ^= planes[from];
        from = from + 1 === bits ? 0 : from + 1;
      }
    }
    base = base === 0 ? bits - 1 : base - 1;
    // The former plane m - 1 now stands at `base` as plane 0, which is tap 0. It is added at the other taps.
    const carry = planes[base];
    for (let i = 1; i < taps.length; i++) planes[(base + taps[i]) % bits] ^= carry;
  }
}
