/**
 * Transfer of knowledge between domains: the strategy interface, the strategies and the baselines beside them.
 * @module
 */
export { baselineNamed, baselines } from './baselines/registry.ts';
export * from './errors.ts';
export { publicPlatform } from './public-shape.ts';
export { strategies, strategyNamed } from './registry.ts';
export type * from './encoder.ts';
