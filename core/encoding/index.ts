/**
 * Canonical encodings: exactly one byte string and one JSON text per value.
 * @module
 */
export * from './canonical-bytes.ts';
export * from './canonical-json.ts';
export * from './errors.ts';
