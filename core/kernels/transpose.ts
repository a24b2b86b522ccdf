/**
 * Sparse rows by column instead of by row.
 * @module
 */
import type { WeightedRows } from './kernels.ts';

/** @param columns how many there are. Entries of the result are rows of `sparse`, in ascending order. */
export function transposeWeighted({ items, offsets, weights }: WeightedRows, columns: number): WeightedRows {
  const starts = new Uint32Array(columns + 1);
  for (const column of items) starts[column + 1]++;
  for (let c = 0; c < columns; c++) starts[c + 1] += starts[c];
  const next = starts.slice(0, columns);
  const rows = new Uint32Array(items.length);
  const moved = new Float32Array(items.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      const to = next[items[at]]++;
      rows[to] = row;
      moved[to] = weights[at];
    }
  }
  return { offsets: starts, items: rows, weights: moved };
}
