/**
 * Vectors over GF(2^8) and GF(2^16) in plain JavaScript.
 *
 * Rows are kept as *bit planes*: plane i is a 32-bit word with bit i of every symbol (32 symbols of 8 bits, or 16 of 16). The
 * multiplication branches only on the bits of the public constant, and looks nothing up by a row, so that its time reveals nothing
 * about one.
 * @module
 */
import type { SymbolField } from '../kernels.ts';

const ROW_BYTES = 32;

export function polynomialValuesInJavaScript(field: SymbolField, coefficients: Uint8Array, points: number): Uint8Array {
  const { bits } = field;
  const terms = coefficients.length / ROW_BYTES;
  const taps = tapsOf(field);
  const planes = new Int32Array(bits * terms);
  for (let i = 0; i < terms; i++) toPlanes(field, rowOf(coefficients, i), planes, bits * i);
  const values = new Uint8Array(ROW_BYTES * points);
  let value = new Int32Array(bits);
  let next = new Int32Array(bits);
  for (let point = 1; point <= points; point++) {
    for (let bit = 0, at = bits * (terms - 1); bit < bits; bit++) value[bit] = planes[at + bit];
    for (let i = terms - 2; i >= 0; i--) {
      // Horner: value = value x point + coefficient.
      for (let bit = 0, at = bits * i; bit < bits; bit++) next[bit] = planes[at + bit];
      addMultiple(bits, taps, next, value, point);
      [value, next] = [next, value];
    }
    values.set(fromPlanes(field, value), ROW_BYTES * (point - 1));
  }
  for (const secrets of [planes, value, next]) secrets.fill(0);
  return values;
}

export function combineRowsInJavaScript(field: SymbolField, constants: Uint32Array, rows: Uint8Array): Uint8Array {
  const sum = new Int32Array(field.bits);
  const taps = tapsOf(field);
  constants.forEach((constant, i) => {
    const planes = toPlanes(field, rowOf(rows, i));
    addMultiple(field.bits, taps, sum, planes, constant);
    planes.fill(0);
  });
  const combined = fromPlanes(field, sum);
  sum.fill(0);
  return combined;
}

function rowOf(rows: Uint8Array, i: number): Uint8Array {
  return rows.subarray(ROW_BYTES * i, ROW_BYTES * (i + 1));
}

/** Exponents below m of the irreducible polynomial. */
function tapsOf({ bits, reduction }: SymbolField): readonly number[] {
  return Array.from({ length: bits }, (_, i) => i).filter((i) => ((reduction >>> i) & 1) === 1);
}

/** Converts 32 bytes to planes, written from `at` on. The planes must be zero there. Symbols of 16 bits are little-endian. */
function toPlanes(field: SymbolField, bytes: Uint8Array, planes = new Int32Array(field.bits), at = 0): Int32Array {
  const width = field.bits / 8;
  for (let i = 0; i < 32; i++) {
    const symbol = Math.floor(i / width);
    const lowest = (i % width) * 8;
    for (let bit = 0; bit < 8; bit++) planes[at + lowest + bit] |= ((bytes[i] >>> bit) & 1) << symbol;
  }
  return planes;
}

function fromPlanes(field: SymbolField, planes: Int32Array): Uint8Array {
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
function addMultiple(
  bits: number,
  taps: readonly number[],
  accumulator: Int32Array,
  planes: Int32Array,
  constant: number,
): void {
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
