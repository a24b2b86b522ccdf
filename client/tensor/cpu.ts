/**
 * TensorFlow.js in plain JavaScript: slow, and there wherever Node is.
 * @module
 */
import type { TensorEngine } from '../../core/tensor/backend.ts';

export async function loadCpu(): Promise<TensorEngine> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  return tf;
}
