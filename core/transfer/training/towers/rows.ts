/**
 * Chosen rows of a table.
 * @module
 */
import type { Arithmetic, Reals } from '../../network/arithmetic.ts';

/** @param table [rows, width] row-major. @returns the chosen rows: [chosen, width]. */
export function rowsOf(arithmetic: Arithmetic, table: Reals, width: number, chosen: Uint32Array): Reals {
  const rows = arithmetic.zeros(chosen.length * width);
  chosen.forEach((from, to) => rows.set(table.subarray(from * width, (from + 1) * width), to * width));
  return rows;
}
