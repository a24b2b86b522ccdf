/**
 * Vectors over GF(2^8) and GF(2^16) in WebAssembly.
 * @module
 */
import type { SymbolField } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, paddedBytes, withArena } from './arena.ts';

/** Words of a row, and of the tables of one constant. */
const ROW = 8;
const TABLES = 32;

/** Undefined where the job is too large for one arena. */
export function polynomialValuesInWasm(
  { bits, reduction }: SymbolField,
  coefficients: Uint8Array,
  points: number,
): Uint8Array | undefined {
  const words = coefficients.length / 4;
  return withSecrets(words + TABLES + ROW * points, (arena) => {
    const from = arena.take(words);
    arena.bytes(from, coefficients.length).set(coefficients);
    const tables = arena.take(TABLES);
    const out = arena.take(ROW * points);
    arena.code.polynomialValues(from, words / ROW, points, bits, reduction, tables, out);
    return arena.bytes(out, 4 * ROW * points).slice();
  });
}

/** Undefined where the job is too large for one arena. */
export function combineRowsInWasm(
  { bits, reduction }: SymbolField,
  constants: Uint32Array,
  rows: Uint8Array,
): Uint8Array | undefined {
  const words = rows.length / 4;
  return withSecrets(constants.length + 4 + words + TABLES + 2 * ROW, (arena) => {
    const atConstants = arena.putWords(constants);
    const from = arena.take(words);
    arena.bytes(from, rows.length).set(rows);
    const tables = arena.take(TABLES);
    const out = arena.take(2 * ROW);
    arena.code.combineRows(atConstants, from, constants.length, bits, reduction, tables, out);
    return arena.bytes(out, 4 * ROW).slice();
  });
}

/** Runs a job on secrets. The arena is kept for other jobs, so that nothing may stay in it. */
function withSecrets(words: number, use: (arena: Arena) => Uint8Array): Uint8Array | undefined {
  const size = paddedBytes(words);
  if (size > LARGEST_ARENA) return undefined;
  return withArena(size, (arena) => {
    try {
      return use(arena);
    } finally {
      arena.bytes(0, size).fill(0);
    }
  });
}
