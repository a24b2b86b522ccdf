/**
 * Plans a budget before there is a federation: the noise, the epsilon against each number of colluders, the error, and changes
 * that would be cheaper.
 * @module
 */
import { PrivacyError } from '../privacy/mechanism/errors.ts';
import { defaultRefunds, openingsAgainst } from '../privacy/plan/openings.ts';
import { noiseSharesAgainst, trustOf } from '../privacy/plan/trust.ts';
import type { Trust } from '../privacy/plan/trust.ts';
import type { Gaussian, PrivacyEvent } from '../accounting/accountant.ts';
import { personSampling } from '../privacy/mechanism/sampling.ts';
import { calibrateNoise, gaussianSumEvent, sampledSum } from '../accounting/calibrate.ts';
import { PldAccountant } from '../reference-accounting/pld/pld-accountant.ts';
import { RdpAccountant } from '../accounting/rdp.ts';
import { parameterInvalid } from '../accounting/errors.ts';

export interface BudgetRequest {
  /** Total over all rounds, at `delta`. */
  readonly epsilon: number;
  readonly delta: number;
  /** R: releases of the masked sum, including spare attempts. Every person is in each of them, unless `sampling` is given. */
  readonly rounds: number;
  /** n: number of platforms. */
  readonly platforms: number;
  /** c: platforms that may collude with the coordinator. */
  readonly colluding: number;
  /** Platforms that may be lost without preventing a round. */
  readonly dropouts: number;
  /** F: charged attempts that a ledger may take back on proof. If absent, a third of the rounds, and at least 3. */
  readonly refunds?: number;
  /** Persons in a sum, over all platforms. */
  readonly persons: number;
  /** D: coordinates of the sum. */
  readonly dimension: number;
  /** q: each platform draws every person for a round with this probability, in secret. If absent, all are in every round. */
  readonly sampling?: number;
  /** M: most platforms that draw one person. 1 if absent. */
  readonly platformsPerPerson?: number;
}

/** Epsilon against a coordinator that deviates from the protocol, with this many colluding platforms. */
export interface ColluderCost {
  readonly colluders: number;
  /** Most opened sums with one platform's data in them. */
  readonly openings: number;
  /** Fewest honest shares of noise in any sum or vector that they can open. */
  readonly noiseShares: number;
  /**
   * The smallest part of the data that they can open. `single platforms`: one platform's vector, with shares that honest
   * platforms reveal. `uploads`: one platform's vector, without any such share.
   */
  readonly view: 'sums' | 'single platforms' | 'uploads';
  readonly epsilon: number;
}

/** Error that noise adds to the mean over all persons, in units of the clip C, when every platform contributes. */
export interface MeanError {
  readonly perParameter: number;
  /** L2 norm over all coordinates. Compare it with the norm of the mean itself, which is at most 1 in these units. */
  readonly l2: number;
}

export interface CheaperOption {
  readonly change: string;
  /** L2 error with the change, divided by that of the plan. */
  readonly relativeError: number;
}

export interface BudgetPlan {
  readonly request: BudgetRequest;
  readonly trust: Trust;
  /** F, as `colluders` uses it. */
  readonly refunds: number;
  /** z of the honest noise: its standard deviation in units of a person's L2 sensitivity. */
  readonly noiseMultiplier: number;
  /** Composed epsilon at z; at most that of the request. */
  readonly epsilon: number;
  /** Exact epsilon of the same composition with continuous noise. A reference, not the claim. */
  readonly continuousReference: number;
  /** Noise in a full sum, divided by the noise that a trusted curator would add: sqrt(n / H). */
  readonly overCurator: number;
  readonly error: MeanError;
  readonly colluders: readonly ColluderCost[];
  readonly cheaper: readonly CheaperOption[];
}

/**
 * Calibrates the noise of a request and prices it.
 * @throws AccountantError PRIVACY_PARAMETER_INVALID; PrivacyError PRIVACY_PLAN_REFUSED if the thresholds cannot be met.
 */
export function planBudget(request: BudgetRequest): BudgetPlan {
  check(request);
  const trust = trustOf(request, request.platforms, true);
  const { noiseMultiplier, epsilon } = calibrate(request, trust.noiseShares);
  const error = meanError(request, trust, noiseMultiplier);
  const refunds = request.refunds ?? defaultRefunds(request.rounds);
  return {
    request,
    trust,
    refunds,
    noiseMultiplier,
    epsilon,
    continuousReference: PldAccountant.empty()
      .compose(continuous(request, noiseMultiplier), request.rounds)
      .epsilon(request.delta),
    overCurator: Math.sqrt(request.platforms / trust.noiseShares),
    error,
    colluders: colluderCosts({ ...request, refunds }, trust, noiseMultiplier),
    cheaper: cheaperOptions(request, error),
  };
}

function calibrate(request: BudgetRequest, shares: number): { noiseMultiplier: number; epsilon: number } {
  const { epsilon, delta, rounds } = request;
  const sum = { relativeNoise: 1, repetitions: rounds, ...sampledAt(request, shares) };
  return calibrateNoise({ epsilon, delta, sums: [sum] });
}

function continuous(request: BudgetRequest, noiseMultiplier: number): PrivacyEvent {
  const rate = personRate(request);
  const event: Gaussian = { kind: 'gaussian', noiseMultiplier };
  return rate === undefined ? event : { kind: 'poisson-sampled', rate, event };
}

