/**
 * Planning a budget before there is a federation: how much noise, against whom, at what error, and what would be cheaper.
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
  /** Total over all rounds. */
  readonly epsilon: number;
  readonly delta: number;
  /** R: releases of the masked sum, spare attempts among them; everybody is in every one. */
  readonly rounds: number;
  /** n. */
  readonly platforms: number;
  /** c: platforms that may collude with the coordinator. */
  readonly colluding: number;
  /** Platforms that may be lost. */
  readonly dropouts: number;
  /** F: charged attempts that a ledger may take back on proof; a third of the rounds and at least 3 when absent. */
  readonly refunds?: number;
  /** Persons in a sum, over all platforms. */
  readonly persons: number;
  /** D: coordinates of the sum. */
  readonly dimension: number;
  /** q: every person is in a round by a secret coin; absent: everybody is in every one. */
  readonly sampling?: number;
  /** M: the coins of one person are those of so many platforms; 1 when absent. */
  readonly platformsPerPerson?: number;
}

/** Epsilon against so many helpers of a coordinator that deviates. */
export interface ColluderCost {
  readonly colluders: number;
  /** Opened sums with one platform's data in them, at most. */
  readonly openings: number;
  /** Honest shares of noise in the smallest thing they can see. */
  readonly noiseShares: number;
  /** What they can see: `uploads` are single platforms too, but for those nobody honest has to reveal a share. */
  readonly view: 'sums' | 'single platforms' | 'uploads';
  readonly epsilon: number;
}

/** Error of the mean over all persons by noise alone, in units of the clip C, when every platform contributes. */
export interface MeanError {
  readonly perParameter: number;
  /** L2 over all coordinates; a mean as long as C itself is what it competes with. */
  readonly l2: number;
}

export interface CheaperOption {
  readonly change: string;
  /** L2 error with the change, relative to the plan's. */
  readonly relativeError: number;
}

export interface BudgetPlan {
  readonly request: BudgetRequest;
  readonly trust: Trust;
  /** F that `colluders` counts with. */
  readonly refunds: number;
  /** z of the honest noise: its standard deviation in units of a person's L2 sensitivity. */
  readonly noiseMultiplier: number;
  /** Composed epsilon at z, at most the request's. */
  readonly epsilon: number;
  /** The same composition with continuous noise, exactly: a reference, not the claim. */
  readonly continuousReference: number;
  /** Noise in a full sum relative to a trusted curator's: sqrt(n / H). */
  readonly overCurator: number;
  readonly error: MeanError;
  readonly colluders: readonly ColluderCost[];
  readonly cheaper: readonly CheaperOption[];
}

/** @throws AccountantError PRIVACY_PARAMETER_INVALID; PrivacyError PRIVACY_PLAN_REFUSED where no honest minimum is left. */
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

/** One round at this noise, as it is accounted. */
function roundEvent(request: BudgetRequest, noiseMultiplier: number, shares: number): PrivacyEvent {
  const sum = { relativeNoise: 1, repetitions: request.rounds, ...sampledAt(request, shares) };
  return gaussianSumEvent(sum, noiseMultiplier);
}

function meanError(request: BudgetRequest, trust: Trust, noiseMultiplier: number): MeanError {
  // Of a sample the sum is as much smaller as it has fewer persons in it.
  const persons = request.persons * (request.sampling ?? 1);
  const perParameter = (noiseMultiplier * Math.sqrt(request.platforms / trust.noiseShares)) / persons;
  return { perParameter, l2: perParameter * Math.sqrt(request.dimension) };
}

/** Against c' = 0 ... n - 1 helpers; with fewer honest shares the noise multiplier shrinks as their square root. */
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
    // As for a federation's plan: for drawn persons more is proved of one share than of a sum of them.
    const epsilon = request.sampling === undefined ? at(noiseShares) : Math.min(at(noiseShares), at(1));
    return { colluders, openings, noiseShares, view: viewOf(trust, colluders), epsilon };
  });
}

function viewOf(trust: Trust, colluders: number): ColluderCost['view'] {
  if (colluders >= trust.threshold) return 'uploads';
  return colluders < trust.exposedFrom ? 'sums' : 'single platforms';
}

/** One change at a time, the most helpful first; those that the thresholds refuse are not offered. */
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
