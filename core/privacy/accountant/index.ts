/**
 * What releases cost: Rényi and privacy-loss accountants, calibration, plans, and how to check them.
 * @module
 */
export * from './accountant.ts';
export * from './budget-plan.ts';
export * from './calibrate.ts';
export * from './errors.ts';
export * from './gaussian-exact.ts';
export * from './optimal-composition.ts';
export * from './orders.ts';
export * from './rdp.ts';
export * from './pld/pld-accountant.ts';
export * from './tree-aggregation.ts';
export * from './verification/reference-row.ts';
export * from './verification/verdict.ts';
