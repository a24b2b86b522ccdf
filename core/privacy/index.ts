/**
 * Privacy: what bounds, noises, accounts for, charges and claims everything that leaves a platform.
 * @module
 */
export * from './claims.ts';
export * from './charged-sums.ts';
export * from './composition.ts';
export * from './discrete-gaussian.ts';
export * from './errors.ts';
export * from './ledger.ts';
export * from './mechanism.ts';
export * from './pipeline.ts';
export * from './plan-events.ts';
export * from './plan.ts';
export * from './adaptive-clip.ts';
export * from './sampling.ts';
export * from './release.ts';
export * from './ring.ts';
export * from './trust.ts';
export * from './release-modes/cohort.ts';
export * from './release-modes/privunit.ts';
export * from './release-modes/registry.ts';
export * from './audit/canary-audit.ts';
export * from './audit/one-run.ts';
export * from './audit/one-shot.ts';
export * from './audit/release-inference.ts';
export * from './scale.ts';
