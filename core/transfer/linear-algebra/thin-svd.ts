/**
 * Singular values and vectors of small matrices, and the axes that whiten rows.
 * @module
 */
import { gram } from './products.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface ThinSvd {
  /** Singular values above rounding, largest first: [rank]. */
  readonly values: Float64Array;
  /** Left singular vectors in rows: [rank, rows]. */
  readonly left: Float64Array;
  /** Right singular vectors in rows: [rank, columns]. */
  readonly right: Float64Array;
}

/** Directions weaker than this share of the strongest are rounding errors. */
const WEAKEST = 1e-7;

/** @param a float64 [rows, columns] row-major. The eigenvectors of the smaller Gram matrix give both sides. */
export function thinSvd(a: Float64Array, rows: number, columns: number): ThinSvd {
  if (rows < columns) {
    const { left, right, values } = thinSvd(transposed(a, rows, columns), columns, rows);
    return { values, left: right, right: left };
  }
  const { values: squares, vectors } = symmetricEigen(gram(a, columns), columns);
  const kept = Array.from(squares.keys()).filter((r) => squares[r] > WEAKEST ** 2 * squares[0] && squares[r] > 0);
  const values = Float64Array.from(kept, (r) => Math.sqrt(squares[r]));
  const left = new Float64Array(kept.length * rows);
  kept.forEach((r, at) => {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += a[i * columns + j] * vectors[r * columns + j];
      left[at * rows + i] = sum / values[at];
    }
  });
  return { values, left, right: vectors.subarray(0, kept.length * columns) };
}

export interface Whitening {
  readonly mean: Float64Array /* [width] */;
  /** Principal axes, widest first, in rows: [rank, width]. */
  readonly axes: Float64Array;
  /** Standard deviation along each axis; above 0: [rank]. */
  readonly deviations: Float64Array;
}

/** @param shrink share of the mean variance that is added to each axis, so that narrow ones are not made wide. */
export function whitening(x: Float64Array, width: number, shrink = 0): Whitening {
  const rows = Math.max(1, x.length / width);
  const mean = new Float64Array(width);
  x.forEach((value, at) => (mean[at % width] += value / rows));
  const centred = x.map((value, at) => value - mean[at % width]);
  const { values, vectors } = symmetricEigen(gram(centred, width), width);
  const floor = (shrink * values.reduce((sum, value) => sum + Math.max(0, value), 0)) / width;
  const rank = values.filter((value) => value > WEAKEST * values[0]).length;
  return {
    mean,
    axes: vectors.subarray(0, rank * width),
    deviations: values.subarray(0, rank).map((value) => Math.sqrt((value + floor) / rows)),
  };
}

/** Rows of X on the axes, at unit variance: float64 [rows, rank]. */
export function whitened({ axes, deviations, mean }: Whitening, x: Float64Array): Float64Array {
  const width = mean.length;
  const rank = deviations.length;
  const out = new Float64Array((x.length / Math.max(1, width)) * rank);
  for (let row = 0; row * width < x.length; row++) {
    for (let r = 0; r < rank; r++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += axes[r * width + i] * (x[row * width + i] - mean[i]);
      out[row * rank + r] = sum / deviations[r];
    }
  }
  return out;
}

/** Aᵀ for A float64 [rows, columns] row-major: float64 [columns, rows]. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
  return out;
}
