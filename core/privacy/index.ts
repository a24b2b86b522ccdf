/**
 * Privacy: what bounds, noises, accounts for, charges and claims everything that leaves a platform.
 * @module
 */
export * from '../claims/claims.ts';
export * from './plan/charged-sums.ts';
export * from '../accounting/composition.ts';
export * from './mechanism/discrete-gaussian.ts';
export * from './mechanism/errors.ts';
export * from './ledger/ledger.ts';
export * from './mechanism/mechanism.ts';
export * from './mechanism/pipeline.ts';
export * from './plan/plan-events.ts';
export * from './plan/plan.ts';
export * from './mechanism/adaptive-clip.ts';
export * from './mechanism/sampling.ts';
export * from '../release/release.ts';
export * from './mechanism/ring.ts';
export * from './plan/trust.ts';
export * from '../release/cohort.ts';
export * from '../release/privunit.ts';
export * from '../release/registry.ts';
export * from '../audit/canary-audit.ts';
export * from '../audit/one-run.ts';
export * from '../audit/one-shot.ts';
export * from '../audit/release-inference.ts';
export * from './mechanism/scale.ts';
