/**
 * Kernels in WebAssembly with SIMD. A job that is too large for one arena is done by the reference.
 * @module
 */
import { inJavaScript } from '../javascript/kernels.ts';
import type { Kernels } from '../kernels.ts';
import { factorisationInWasm } from './factorisation.ts';

export const inWasm: Kernels = {
  name: 'wasm',
  factorisation: (order) => factorisationInWasm(order) ?? inJavaScript.factorisation(order),
};
