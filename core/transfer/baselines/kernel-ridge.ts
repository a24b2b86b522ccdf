/**
 * Kernel ridge regression with many outputs (Saunders, Gammerman and Vovk, ICML 1998): outputs centred, dual weights by
 * conjugate gradients.
 * @module
 */
import { conjugateGradient } from '../linear-algebra/conjugate-gradient.ts';
import { columnMeans } from '../linear-algebra/products.ts';

export interface KernelRidge {
  /** @param kernel float32 [rows]: the kernel of a new input with each training input. */
  predict(kernel: Float32Array): Float64Array /* [outputs] */;
}

/**
 * @param kernel float32 [rows, rows]
 * @param y float64 [rows, outputs]
 * @param penalty λ > 0
 */
export function fitKernelRidge(
  kernel: Float32Array,
  rows: number,
  y: Float64Array,
  outputs: number,
  penalty: number,
  signal?: AbortSignal,
): KernelRidge {
  const mean = columnMeans(y, outputs);
  const centred = y.map((value, at) => value - mean[at % outputs]);
  const dual = conjugateGradient(kernel, rows, penalty, centred, outputs, {
    iterations: 40,
    tolerance: 1e-2,
    ...(signal && { signal }),
  });
  return {
    predict(similarities) {
      const out = Float64Array.from(mean);
      for (let row = 0; row < rows; row++) {
        const value = similarities[row];
        if (value === 0) continue;
        for (let o = 0; o < outputs; o++) out[o] += value * dual[row * outputs + o];
      }
      return out;
    },
  };
}
