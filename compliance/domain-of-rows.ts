/** Domains made of histories, for tests. */
import type { Domain, History, Interactions } from '../core/data/domain.ts';

/** @param rows the items of each person. @param items size of the catalogue. */
export function domainOfRows(name: string, rows: readonly ArrayLike<number>[], items: number): Domain {
  return {
    name,
    persons: rows.map((_, i) => `p${i}`),
    catalogue: Array.from({ length: items }, (_, i) => `${name}-${i}`),
    ...rowsOf(rows),
  };
}

export function rowsOf(rows: readonly ArrayLike<number>[]): Interactions {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i] + row.length));
  return { offsets, items: Uint32Array.from(rows.flatMap((row) => Array.from(row))) };
}

export function historiesOf({ offsets, items }: Interactions): History[] {
  return Array.from({ length: offsets.length - 1 }, (_, p) => ({ items: items.subarray(offsets[p], offsets[p + 1]) }));
}
