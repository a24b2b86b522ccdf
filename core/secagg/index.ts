/**
 * The masked sum: two state machines, their messages and parameters, and the planning around them.
 * @module
 */
export * from './errors.ts';
export * from './messages.ts';
export * from './outcome.ts';
export * from './refund-proof.ts';
export * from './session.ts';
export * from './statement.ts';
export { createCoordinatorSession, handleCoordinator, uploadingPlatforms } from './coordinator.ts';
export type { CoordinatorState } from './coordinator.ts';
export { createPlatformSession, handlePlatform } from './platform.ts';
export type { PlatformState } from './platform.ts';
export { attemptKey, checkCohort, checkFloor, checkTerms, defaultThreshold, helpersTolerated } from './parameters.ts';
export * from './degree.ts';
export * from './plan.ts';
