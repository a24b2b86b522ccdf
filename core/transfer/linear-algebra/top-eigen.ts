/**
 * The leading eigenvectors of a symmetric operator that is known only by its products: subspace iteration with a final
 * Rayleigh-Ritz step (Halko, Martinsson and Tropp, SIAM Review 2011, algorithms 4.4 and 5.3).
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import type { Prng } from '../../random/prng.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { orthonormaliseColumns } from './thin-qr.ts';

export interface TopEigen {
  /** Largest absolute value first: [k]. */
  readonly values: Float64Array;
  /** Column r is the unit eigenvector of values[r]: [n, k] row-major. */
  readonly vectors: Float64Array;
}

/** Further columns make the wanted ones converge sooner. */
const SPARE = 8;

/**
 * @param times A Q for Q float64 [n, columns] row-major, in the same shape
 * @param steps products before the final one
 */
export function topEigen(
  n: number,
  k: number,
  times: (q: Float64Array, columns: number) => Float64Array,
  prng: Prng,
  steps = 6,
): TopEigen {
  const columns = Math.min(n, k + SPARE);
  let q = Float64Array.from({ length: n * columns }, () => prng.gaussian());
  orthonormaliseColumns(q, columns);
  for (let step = 0; step < steps; step++) {
    q = Float64Array.from(times(q, columns));
    orthonormaliseColumns(q, columns);
  }
  const projected = kernels.crossProduct(q, columns, times(q, columns), columns);
  const symmetric = projected.map(
    (value, at) => (value + projected[(at % columns) * columns + Math.floor(at / columns)]) / 2,
  );
  const { values, vectors } = symmetricEigen(symmetric, columns);
  const wanted = Math.min(k, n);
  const order = Array.from(values.keys())
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, wanted);
  const turn = new Float64Array(columns * wanted);
  order.forEach((r, c) => {
    for (let i = 0; i < columns; i++) turn[i * wanted + c] = vectors[r * columns + i];
  });
  return {
    values: Float64Array.from(order, (r) => values[r]),
    vectors: Float64Array.from(kernels.multiply(q, columns, turn, wanted)),
  };
}
