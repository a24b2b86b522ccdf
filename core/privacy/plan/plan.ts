/**
 * The privacy plan: one object that ties together clip, scale, noise, rounds, collusion and accounting, so that they
 * cannot disagree. It is a public function of the manifest: coordinator and platforms compute it alike, and its
 * fingerprint is part of every session.
 * @module
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../encoding/canonical-json.ts';
import { calibrateNoise, leastSafe, sampledSum } from '../../accounting/calibrate.ts';
import { upward } from '../../accounting/printed-epsilon.ts';
import { clipShares } from '../mechanism/clip-shares.ts';
import { claimAccountant, largestEpsilon } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { SumQuery } from '../mechanism/mechanism.ts';
import { earlierReleases, keptSums } from './earlier.ts';
import { encoderHolders, worstPersonEvents } from './plan-events.ts';
import { scaleAll } from './plan-sums.ts';
import type { PlannedSums, PlanSetting } from './plan-sums.ts';
import { personSampling } from '../mechanism/sampling.ts';
import type { EarlierReleases, PlanPlatform, PlanRequest, PrivacyPlan } from './privacy-plan.ts';
import { trustOf } from './trust.ts';

/**
 * Slack for floating-point sums taken in another order: without it a ledger that adds up the plan could call it
 * overspent.
 */
const CALIBRATION_SLACK = 1e-9;

/**
 * @throws PrivacyError PRIVACY_BAD_PARAMETER, PRIVACY_PLAN_REFUSED (too few platforms, too many colluding, too little
 * noise per platform, no budget left by earlier versions), PRIVACY_REDRAWN, PRIVACY_RING_OVERFLOW; each names the numbers.
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
  const { platforms, previous } = request;
  const holders = Object.fromEntries(platforms.map(({ name, holder }) => [name, holder ?? name]));
  const kept = new Map(platforms.map((platform) => [platform.name, keptSums(previous, platform)] as const));
  const earlier = earlierReleases(previous, kept, holders);
  checkSplit(earlier, request.maxPlatformsPerPerson);
  // A person may have been on a platform that left and be on others now. The plan counts the costliest M of all of them.
  const ever = new Set([...Object.keys(holders), ...earlier.sums.map(({ platform }) => platform)]);
  const maxPlatformsPerPerson = Math.min(request.maxPlatformsPerPerson, ever.size);
  const setting: PlanSetting = {
    version: (previous?.plan.version ?? 0) + 1,
    kept,
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
  // Against the planned number of colluders a refunded sum was never opened, so refunds add no opened sums.
  const { noiseShares, colluding: colluders } = trust;
  const sight = { noiseShares, colluders, openings: (attempts: number): number => attempts };
  const composed = (sums: PlannedSums['sums']): number =>
    largestEpsilon(
      worstPersonEvents({ sums, earlier, maxPlatformsPerPerson, spareAttempts: spare }, sight),
      request.delta,
    );

  let z = 0;
  let planned = scaleAll(setting, z);
  let epsilon: number | null = null;
  const releasesSomething =
    platforms.some(({ name, queries }) => queries.length > 0 || kept.get(name)?.length !== 0) ||
    earlier.rounds.length + earlier.sums.length > 0;
  if (request.epsilon !== null && releasesSomething && previous !== undefined) {
    ({ z, planned, epsilon } = calibratedAfter(
      setting,
      request.epsilon,
      { previous: previous.plan, earlier },
      composed,
    ));
  } else if (request.epsilon !== null && releasesSomething) {
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
    epsilon = composed(planned.sums);
    // Integers and the shape of a sum of shares cost slightly more or less than the calibrated Gaussians. Raise z until
    // the plan fits.
    for (let step = 1e-9; epsilon > target; step *= 2) {
      z *= 1 + step;
      planned = scaleAll(setting, z);
      epsilon = composed(planned.sums);
    }
  }
  const plan = {
    version: setting.version,
    ...trust,
    epsilon,
    budget: request.epsilon,
    delta: request.delta,
    noiseMultiplier: z,
    maxPlatformsPerPerson,
    encodersPerPerson: Math.min(maxPlatformsPerPerson, encoderHolders({ sums: planned.sums, earlier })),
    rounds: federated.reduce((most, query) => Math.max(most, query.repetitions), 0),
    spareAttempts: spare,
    refunds: federated.length === 0 ? 0 : (request.refunds ?? 0),
    ringBits: planned.ringBits,
    samplingRate: sampling?.rate ?? 1,
    sums: planned.sums,
    holders,
    earlier,
  };
  return { ...plan, fingerprint: createHash('sha256').update(canonicalJson(plan)).digest('hex') };
}

/**
 * Calibrates the noise of new releases to the budget that earlier versions left. Kept sums keep their noise.
 * @throws PrivacyError PRIVACY_PLAN_REFUSED with both numbers if no noise is enough.
 */
