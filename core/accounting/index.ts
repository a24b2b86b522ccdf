/**
 * What releases cost: Rényi and privacy-loss accountants, calibration, plans, and how to check them.
 * @module
 */
export * from './accountant.ts';
export * from '../budget/budget-plan.ts';
export * from './calibrate.ts';
export * from './errors.ts';
export * from './gaussian-exact.ts';
export * from '../reference-accounting/optimal-composition.ts';
export * from './orders.ts';
export * from './rdp.ts';
export * from '../reference-accounting/pld/pld-accountant.ts';
export * from '../reference-accounting/tree-aggregation.ts';
export * from '../reference-accounting/verification/reference-row.ts';
export * from '../reference-accounting/verification/verdict.ts';
