/**
 * Release modes: how one person's representation reaches a target platform.
 * @module
 */
export * from './cohort.ts';
export * from './privunit.ts';
export * from './registry.ts';
export * from './release.ts';
