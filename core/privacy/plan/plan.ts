/**
 * The privacy plan: one object that ties clip, scale, noise, rounds, collusion and accounting, so that they cannot
 * disagree. A public function of the manifest: coordinator and platforms compute it alike, and its fingerprint is part
 * of every session.
 * @module
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../federation/manifest.ts';
import { calibrateNoise, sampledSum } from '../../accounting/calibrate.ts';
import { clipShares } from '../mechanism/clip-shares.ts';
import { claimAccountant, composedEpsilon } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { PlannedSum, SumQuery } from '../mechanism/mechanism.ts';
import { eventKnowingCoins, worstPersonEvents } from './plan-events.ts';
import { scaleAll } from './plan-sums.ts';
import type { PlannedSums, PlanSetting } from './plan-sums.ts';
import { personSampling } from '../mechanism/sampling.ts';
import { noiseSharesAgainst, trustOf } from './trust.ts';
import type { Trust, TrustRequest } from './trust.ts';

export interface PlanPlatform {
  readonly name: string;
  /** A public round number near the count of persons. */
  readonly personsAbout: number;
  /** Every sum this platform takes part in. Those of scope `federation` are the same on every platform. */
  readonly queries: readonly SumQuery[];
  /** How much of the bound on one person this platform takes in masked sums, relative to the others; 1 when absent. */
  readonly clipWeight?: number;
}

export interface PlanRequest extends TrustRequest {
  /** Total over everything trained; null for a federation without privacy. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** Those that train or release. A platform without queries still counts among the n of the masked sum. */
  readonly platforms: readonly PlanPlatform[];
  /** M: the most platforms one person may be on. */
  readonly maxPlatformsPerPerson: number;
  /** Attempts at rounds that may be charged and lost before the last round no longer fits; 0 when absent. */
  readonly spareAttempts?: number;
  /** q: each person enters a masked sum by a secret coin; absent: everybody enters every one. Means nothing without noise. */
  readonly sampling?: number;
  /** The clip of masked sums follows this quantile of the contributions' lengths; absent: it is what the query says. */
  readonly clipQuantile?: number;
}

export interface PrivacyPlan extends Trust {
  /** What everything composes to at `delta`, at most the budget; null when there is no privacy, or nothing to noise. */
  readonly epsilon: number | null;
  /** The requested total. */
  readonly budget: number | null;
  readonly delta: number;
  /** z of a sum with relative noise 1. 0 without privacy. */
  readonly noiseMultiplier: number;
  readonly maxPlatformsPerPerson: number;
  /** How many platforms' own releases one person's data may enter. */
  readonly encodersPerPerson: number;
  /** Releases of the masked sum, spare attempts not counted. */
  readonly rounds: number;
  readonly spareAttempts: number;
  /** Bits of the masked sum's ring, 16 to 32. */
  readonly ringBits: number;
  /** q of the masked sums; 1: everybody is in all of them. */
  readonly samplingRate: number;
  /** By platform, in the order of its queries. */
  readonly sums: Readonly<Record<string, readonly PlannedSum[]>>;
  /** SHA-256, lower-case hex, over everything above. */
  readonly fingerprint: string;
}

/** Room for floating-point sums taken in another order, so that a ledger that adds up the plan never calls it overspent. */
const CALIBRATION_SLACK = 1e-9;

/**
 * @throws PrivacyError PRIVACY_BAD_PARAMETER, PRIVACY_PLAN_REFUSED (too few platforms, too many colluding, too little
 * noise a platform), PRIVACY_RING_OVERFLOW; each names the numbers.
 */
