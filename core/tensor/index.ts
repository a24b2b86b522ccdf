/**
 * The seam to TensorFlow.js. Code outside core/ decides which backend computes.
 * @module
 */
export type * from './backend.ts';
export * from './errors.ts';
