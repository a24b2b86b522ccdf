/**
 * The numbers that a network computes with: float32 in the kernels for rounds, float64 in plain loops for representations
 * and for tests by finite differences. A row of a product has the same bits whichever rows are beside it.
 * @module
 */
import { kernels } from '../../kernels/index.ts';

export type Reals = Float32Array | Float64Array;

export interface Arithmetic {
  zeros(length: number): Reals;
  /** X B for X [rows, inner] and B [inner, columns]. */
  multiply(x: Reals, inner: number, b: Reals, columns: number): Reals;
  /** Adds a row to every row of y [rows, row.length], times a constant. */
  addRow(y: Reals, row: Reals, constant: number): void;
  tanh(x: Reals): Reals;
  /** Every number times a constant. */
  times(x: Reals, constant: number): Reals;
  /** The slope of constant tanh at a point where tanh is `bent`, times dy. */
  slope(dy: Reals, bent: Reals, constant: number): Reals;
}

// float32 and float64 have loops of their own: the JavaScript engine runs a loop that has seen both types several times slower.
export const single: Arithmetic = {
  zeros: (length) => new Float32Array(length),
  multiply: (x, inner, b, columns) => (x.length === 0 ? new Float32Array(0) : kernels.multiply(x, inner, b, columns)),
  addRow(y, row, constant) {
    const to = y as Float32Array;
    const added = Float32Array.from(row, (value) => constant * value);
    for (let i = 0; i < to.length; i += added.length) for (let j = 0; j < added.length; j++) to[i + j] += added[j];
  },
  tanh: (x) => kernels.tanh(x as Float32Array),
  times(x, constant) {
    const from = x as Float32Array;
    const out = new Float32Array(from.length);
    for (let i = 0; i < out.length; i++) out[i] = constant * from[i];
    return out;
  },
  slope(dy, bent, constant) {
    const [slopes, bends] = [dy as Float32Array, bent as Float32Array];
    const out = new Float32Array(slopes.length);
    for (let i = 0; i < out.length; i++) out[i] = slopes[i] * constant * (1 - bends[i] * bends[i]);
    return out;
  },
};

export const double: Arithmetic = {
  zeros: (length) => new Float64Array(length),
  multiply(x, inner, b, columns) {
    const rows = x.length / inner;
    const out = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < inner; i++) {
        const value = x[row * inner + i];
        for (let j = 0; j < columns; j++) out[row * columns + j] += value * b[i * columns + j];
      }
    }
    return out;
  },
  addRow(y, row, constant) {
    for (let i = 0; i < y.length; i += row.length) for (let j = 0; j < row.length; j++) y[i + j] += constant * row[j];
  },
  tanh: (x) => Float64Array.from(x, tanh),
  times: (x, constant) => Float64Array.from(x, (value) => constant * value),
  slope: (dy, bent, constant) => Float64Array.from(dy, (value, i) => value * constant * (1 - bent[i] * bent[i])),
};

/** Xᵀ for X [rows, columns]. */
export function transposed(arithmetic: Arithmetic, x: Reals, columns: number): Reals {
  const rows = x.length / columns;
  const out = arithmetic.zeros(x.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j];
  return out;
}

/** tanh, to 1e-15: three times as fast as Math.tanh. */
export const tanh = (x: number): number => 1 - 2 / (Math.exp(2 * x) + 1);

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The sum of arrays of one length. */
export function added(all: readonly Reals[]): Reals {
  const out = all[0].slice();
  for (const one of all.slice(1)) for (let i = 0; i < out.length; i++) out[i] += one[i];
  return out;
}
