/**
 * Item vectors of several models as one table, for example of images and of texts.
 * @module
 */
import type { ItemTable } from './domain.ts';

/**
 * The vectors side by side. Each table is centred by its mean, and its vectors are scaled to the same length, so that no model counts more
 * for having longer vectors. An item that a table lacks has zeros there; an item that all lack is left out. (Early fusion:
 * Baltrušaitis, Ahuja and Morency, TPAMI 2019, section 5.1.)
 */
export function fusedVectors(tables: readonly ItemTable[]): ItemTable {
  const dimension = tables.reduce((sum, table) => sum + table.dimension, 0);
  const of = new Map<string, Float32Array>();
  let at = 0;
  for (const table of tables) {
    const mean = new Float64Array(table.dimension);
    for (const vector of table.of.values()) vector.forEach((value, i) => (mean[i] += value / table.of.size));
    for (const [id, vector] of table.of) {
      const centred = vector.map((value, i) => value - mean[i]);
      const length = Math.hypot(...centred);
      const whole = of.get(id) ?? new Float32Array(dimension);
      if (length > 0)
        whole.set(
          centred.map((value) => value / length),
          at,
        );
      of.set(id, whole);
    }
    at += table.dimension;
  }
  return { dimension, of };
}
