/**
 * The tensor seam: a strategy that trains deep layers asks for the tfjs engine here and never loads a backend itself.
 * @module
 */
import type * as tf from '@tensorflow/tfjs-core';

export type TensorBackendName = 'wasm' | 'cpu' | 'node';

export interface TensorBackend {
  readonly name: TensorBackendName;
  /** The tfjs-core module with this backend set and ready. The first call loads it; later calls return the same. */
  engine(): Promise<typeof tf>;
}
