/**
 * Transfer of knowledge between domains: the encoders, their pieces and the baselines beside them.
 * @module
 */
export { baselineNamed, baselines } from './baselines/registry.ts';
export * from './errors.ts';
export { publicPlatform } from './public-shape.ts';
export { composeEncoder, encoderNamed } from './compose.ts';
export { numberFeatures } from './decoder/number-features.ts';
export { regressionReadout } from './decoder/regression-readout.ts';
export type * from './decoder/readout.ts';
export { presets } from './presets.ts';
export type * from './training/training.ts';
export type * from './views/view.ts';
export { trainings, views } from './registry.ts';
export type * from './encoder.ts';
