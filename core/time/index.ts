/**
 * Time as an argument.
 * @module
 */
export * from './clock.ts';
