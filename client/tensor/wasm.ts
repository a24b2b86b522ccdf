/**
 * TensorFlow.js on WebAssembly (XNNPACK, SIMD), the default. It needs no native build, and its results are
 * bit-identical from run to run.
 * @module
 */
import type { TensorEngine } from '../../core/tensor/backend.ts';
import { registerWasmKernels } from '../../core/tensor/wasm-kernels.ts';

export async function loadWasm(): Promise<TensorEngine> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-wasm');
  const before = processHandlers();
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly module did not start');
  restoreProcessHandlers(before);
  registerWasmKernels(tf);
  return tf;
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

function processHandlers(): Map<string, readonly unknown[]> {
  return new Map(EVENTS.map((event) => [event, process.listeners(event as 'uncaughtException')]));
}

/**
 * Removes the handlers that the compiled module installs. They would print the module's own minified source at every
 * uncaught error of the process.
 */
function restoreProcessHandlers(before: ReadonlyMap<string, readonly unknown[]>): void {
  for (const event of EVENTS) {
    for (const handler of process.listeners(event as 'uncaughtException')) {
      if (before.get(event)?.includes(handler) === false) process.removeListener(event, handler);
    }
  }
}
