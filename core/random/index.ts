/**
 * Randomness: the source of noise, masks and keys, seeded sources for simulations, and a statistical generator.
 * @module
 */
export * from './prng.ts';
export * from './seeded.ts';
export type * from './source.ts';
export * from './streams.ts';
