/**
 * Rényi accounting: the cost of releases together, and calibration of noise.
 * @module
 */
export * from './accountant.ts';
export * from './calibrate.ts';
export * from './composition.ts';
export * from './errors.ts';
export * from './event-rules.ts';
export * from './gaussian-exact.ts';
export * from './orders.ts';
export * from './printed-epsilon.ts';
export * from './rdp.ts';
export * from './release-rules.ts';
export * from './repeat-and-select.ts';
