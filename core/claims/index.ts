/**
 * The printed privacy statement.
 * @module
 */
export * from './claims.ts';
