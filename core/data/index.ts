/**
 * Domains: how they are represented, built, read, restricted and described.
 * @module
 */
export * from './build.ts';
export * from './cold-person.ts';
export * from './columns.ts';
export * from './delimited.ts';
export * from './describe.ts';
export * from './detect.ts';
export type * from './domain.ts';
export * from './errors.ts';
export * from './game-video.ts';
export * from './ids.ts';
export * from './inspection.ts';
export * from './items.ts';
export * from './json-lines.ts';
export * from './likes.ts';
export * from './lines.ts';
export * from './parquet.ts';
export * from './query-file.ts';
export * from './reading-text.ts';
export type * from './reader.ts';
export * from './reading.ts';
export * from './rows.ts';
export * from './select.ts';
export * from './times.ts';
