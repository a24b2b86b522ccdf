/**
 * TensorFlow.js in plain JavaScript: slow, but available wherever Node runs.
 * @module
 */
import type { TensorEngine } from '../../core/tensor/backend.ts';

export async function loadCpu(): Promise<TensorEngine> {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  return tf;
}
