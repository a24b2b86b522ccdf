/**
 * Randomness: the source from which everything private is drawn, seeded sources for simulations, and a statistical generator.
 * @module
 */
export * from './prng.ts';
export * from './seeded.ts';
export type * from './source.ts';
export * from './streams.ts';
