/**
 * Cryptographic primitives for keys, seals and masks, and the engines that implement them.
 * @module
 */
export * from './engine.ts';
export * from './errors.ts';
export { hkdf } from './hkdf.ts';
export { nodeEngine } from './node-engine.ts';
export { portableEngine } from './portable-engine.ts';
