/**
 * Bounding and noising a sum: clip, rounding, integer clip, discrete Gaussian noise, ring.
 * @module
 */
export * from './adaptive-clip.ts';
export * from './discrete-gaussian.ts';
export * from './errors.ts';
export * from './mechanism.ts';
export * from './outer-products.ts';
export * from './pipeline.ts';
export * from './ring.ts';
export * from './sampling.ts';
export * from './scale.ts';
export * from './written-out.ts';
