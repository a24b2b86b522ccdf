/**
 * One byte string and one JSON text for one value.
 * @module
 */
export * from './canonical-bytes.ts';
export * from './canonical-json.ts';
export * from './errors.ts';
