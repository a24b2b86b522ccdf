/**
 * Release modes: the form in which a person's representation reaches a target platform.
 * @module
 */
export * from './cohort.ts';
export * from './privunit.ts';
export * from './registry.ts';
export * from './release.ts';
