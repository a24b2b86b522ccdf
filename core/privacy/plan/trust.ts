/**
 * Who must be honest for the noise to be enough: thresholds, colluders, and how many shares of noise a released sum holds.
 * @module
 */
import { defaultThreshold } from '../../secagg/parameters.ts';
import { PrivacyError } from '../mechanism/errors.ts';

export interface TrustRequest {
  /** c: platforms that may pool what they saw with the coordinator's. */
  readonly colluding: number;
  /** Platforms that may be lost and the sum still be opened. */
  readonly dropouts: number;
  /** t of the masked sum; floor(2n/3) + 1 when absent. */
  readonly threshold?: number;
}

export interface Trust {
  /** n. */
  readonly platformCount: number;
  /** Whether there is a masked sum at all; without one every number below is about single platforms. */
  readonly maskedSum: boolean;
  /** t: shares that open a mask. */
  readonly threshold: number;
  /** t_noise: contributions below which platforms refuse to open a sum. */
  readonly noiseThreshold: number;
  /** c that the plan covers. */
  readonly colluding: number;
  readonly dropouts: number;
  /** Honest platforms in every opened sum, at least: t_noise - c. */
  readonly honestMinimum: number;
  /** H: over how many honest shares the noise is spread. 1: every platform adds all of it (`silo-local`). */
  readonly noiseShares: number;
  /** From this many colluding platforms on, 2t - n, a deviating coordinator can open single platforms' vectors. */
  readonly exposedFrom: number;
}

/**
 * Losses that a sum survives where nobody says how many: one from four platforms on, where every plan that can be made
 * without a loss can be made with it. Three survive none.
 */
export function defaultDropouts(platforms: number): number {
  return platforms >= 4 ? 1 : 0;
}

/** How many times the noise of a sum that everybody has to be in: what surviving losses costs. 1 where none are planned for. */
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
    throw refused(`a masked sum of ${n} platforms hides nobody: the other one subtracts its own; take at least 3`);
  }
  const threshold = request.threshold ?? defaultThreshold(n);
  if (!Number.isInteger(threshold) || threshold > n || 2 * threshold <= n) {
    throw refused(`threshold ${threshold} of ${n} platforms: must be an integer above n/2 = ${n / 2} and at most ${n}`);
  }
  const noiseThreshold = n - dropouts;
  if (noiseThreshold < threshold) {
    throw refused(
      `${dropouts} dropouts leave ${n} - ${dropouts} = ${noiseThreshold} platforms, fewer than the threshold t = ${threshold}; at most ${n - threshold} may be lost`,
    );
  }
  // Every platform sees the shared model and knows its own noise: what it can subtract is never counted, so one share is
  // always left out, even against a platform that is curious alone. Three platforms each add all of the noise.
  const siloLocal = n === 3;
  const colluding = Math.max(1, request.colluding);
  const exposedFrom = 2 * threshold - n;
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
    threshold,
    noiseThreshold,
    colluding,
    dropouts,
    honestMinimum,
    noiseShares,
    exposedFrom,
  };
}

/** Honest noise shares in what a coordinator with this many helpers can see: t_noise - c' before 2t - n, one after. */
export function noiseSharesAgainst(trust: Trust, colluders: number): number {
  return colluders < trust.exposedFrom ? Math.max(1, trust.noiseThreshold - colluders) : 1;
}

function refused(reason: string): PrivacyError {
  return new PrivacyError('PRIVACY_PLAN_REFUSED', reason);
}
