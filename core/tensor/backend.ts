/**
 * The tensor seam: a strategy that trains deep layers asks for the tfjs engine here, and never loads a backend itself.
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';

export type TensorBackendName = 'wasm' | 'cpu' | 'node';

/**
 * The tfjs-core module, with which a strategy computes. Only its functions may be used (`tf.add(a, b)`): packages above tfjs-core
 * register the chained methods and the gradients of the tape. Strategies write their gradients out in closed form.
 */
export type TensorEngine = typeof tf;

export interface TensorBackend {
  readonly name: TensorBackendName;
  /**
   * The tfjs-core module with this backend active and ready. The first call loads it; later calls return the same module.
   * tfjs has one active backend per process, so a caller with two backends asks again each time it switches.
   * @throws TensorError TENSOR_BACKEND_UNAVAILABLE
   */
  engine(): Promise<TensorEngine>;
}
