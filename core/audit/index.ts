/**
 * Measures privacy beside the proven bound: canaries, one-run audits and inference from releases.
 * @module
 */
export * from './canary-audit.ts';
export * from './one-run.ts';
export * from './one-shot.ts';
export * from './release-inference.ts';
