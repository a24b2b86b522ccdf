/**
 * The printed privacy statement.
 * @module
 */
export * from './claims.ts';
export * from './sentence.ts';
export * from './statement-text.ts';
