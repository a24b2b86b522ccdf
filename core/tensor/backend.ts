/**
 * The tensor seam: a strategy that trains deep layers asks for the tfjs engine here and never loads a backend itself.
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';

export type TensorBackendName = 'wasm' | 'cpu' | 'node';

/**
 * The tfjs-core module as a value: what a strategy computes with. Functions only (`tf.add(a, b)`): the chained methods
 * and the gradient tape are registered by packages above tfjs-core; gradients here are written out in closed form.
 */
export type TensorEngine = typeof tf;

export interface TensorBackend {
  readonly name: TensorBackendName;
  /**
   * The tfjs-core module with this backend set and ready. The first call loads it; later calls return the same.
   * tfjs has one active backend in a process: whoever holds two must ask for the engine again before switching.
   * @throws TensorError TENSOR_BACKEND_UNAVAILABLE.
   */
  engine(): Promise<TensorEngine>;
}
