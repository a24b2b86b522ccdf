/**
 * Measures cold-start recommendation: chooses cold persons, draws negatives, computes metrics and the rows of a table.
 * @module
 */
export type { ColdPerson } from '../data/cold-person.ts';
export * from './calibration.ts';
export * from './clicks.ts';
export * from './clustered-gain.ts';
export * from './cold-item.ts';
export * from './cold-platform.ts';
export * from './errors.ts';
export * from './evaluate.ts';
export * from './exposure.ts';
export * from './gains.ts';
export * from './metrics.ts';
export * from './negatives.ts';
export * from './off-policy.ts';
export * from './per-person.ts';
export * from './published.ts';
export * from './recency.ts';
export * from './results.ts';
export * from './split.ts';
export * from './twins.ts';
export * from './two-kinds.ts';
