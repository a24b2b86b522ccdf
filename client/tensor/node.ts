/**
 * TensorFlow's C library through `@tensorflow/tfjs-node`, an optional dependency.
 * @module
 */
import { createRequire } from 'node:module';
import type { TensorEngine } from '../../core/tensor/backend.ts';

const PACKAGE = '@tensorflow/tfjs-node';

/** True if the package is installed. It may still fail to load. */
export function nodeBackendInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(PACKAGE);
    return true;
  } catch {
    return false;
  }
}

export async function loadNode(): Promise<TensorEngine> {
  if (!nodeBackendInstalled()) throw new Error(`the optional package ${PACKAGE} is not installed`);
  // tfjs-node 4.22 calls util.isNullOrUndefined, which Node 23 removed. It loads there and fails at the first tensor.
  const util: object = createRequire(import.meta.url)('node:util') as object;
  if (!('isNullOrUndefined' in util)) throw new Error(`${PACKAGE} does not run on Node ${process.versions.node}`);
  await import(PACKAGE);
  return import('@tensorflow/tfjs-core');
}