export function planPrivacy(request: PlanRequest): PrivacyPlan {
  checkRequest(request);
  const federated = federationQueries(request.platforms);
  if (federated.length === 0) refuseOptionsOfRounds(request);
  const trust = trustOf(request, request.platforms.length, federated.length > 0);
  const spare = request.spareAttempts ?? 0;
  const split = Math.min(request.maxPlatformsPerPerson, request.platforms.length);

  const sampling =
    request.sampling === undefined || request.epsilon === null ? undefined : personSampling(request.sampling, split);
  const setting: PlanSetting = {
    platforms: request.platforms,
    shares: clipShares(
      request.platforms.map(({ clipWeight }) => clipWeight ?? 1),
      split,
    ),
    trust,
    split,
    sampling,
    clipQuantile: request.clipQuantile,
  };
  const composed = (sums: PlannedSums['sums'], shares: number): number =>
    composedEpsilon(
      worstPersonEvents({ sums, maxPlatformsPerPerson: split, spareAttempts: spare }, shares),
      request.delta,
    );

  let z = 0;
  let planned = scaleAll(setting, z);
  let epsilon: number | null = null;
  const releasesSomething = request.platforms.some((platform) => platform.queries.length > 0);
  if (request.epsilon !== null && releasesSomething) {
    const target = request.epsilon * (1 - CALIBRATION_SLACK);
    const sums = [
      ...costliestPersonQueries(request.platforms, split),
      ...federated.map(({ relativeNoise, repetitions }) => ({
        relativeNoise,
        repetitions: repetitions + spare,
        ...(sampling && sampledSum(sampling.personRate, trust.noiseShares)),
      })),
    ];
    z = calibrateNoise({ epsilon: target, delta: request.delta, sums, accountant: claimAccountant() }).noiseMultiplier;
    planned = scaleAll(setting, z);
    epsilon = composed(planned.sums, trust.noiseShares);
    // Integers and the sum's shape cost a little more or less than the calibrated Gaussians: step up until it holds.
    for (let step = 1e-9; epsilon > target; step *= 2) {
      z *= 1 + step;
      planned = scaleAll(setting, z);
      epsilon = composed(planned.sums, trust.noiseShares);
    }
  }
  const encoders = request.platforms.filter(({ queries }) => queries.some((query) => query.scope === 'platform'));
  const plan = {
    ...trust,
    epsilon,
    budget: request.epsilon,
    delta: request.delta,
    noiseMultiplier: z,
    maxPlatformsPerPerson: split,
    encodersPerPerson: Math.min(split, encoders.length),
    rounds: federated.reduce((most, query) => Math.max(most, query.repetitions), 0),
    spareAttempts: spare,
    ringBits: planned.ringBits,
    samplingRate: sampling?.rate ?? 1,
    sums: planned.sums,
  };
  return { ...plan, fingerprint: createHash('sha256').update(canonicalJson(plan)).digest('hex') };
}

/**
 * Epsilon at the plan's delta against this many platforms that collude with the coordinator, over whatever they can see
 * together; null where the plan has none.
 */
export function epsilonAgainst(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const at = (shares: number): number => composedEpsilon(worstPersonEvents(plan, shares), plan.delta);
  const shares = noiseSharesAgainst(plan, colluders);
  // Of drawn persons more is proven against one share than against a sum; what holds against one holds against more.
  return plan.samplingRate < 1 ? Math.min(at(shares), at(1)) : at(shares);
}

/** The same against somebody who also knows, of every masked sum, which persons were drawn: sampling gains nothing then. */
export function epsilonKnowingCoins(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const events = worstPersonEvents(plan, noiseSharesAgainst(plan, colluders), eventKnowingCoins);
  return composedEpsilon(events, plan.delta);
}

/** @throws PrivacyError PRIVACY_UNDECLARED_SUM naming what the plan has. */
export function plannedSum(plan: PrivacyPlan, platform: string, label: string): PlannedSum {
  const sums = plan.sums[platform] ?? [];
  const sum = sums.find((candidate) => candidate.label === label);
  if (sum !== undefined) return sum;
  throw new PrivacyError(
    'PRIVACY_UNDECLARED_SUM',
    `platform ${platform} declared no sum "${label}"; its plan has ${sums.map((known) => known.label).join(', ') || 'none'}`,
  );
}

/** The own sums of those platforms that would cost one person the most, if the person were on all of them. */
function costliestPersonQueries(platforms: readonly PlanPlatform[], most: number): readonly SumQuery[] {
  const own = platforms.map(({ queries }) => queries.filter((query) => query.scope === 'platform'));
  const cost = (queries: readonly SumQuery[]): number =>
    queries.reduce((sum, query) => sum + query.repetitions / query.relativeNoise ** 2, 0);
  return own
    .toSorted((a, b) => cost(b) - cost(a))
    .slice(0, most)
    .flat();
}

