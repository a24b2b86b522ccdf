/**
 * Checks the accountant against published figures: the accountant of privacy loss distributions, further mechanisms, verdicts.
 * @module
 */
export * from './optimal-composition.ts';
export * from './reference-event.ts';
export * from './reference-rules.ts';
export * from './tree-aggregation.ts';
export * from './pld/pld-accountant.ts';
export * from './verification/reference-row.ts';
export * from './verification/verdict.ts';
