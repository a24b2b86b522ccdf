/**
 * Hot arithmetic: WebAssembly where the engine has SIMD, JavaScript elsewhere.
 * @module
 */
import { inJavaScript } from './javascript/kernels.ts';
import type { Kernels } from './kernels.ts';
import { isSupported } from './wasm/arena.ts';
import { inWasm } from './wasm/kernels.ts';

export type * from './kernels.ts';

export const kernels: Kernels = isSupported ? inWasm : inJavaScript;
