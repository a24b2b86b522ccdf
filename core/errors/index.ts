/**
 * Errors with a code and a kind.
 * @module
 */
export * from './coded-error.ts';
