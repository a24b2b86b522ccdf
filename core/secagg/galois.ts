/**
 * GF(2^8) and GF(2^16), for Shamir's scheme on 32-byte secrets: arithmetic on public elements. It looks products up, so that no
 * secret may take part. The kernels multiply secrets (core/kernels).
 * @module
 */
import type { SymbolField } from '../kernels/index.ts';

export interface BinaryField extends SymbolField {
  /** Number of non-zero elements, and so the most holders that one secret can have. */
  readonly order: number;
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
function binaryField(bits: 8 | 16, reduction: number, generator: number): BinaryField {
  const order = 2 ** bits - 1;
  const exponent = new Uint16Array(2 * order);
  const logarithm = new Uint16Array(order + 1);
  for (let i = 0, value = 1; i < order; i++) {
    exponent[i] = value;
    exponent[i + order] = value;
    logarithm[value] = i;
    value = slowMultiply(value, generator, bits, reduction);
  }
  return {
    bits,
    order,
    reduction,
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
