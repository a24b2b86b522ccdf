/**
 * Simulations and privacy-budget experiments, for programs and notebooks.
 * @module
 */
export { SimulationError } from './errors.ts';
export type { SimulationEvent } from './events.ts';
export type { ProtocolName, SimulationInput, SimulationOptions } from './options.ts';
export { resultsSchema } from './results.ts';
export type { PrivacyRow, ResultRow, Results, RoundRow } from './results.ts';
export { simulate } from './simulate.ts';
export type { Simulated, SimulationContext } from './simulated.ts';
export { DEFAULT_SYNTHETIC_WORLD, syntheticWorld } from './worlds/synthetic.ts';
export type { SyntheticWorldOptions } from './worlds/synthetic.ts';
export type { World, WorldTruth } from './worlds/world.ts';
export { experimentConfig } from './experiment/config.ts';
export type { ExperimentConfig, ExperimentInput } from './experiment/config.ts';
export { createExperiment, runExperiment } from './experiment/run.ts';
export type { ExperimentContext, ExperimentEvent, ExperimentOutcome } from './experiment/run.ts';
export { runAudit } from './audit/audit.ts';
export type { AuditDocument, AuditRequest } from './audit/audit.ts';