/** The queries of the masked sum. @throws PrivacyError PRIVACY_PLAN_REFUSED when platforms differ in them. */
function federationQueries(platforms: readonly PlanPlatform[]): readonly SumQuery[] {
  const federated = platforms.map(({ queries }) => queries.filter((query) => query.scope === 'federation'));
  const [first] = federated;
  const different = federated.findIndex((queries) => canonicalJson(queries) !== canonicalJson(first));
  if (different !== -1) {
    throw new PrivacyError(
      'PRIVACY_PLAN_REFUSED',
      `platforms ${platforms[0].name} and ${platforms[different].name} declare different sums for the federation; a masked sum needs the same on all`,
    );
  }
  return first;
}

/** @throws PrivacyError PRIVACY_BAD_PARAMETER for what is about masked sums, where there is none. */
function refuseOptionsOfRounds({ sampling, clipQuantile, platforms }: PlanRequest): void {
  const asked = [
    ...(sampling === undefined ? [] : ['sampling']),
    ...(clipQuantile === undefined ? [] : ['clipQuantile']),
    ...(platforms.every(({ clipWeight }) => (clipWeight ?? 1) === 1) ? [] : ['clipWeights']),
  ];
  if (asked.length === 0) return;
  throw new PrivacyError(
    'PRIVACY_BAD_PARAMETER',
    `${asked.join(' and ')}: about the masked sums of rounds, and here are none: take a strategy that has rounds, and at least one, or leave ${asked.length === 1 ? 'it' : 'them'} out`,
  );
}

function checkRequest(request: PlanRequest): void {
  const { clipQuantile, epsilon, delta, platforms, maxPlatformsPerPerson, spareAttempts = 0 } = request;
  const problems: string[] = [];
  const need = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  need(
    epsilon === null || (epsilon > 0 && Number.isFinite(epsilon)),
    `epsilon must be above 0 or null, and is ${String(epsilon)}`,
  );
  need(delta > 0 && delta < 1, `delta must be between 0 and 1, and is ${delta}`);
  need(platforms.length > 0, 'there must be a platform');
  need(
    Number.isInteger(maxPlatformsPerPerson) && maxPlatformsPerPerson >= 1,
    `maxPlatformsPerPerson must be an integer of at least 1, and is ${maxPlatformsPerPerson}`,
  );
  need(Number.isInteger(spareAttempts) && spareAttempts >= 0, `spareAttempts must be an integer of at least 0`);
  need(
    clipQuantile === undefined || new Set(platforms.map(({ clipWeight }) => clipWeight ?? 1)).size <= 1,
    'a clip that follows a quantile is one for all platforms: give no clip weights with it',
  );
  need(new Set(platforms.map(({ name }) => name)).size === platforms.length, 'platform names must be different');
  for (const { name, personsAbout, queries } of platforms) {
    need(personsAbout >= 1, `${name}: personsAbout must be at least 1, and is ${personsAbout}`);
    need(new Set(queries.map(({ label }) => label)).size === queries.length, `${name}: labels must be different`);
    for (const { label, dimension, clip, repetitions, relativeNoise } of queries) {
      need(
        Number.isInteger(dimension) && dimension >= 1,
        `${name}/${label}: dimension must be at least 1, and is ${dimension}`,
      );
      need(clip > 0 && Number.isFinite(clip), `${name}/${label}: clip must be above 0, and is ${clip}`);
      need(
        Number.isInteger(repetitions) && repetitions >= 1,
        `${name}/${label}: repetitions must be at least 1, and are ${repetitions}`,
      );
      need(
        relativeNoise > 0 && Number.isFinite(relativeNoise),
        `${name}/${label}: relativeNoise must be above 0, and is ${relativeNoise}`,
      );
    }
  }
  if (problems.length > 0) throw new PrivacyError('PRIVACY_BAD_PARAMETER', `privacy plan: ${problems.join('; ')}`);
}
