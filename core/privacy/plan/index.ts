/**
 * The privacy plan, which coordinator and platforms compute alike, and the answers that follow from it.
 * @module
 */
export * from './charged-sums.ts';
export * from './earlier.ts';
export * from './openings.ts';
export * from './plan.ts';
export * from './plan-events.ts';
export * from './plan-lookups.ts';
export * from './privacy-plan.ts';
export * from './trust.ts';
