/**
 * Plans a privacy budget before there is a federation.
 * @module
 */
export * from './budget-plan.ts';
