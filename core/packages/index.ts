/**
 * Packages from outside this repository: their identity, and the pieces that they bring.
 * @module
 */
export * from './errors.ts';
export * from './named.ts';
export * from './package-id.ts';
export * from './pieces.ts';
