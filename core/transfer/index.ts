/**
 * Transfer of knowledge between domains: the encoders, their pieces and the baselines beside them.
 * @module
 */
export { baselineNamed, baselines } from './baselines/registry.ts';
export * from './errors.ts';
export { publicPlatform } from './public-shape.ts';
export { composeEncoder, encoderNamed } from './compose.ts';
export { presets } from './presets.ts';
export { trainings, views } from './registry.ts';
export type * from './encoder.ts';
