/**
 * The seam to TensorFlow.js: which backend computes is decided outside core.
 * @module
 */
export type * from './backend.ts';
export * from './errors.ts';
