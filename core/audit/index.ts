/**
 * Measuring privacy: canaries, one-run audits and inference from releases, beside what is proven.
 * @module
 */
export * from './canary-audit.ts';
export * from './one-run.ts';
export * from './one-shot.ts';
export * from './release-inference.ts';
