/**
 * Answers from a finished plan: its mechanism, epsilon against a number of colluding platforms, and one platform's sum by
 * its label.
 * @module
 */
import { largestEpsilon } from '../../accounting/composition.ts';
import { PrivacyError } from '../mechanism/errors.ts';
import type { PlannedSum, PrivacyMechanism } from '../mechanism/mechanism.ts';
import { discreteGaussian, withoutNoise } from '../mechanism/pipeline.ts';
import { attemptsByPlatform, openingsOf } from './earlier.ts';
import { openingsAgainst } from './openings.ts';
import { eventKnowingCoins, worstPersonEvents } from './plan-events.ts';
import type { MaskedSumSight } from './plan-events.ts';
import type { EarlierRounds, PrivacyPlan } from './privacy-plan.ts';
import { noiseSharesAgainst } from './trust.ts';

/** The mechanism of every sum of this plan: without a budget, nothing is noised. */
export function mechanismOf({ budget }: PrivacyPlan): PrivacyMechanism {
  return budget === null ? withoutNoise : discreteGaussian;
}

/**
 * Epsilon at the plan's delta against a deviating coordinator and this many platforms that collude with it, over
 * everything that they can see together. Null if the plan has no epsilon.
 */
export function epsilonAgainst(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const sight = sightOf(plan, colluders);
  const at = (seen: MaskedSumSight): number => largestEpsilon(worstPersonEvents(plan, seen), plan.delta);
  // With sampling, the accountant's bound for one noise share can be tighter than for a sum of shares. More noise never
  // hurts, so the smaller bound is valid.
  const isSampled = plan.samplingRate < 1 || plan.earlier.rounds.some(({ sum }) => sum.sampling !== undefined);
  return isSampled ? Math.min(at(sight), at({ ...sight, noiseShares: 1, oneShare: true })) : at(sight);
}

/**
 * Number of opened masked sums with one platform's data in them that {@link epsilonAgainst} counts, including those of
 * earlier versions; 0 without rounds.
 */
export function planOpenings(plan: PrivacyPlan, colluders: number): number {
  const { openings } = sightOf(plan, colluders);
  return mostOfAny(plan, openings, (rounds, attempts) => openingsOf(rounds, attempts, colluders));
}

/** Most uploads of one platform, over all versions, whichever members lie. */
export function planUploads(plan: PrivacyPlan): number {
  const { refunds } = plan;
  return mostOfAny(
    plan,
    (attempts) => attempts + refunds,
    (earlier, attempts) => attempts + earlier.refunds,
  );
}

/** The largest total of any platform, over its attempts of this version and of each earlier one. */
function mostOfAny(
  plan: PrivacyPlan,
  now: (attempts: number) => number,
  before: (rounds: EarlierRounds, attempts: number) => number,
): number {
  const totals = attemptsByPlatform(plan).map((platform) =>
    platform.earlier.reduce(
      (sum, { rounds, attempts }) => sum + before(rounds, attempts),
      platform.now === 0 ? 0 : now(platform.now),
    ),
  );
  return Math.max(...totals);
}

function sightOf(plan: PrivacyPlan, colluders: number): MaskedSumSight {
  return {
    noiseShares: noiseSharesAgainst(plan, colluders),
    colluders,
    openings: (attempts) => openingsAgainst(plan, { attempts, refunds: plan.refunds }, colluders),
  };
}

/**
 * The same epsilon against an adversary who also knows which persons were drawn for every masked sum. Sampling then
 * gains nothing.
 */
export function epsilonKnowingCoins(plan: PrivacyPlan, colluders: number): number | null {
  if (plan.epsilon === null) return null;
  const events = worstPersonEvents(plan, { ...sightOf(plan, colluders), event: eventKnowingCoins });
  return largestEpsilon(events, plan.delta);
}

/**
 * The part of the plan's epsilon that earlier versions account for: the sums that platforms released in them, and all the
 * attempts that are left to them. 0 in a first version; null if the plan has no epsilon.
 */
export function epsilonOfEarlier(plan: PrivacyPlan): number | null {
  if (plan.epsilon === null) return null;
  const kept = Object.entries(plan.sums).map(([platform, sums]) => [
    platform,
    sums.filter(({ scope, version }) => scope === 'platform' && version < plan.version),
  ]);
  const before = { ...plan, sums: Object.fromEntries(kept) as PrivacyPlan['sums'] };
  return largestEpsilon(worstPersonEvents(before, sightOf(plan, plan.colluding)), plan.delta);
}

/** @throws PrivacyError PRIVACY_UNDECLARED_SUM naming the sums that the plan has. */
export function plannedSum(plan: PrivacyPlan, platform: string, label: string): PlannedSum {
  const sums = plan.sums[platform] ?? [];
  const sum = sums.find((candidate) => candidate.label === label);
  if (sum !== undefined) return sum;
  throw new PrivacyError(
    'PRIVACY_UNDECLARED_SUM',
    `platform ${platform} declared no sum "${label}"; its plan has ${sums.map((known) => known.label).join(', ') || 'none'}`,
  );
}
