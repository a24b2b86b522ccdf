/**
 * Trust parameters: thresholds, colluders, and the number of noise shares from honest platforms in a released sum.
 * @module
 */
import { defaultThreshold } from '../../secagg/parameters.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import { exposedOnSparse, sparseGraphFor } from './masked-graph.ts';
import type { GraphChoice } from './masked-graph.ts';

export interface TrustRequest {
  /** c: platforms that may pool their view with the coordinator's. */
  readonly colluding: number;
  /** Number of platforms that may be lost without preventing the sum from being opened. */
  readonly dropouts: number;
  /** t of the masked sum; floor(2n/3) + 1 if absent. Only for the complete graph. */
  readonly threshold?: number;
  /** Graph of the masked sum; by the number of platforms if absent. */
  readonly graph?: GraphChoice;
  /** Attempts that share the failure probability of the rule that chooses a sparse graph; 1 if absent. */
  readonly graphAttempts?: number;
}

export interface Trust {
  /** n: number of platforms. */
  readonly platformCount: number;
  /** True if there is a masked sum. Without one, the numbers below describe single platforms. */
  readonly maskedSum: boolean;
  /** k of a sparse graph: each platform masks with k others, who hold the shares of its masks. Absent: the complete graph. */
  readonly degree?: number;
  /** t: shares needed to open a mask. */
  readonly threshold: number;
  /** t_noise: platforms refuse to open a sum of fewer contributions than this. */
  readonly noiseThreshold: number;
  /** c: colluding platforms that the plan covers. */
  readonly colluding: number;
  readonly dropouts: number;
  /** Least number of honest platforms in every opened sum: t_noise - c. */
  readonly honestMinimum: number;
  /**
   * H: number of honest platforms over which the noise is spread. At 1 every platform adds all of it (`silo-local`).
   */
  readonly noiseShares: number;
  /**
   * With this many colluding platforms or more, a deviating coordinator can open single platforms' vectors: 2t - n on the
   * complete graph. On a sparse graph it is the number from which nothing excludes that, for a coordinator that is honest
   * in stage 0.
   */
  readonly exposedFrom: number;
}

/**
 * Losses that a sum survives if the manifest does not say: one with four platforms or more, because every plan that is
 * possible without a loss is then possible with one. Three platforms can survive none.
 */
export function defaultDropouts(platforms: number): number {
  return platforms >= 4 ? 1 : 0;
}

/**
 * Price of surviving losses: the factor on the noise, compared with a sum that needs every platform. 1 if no losses are
 * planned for.
 */
export function priceOfLosses({ maskedSum, dropouts, noiseShares }: Trust): number {
  return maskedSum && dropouts > 0 ? Math.sqrt((noiseShares + dropouts) / noiseShares) : 1;
}

/** @throws PrivacyError PRIVACY_PLAN_REFUSED with the numbers, PRIVACY_BAD_PARAMETER */
export function trustOf(request: TrustRequest, platforms: number, maskedSum: boolean): Trust {
  const n = platforms;
  const { dropouts } = request;
  for (const [name, value] of Object.entries({ colluding: request.colluding, dropouts })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new PrivacyError('PRIVACY_BAD_PARAMETER', `${name} must be an integer of at least 0, and is ${value}`);
    }
  }
  if (!maskedSum) {
    const alone = { threshold: 1, noiseThreshold: 1, honestMinimum: 1, noiseShares: 1, exposedFrom: 0 };
    return { ...alone, platformCount: n, maskedSum, colluding: Math.min(request.colluding, n - 1), dropouts };
  }
  if (n < 3) {
    throw refused(`a masked sum of ${n} platforms hides nobody: each can subtract its own vector; take at least 3`);
  }
  // Every platform sees the shared model and knows its own noise, which it can subtract. So one share is never counted,
  // even against a platform that is only curious. With three platforms each adds all of the noise.
  const siloLocal = n === 3;
  const colluding = Math.max(1, request.colluding);
  const { graph: choice, graphAttempts: attempts = 1 } = request;
  const graph =
    request.threshold === undefined
      ? sparseGraphFor({ platforms: n, colluding, dropouts, attempts, graph: choice })
      : undefined;
  const threshold = graph?.threshold ?? request.threshold ?? defaultThreshold(n);
  if (graph === undefined && (!Number.isInteger(threshold) || threshold > n || 2 * threshold <= n)) {
    throw refused(`threshold ${threshold} of ${n} platforms: must be an integer above n/2 = ${n / 2} and at most ${n}`);
  }
  const noiseThreshold = n - dropouts;
  if (noiseThreshold < threshold) {
    throw refused(
      `${dropouts} dropouts leave ${n} - ${dropouts} = ${noiseThreshold} platforms, fewer than the threshold t = ${threshold}; at most ${n - threshold} may be lost`,
    );
  }
  const exposedFrom = graph === undefined ? 2 * threshold - n : exposedOnSparse(graph);
  if (colluding >= exposedFrom) {
    throw refused(
      `${colluding} colluding platforms of ${n} with t = ${threshold}: from 2t - n = ${exposedFrom} on, a deviating coordinator can open single platforms' vectors; plan for fewer colluding ones, or take more platforms`,
    );
  }
  const honestMinimum = noiseThreshold - colluding;
  if (honestMinimum < 2) {
    throw refused(
      `t_noise - c = ${noiseThreshold} - ${colluding} = ${honestMinimum}: a sum must hold at least 2 honest platforms; plan for fewer colluding or lost platforms`,
    );
  }
  const noiseShares = siloLocal ? 1 : honestMinimum;
  return {
    platformCount: n,
    maskedSum,
    ...(graph && { degree: graph.degree }),
    threshold,
    noiseThreshold,
    colluding,
    dropouts,
    honestMinimum,
    noiseShares,
    exposedFrom,
  };
}

/** Honest noise shares in the view of a coordinator with c' helpers: t_noise - c' if c' < `exposedFrom`, otherwise one. */
export function noiseSharesAgainst(trust: Pick<Trust, 'exposedFrom' | 'noiseThreshold'>, colluders: number): number {
  return colluders < trust.exposedFrom ? Math.max(1, trust.noiseThreshold - colluders) : 1;
}

function refused(reason: string): PrivacyError {
  return new PrivacyError('PRIVACY_PLAN_REFUSED', reason);
}
