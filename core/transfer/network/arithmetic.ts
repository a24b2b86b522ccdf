/**
 * The numbers that a network computes with: float32 in the kernels for rounds, float64 in plain loops for representations
 * and for tests by finite differences. A row of a product has the same bits whichever rows are beside it.
 * @module
 */
import { kernels } from '../../kernels/index.ts';

export type Reals = Float32Array | Float64Array;

export interface Arithmetic {
  zeros(length: number): Reals;
  /** X B for X [rows, inner] and B [inner, columns], plus a constant times the row, if there is one. */
  multiply(...[x, inner, b, columns, row, constant]: [...[Reals, number, Reals, number], ...[Reals?, number?]]): Reals;
  tanh(x: Reals): Reals;
  /** Every number times a constant. */
  times(x: Reals, constant: number): Reals;
  /** The slope of constant tanh at a point where tanh is `bent`, times dy. */
  slope(dy: Reals, bent: Reals, constant: number): Reals;
  /** X [rows, width] with a constant after each row. */
  followed(x: Reals, width: number, constant: number): Reals;
  /** Xᵀ for X [rows, columns]. */
  transposed(x: Reals, columns: number): Reals;
}

/** Results of a pass outlive it. A workbench with room is faster. */
export const single: Arithmetic = kernels.workbench(0);

export const double: Arithmetic = {
  zeros: (length) => new Float64Array(length),
  multiply(x, inner, b, columns, row, constant = 1) {
    const rows = x.length / inner;
    const out = new Float64Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < inner; i++) {
        const value = x[r * inner + i];
        for (let j = 0; j < columns; j++) out[r * columns + j] += value * b[i * columns + j];
      }
      if (row !== undefined) for (let j = 0; j < columns; j++) out[r * columns + j] += constant * row[j];
    }
    return out;
  },
  tanh: (x) => Float64Array.from(x, tanh),
  times: (x, constant) => Float64Array.from(x, (value) => constant * value),
  slope: (dy, bent, constant) => Float64Array.from(dy, (value, i) => value * constant * (1 - bent[i] * bent[i])),
  followed(x, width, constant) {
    const out = new Float64Array(x.length + x.length / width);
    for (let i = 0, o = 0; i < x.length; i += width, o += width + 1) {
      for (let j = 0; j < width; j++) out[o + j] = x[i + j];
      out[o + width] = constant;
    }
    return out;
  },
  transposed(x, columns) {
    const rows = x.length / columns;
    const out = new Float64Array(x.length);
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j];
    return out;
  },
};

/** tanh, to 1e-15: three times as fast as Math.tanh. */
export const tanh = (x: number): number => 1 - 2 / (Math.exp(2 * x) + 1);

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The sum of arrays of one length. */
export function added(all: readonly Reals[]): Reals {
  const out = all[0].slice();
  for (const one of all.slice(1)) for (let i = 0; i < out.length; i++) out[i] += one[i];
  return out;
}
