/**
 * The facts of the masked sums of all versions of the manifest that a plan counts.
 * @module
 */
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';

/** k of a sparse graph of masks, of this version of the manifest or of an earlier one whose sums count. */
export function sparseDegree({ degree, earlier }: PrivacyPlan): number | undefined {
  return degree ?? earlier.rounds.find(({ trust }) => trust.degree !== undefined)?.trust.degree;
}

export function isSparse(plan: PrivacyPlan): boolean {
  return sparseDegree(plan) !== undefined;
}

/** The smallest thresholds of this version and of the earlier ones whose sums count. */
export function leastOf(plan: PrivacyPlan): Pick<PrivacyPlan, 'noiseThreshold' | 'exposedFrom' | 'threshold'> {
  const all = [plan, ...plan.earlier.rounds.map(({ trust }) => trust)];
  return {
    noiseThreshold: Math.min(...all.map((trust) => trust.noiseThreshold)),
    exposedFrom: Math.min(...all.map((trust) => trust.exposedFrom)),
    threshold: Math.min(...all.map((trust) => trust.threshold)),
  };
}