function calibratedAfter(
  setting: PlanSetting,
  budget: number,
  { previous, earlier }: { readonly previous: PrivacyPlan; readonly earlier: EarlierReleases },
  composed: (sums: PlannedSums['sums']) => number,
): { readonly z: number; readonly planned: PlannedSums; readonly epsilon: number } {
  if (previous.budget === null) {
    throw new PrivacyError(
      'PRIVACY_PLAN_REFUSED',
      `version ${previous.version} ran without privacy, so nothing bounds what it released: begin another federation`,
    );
  }
  const target = budget * (1 - CALIBRATION_SLACK);
  const costAt = (z: number): number => {
    try {
      return composed(scaleAll(setting, z).sums);
    } catch (error) {
      // The noise is too small for the integer scale, or too large for the ring: this z is no candidate.
      if (error instanceof PrivacyError && error.code !== 'PRIVACY_REDRAWN') return Infinity;
      throw error;
    }
  };
  const start = previous.noiseMultiplier > 0 ? previous.noiseMultiplier : 1;
  const cost = costAt(start);
  const isNew = ({ name, queries }: PlanSetting['platforms'][number]): boolean =>
    queries.some(
      ({ scope, label }) => scope === 'federation' || setting.kept.get(name)?.every((sum) => sum.label !== label),
    );
  const found = setting.platforms.some(isNew)
    ? leastSafe(costAt, target, start, 1e-9)
    : cost <= target
      ? { safe: start, cost }
      : null;
  if (found !== null) return { z: found.safe, planned: scaleAll(setting, found.safe), epsilon: found.cost };
  const spent = composed(withoutNews(setting));
  const silent = earlier.rounds.flatMap(({ unbound }) => unbound.map(({ platform }) => platform));
  const farewell =
    silent.length === 0 ? '' : `, or bring the farewell of ${silent.join(', ')} (isthmus manifest farewell)`;
  throw new PrivacyError(
    'PRIVACY_PLAN_REFUSED',
    `earlier versions may have spent epsilon ${upward(spent)} of ${budget}, and no noise makes what version ${setting.version} releases fit into the rest: agree on a larger epsilon, on fewer rounds, or leave fewer attempts to version ${previous.version}${farewell}`,
  );
}

/** Only the own sums that platforms hold from earlier versions. */
function withoutNews({ platforms, kept }: PlanSetting): PlannedSums['sums'] {
  return Object.fromEntries(platforms.map(({ name }) => [name, kept.get(name) ?? []]));
}

/** @throws PrivacyError PRIVACY_PLAN_REFUSED if persons may be on more platforms than earlier sums were split over. */
function checkSplit({ rounds }: EarlierReleases, most: number): void {
  const short = rounds.find(({ split, trust }) => split < Math.min(most, trust.platformCount));
  if (short === undefined) return;
  throw new PrivacyError(
    'PRIVACY_PLAN_REFUSED',
    `the sums of version ${short.version} bound persons on at most ${short.split} platforms, and this one is to cover persons on ${most}: keep maxPlatformsPerPerson at ${short.split}`,
  );
}

/** The own sums of the platforms that would cost one person the most, if the person were on all of them. */
function costliestPersonQueries(platforms: readonly PlanPlatform[], most: number): readonly SumQuery[] {
  const own = platforms.map(({ queries }) => queries.filter((query) => query.scope === 'platform'));
  const cost = (queries: readonly SumQuery[]): number =>
    queries.reduce((sum, query) => sum + query.repetitions / query.relativeNoise ** 2, 0);
  return own
    .toSorted((a, b) => cost(b) - cost(a))
    .slice(0, most)
    .flat();
}

/** The queries of the masked sum. @throws PrivacyError PRIVACY_PLAN_REFUSED if the platforms' queries differ. */
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

/**
 * @throws PrivacyError PRIVACY_BAD_PARAMETER for options that only masked sums have. Called if the federation has none.
 */
function refuseOptionsOfRounds({ graph, sampling, clipQuantile, platforms }: PlanRequest): void {
  const asked = [
    ...(graph === undefined ? [] : ['graph']),
    ...(sampling === undefined ? [] : ['sampling']),
    ...(clipQuantile === undefined ? [] : ['clipQuantile']),
    ...(platforms.every(({ clipWeight }) => (clipWeight ?? 1) === 1) ? [] : ['clipWeights']),
  ];
  if (asked.length === 0) return;
  throw new PrivacyError(
    'PRIVACY_BAD_PARAMETER',
    `${asked.join(' and ')}: only for training rounds, and this federation has none. Choose a strategy with rounds and at least one round, or remove ${asked.length === 1 ? 'it' : 'them'}`,
  );
}

function checkRequest(request: PlanRequest): void {
  const { clipQuantile, epsilon, delta, platforms, maxPlatformsPerPerson } = request;
  const { spareAttempts = 0, refunds = 0 } = request;
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
  need(
    Number.isInteger(spareAttempts) && spareAttempts >= 0,
    `spareAttempts must be an integer of at least 0, and is ${spareAttempts}`,
  );
  need(Number.isInteger(refunds) && refunds >= 0, `refunds must be an integer of at least 0, and is ${refunds}`);
  need(
    clipQuantile === undefined || new Set(platforms.map(({ clipWeight }) => clipWeight ?? 1)).size <= 1,
    'clipQuantile sets one clip for all platforms: remove the clip weights, or clipQuantile',
  );
  need(new Set(platforms.map(({ name }) => name)).size === platforms.length, 'platform names must be different');
  for (const { name, personsAbout, queries } of platforms) {
    need(personsAbout >= 1, `${name}: personsAbout must be at least 1, and is ${personsAbout}`);
    need(new Set(queries.map(({ label }) => label)).size === queries.length, `${name}: labels must be different`);
    for (const { label, dimension, clip, repetitions, relativeNoise, outerProducts = 1 } of queries) {
      need(
        Number.isInteger(dimension) && dimension >= 1,
        `${name}/${label}: dimension must be at least 1, and is ${dimension}`,
      );
      need(
        Number.isInteger(outerProducts) && outerProducts >= 1,
        `${name}/${label}: outerProducts must be an integer of at least 1, and is ${outerProducts}`,
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
