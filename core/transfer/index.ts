/**
 * Where knowledge moves between domains: the strategy seam, the strategies and the baselines they stand beside.
 * @module
 */
export { baselineNamed, baselines } from './baselines/registry.ts';
export * from './errors.ts';
export { publicPlatform } from './public-shape.ts';
export { strategies, strategyNamed } from './registry.ts';
export type * from './strategy.ts';