function sampledAt(request: BudgetRequest, shares: number): Partial<ReturnType<typeof sampledSum>> {
  const rate = personRate(request);
  return rate === undefined ? {} : sampledSum(rate, shares);
}

function personRate({ sampling, platformsPerPerson = 1 }: BudgetRequest): number | undefined {
  return sampling === undefined ? undefined : personSampling(sampling, platformsPerPerson).personRate;
}

/** The event with which one round at this noise is accounted. */
function roundEvent(request: BudgetRequest, noiseMultiplier: number, shares: number): PrivacyEvent {
  const sum = { relativeNoise: 1, repetitions: request.rounds, ...sampledAt(request, shares) };
  return gaussianSumEvent(sum, noiseMultiplier);
}

function meanError(request: BudgetRequest, trust: Trust, noiseMultiplier: number): MeanError {
  // With sampling, fewer persons share the same noise.
  const persons = request.persons * (request.sampling ?? 1);
  const perParameter = (noiseMultiplier * Math.sqrt(request.platforms / trust.noiseShares)) / persons;
  return { perParameter, l2: perParameter * Math.sqrt(request.dimension) };
}

/** Costs against 0 to n - 1 colluders. The noise multiplier falls with the square root of the number of honest shares. */
function colluderCosts(
  request: BudgetRequest & { readonly refunds: number },
  trust: Trust,
  noiseMultiplier: number,
): readonly ColluderCost[] {
  const bound = { attempts: request.rounds, refunds: request.refunds };
  return Array.from({ length: request.platforms }, (_, colluders) => {
    const noiseShares = noiseSharesAgainst(trust, colluders);
    const openings = openingsAgainst(trust, bound, colluders);
    const at = (shares: number): number =>
      RdpAccountant.empty()
        .compose(roundEvent(request, noiseMultiplier * Math.sqrt(shares / trust.noiseShares), shares), openings)
        .epsilon(request.delta);
    // With sampling, the bound for one share alone can be below the bound that is proven for a sum of shares. Both hold, so the
    // smaller one counts, as in a federation's plan.
    const epsilon = request.sampling === undefined ? at(noiseShares) : Math.min(at(noiseShares), at(1));
    return { colluders, openings, noiseShares, view: viewOf(trust, colluders), epsilon };
  });
}

function viewOf(trust: Trust, colluders: number): ColluderCost['view'] {
  if (colluders >= trust.threshold) return 'uploads';
  return colluders < trust.exposedFrom ? 'sums' : 'single platforms';
}

/** Tries one change at a time and lists those that help, the best first. Changes that the thresholds refuse are left out. */
function cheaperOptions(request: BudgetRequest, error: MeanError): readonly CheaperOption[] {
  const { rounds, colluding, dropouts, epsilon, dimension, persons, platforms } = request;
  const changes: (readonly [string, Partial<BudgetRequest>])[] = [
    [`epsilon ${2 * epsilon} in place of ${epsilon}`, { epsilon: 2 * epsilon }],
    [`${2 * persons} persons in place of ${persons}`, { persons: 2 * persons }],
    [`${platforms + 1} platforms with the same persons`, { platforms: platforms + 1 }],
  ];
  if (request.sampling !== undefined) {
    changes.push([`everybody in every round in place of ${request.sampling}`, { sampling: undefined }]);
  }
  const half = Math.ceil(rounds / 2);
  if (rounds > 1) changes.push([`${counted(half, 'round')} in place of ${rounds}`, { rounds: half }]);
  if (half > 1) changes.push([`1 round in place of ${rounds}`, { rounds: 1 }]);
  if (dimension >= 4) {
    const quarter = Math.ceil(dimension / 4);
    changes.push([`${counted(quarter, 'dimension')} in place of ${dimension}`, { dimension: quarter }]);
  }
  if (colluding > 0) {
    changes.push([
      `${counted(colluding - 1, 'colluding platform')} in place of ${colluding}`,
      { colluding: colluding - 1 },
    ]);
  }
  if (dropouts > 0) {
    changes.push([`${counted(dropouts - 1, 'dropout')} in place of ${dropouts}`, { dropouts: dropouts - 1 }]);
  }
  return changes
    .flatMap(([change, patch]) => {
      const changed = { ...request, ...patch };
      const trust = trustUnlessRefused(changed);
      if (trust === null) return [];
      const { l2 } = meanError(changed, trust, calibrate(changed, trust.noiseShares).noiseMultiplier);
      return [{ change, relativeError: l2 / error.l2 }];
    })
    .filter(({ relativeError }) => relativeError < 1 - 1e-9)
    .toSorted((a, b) => a.relativeError - b.relativeError);
}

function trustUnlessRefused(request: BudgetRequest): Trust | null {
  try {
    return trustOf(request, request.platforms, true);
  } catch (error) {
    if (error instanceof PrivacyError && error.code === 'PRIVACY_PLAN_REFUSED') return null;
    throw error;
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function check(request: BudgetRequest): void {
  const { refunds = 0 } = request;
  if (!Number.isInteger(refunds) || refunds < 0) throw parameterInvalid('refunds', refunds, 'an integer >= 0');
  for (const name of ['rounds', 'platforms', 'persons', 'dimension'] as const) {
    const value = request[name];
    if (!Number.isInteger(value) || value < 1) throw parameterInvalid(name, value, 'an integer >= 1');
  }
}
