/**
 * Steps of a network in memory of their own: the reference, and the place of results for which an arena has no room.
 * @module
 */
import type { Kernels, Workbench } from '../kernels.ts';

/** @param products and bends of one of the implementations. */
export function plainWorkbench({ multiply, tanh }: Pick<Kernels, 'multiply' | 'tanh'>): Workbench {
  return {
    zeros: (length) => new Float32Array(length),
    multiply(x, inner, b, columns, row, constant = 1) {
      if (x.length === 0) return new Float32Array(0);
      const out = multiply(x, inner, b, columns);
      if (row === undefined) return out;
      const added = scaled(row, constant);
      for (let i = 0; i < out.length; i += columns) for (let j = 0; j < columns; j++) out[i + j] += added[j];
      return out;
    },
    tanh,
    times: scaled,
    slope(dy, bent, constant) {
      const out = new Float32Array(dy.length);
      for (let i = 0; i < out.length; i++) out[i] = dy[i] * constant * (1 - bent[i] * bent[i]);
      return out;
    },
    followed(x, width, constant) {
      const rows = x.length / width;
      const out = new Float32Array(x.length + rows);
      for (let row = 0; row < rows; row++) {
        out.set(x.subarray(row * width, (row + 1) * width), row * (width + 1));
        out[row * (width + 1) + width] = constant;
      }
      return out;
    },
    transposed(x, columns) {
      const rows = x.length / columns;
      const out = new Float32Array(x.length);
      for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = x[i * columns + j];
      return out;
    },
    keep: (x) => x.slice(),
    clear: () => undefined,
  };
}

/** Every number times a constant: computed in float64, rounded once. */
export function scaled(x: Float32Array, constant: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = constant * x[i];
  return out;
}
