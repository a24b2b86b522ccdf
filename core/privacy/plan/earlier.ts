/**
 * The releases of earlier versions of a manifest, as a later version's plan counts them.
 *
 * A sum that a platform has released keeps its noise and its charge: the later plan holds the very same planned sum, under
 * the same fingerprint, so that nothing is drawn again. The later plan counts as many attempts at rounds as it leaves to
 * the earlier version, even if they are never made.
 * @module
 */
import { PrivacyError } from '../mechanism/errors.ts';
import type { PlannedSum, SumQuery } from '../mechanism/mechanism.ts';
import { openingsAgainst } from './openings.ts';
import type {
  EarlierReleases,
  EarlierRounds,
  EarlierSums,
  PlanPlatform,
  PreviousPlan,
  PrivacyPlan,
  Unbound,
} from './privacy-plan.ts';

const NOTHING_EARLIER: EarlierReleases = { rounds: [], sums: [] };

/**
 * The releases of all earlier versions that this version counts.
 * @param kept own sums that platforms of this version hold.
 */
export function earlierReleases(
  previous: PreviousPlan | undefined,
  kept: ReadonlyMap<string, readonly PlannedSum[]>,
  holders: Readonly<Record<string, string>>,
): EarlierReleases {
  if (previous === undefined) return NOTHING_EARLIER;
  const { plan, attempts, farewells = [] } = previous;
  const sum = federationSums(plan).at(0);
  const { platformCount, degree, threshold, colluding, noiseThreshold, exposedFrom } = plan;
  const rounds = {
    version: plan.version,
    attempts,
    planned: plan.rounds + plan.spareAttempts,
    unbound: Object.entries(plan.holders).flatMap(([platform, holder]) =>
      farewells.includes(platform) ? [] : [{ platform, holder, isBack: false }],
    ),
    refunds: plan.refunds,
    isEven: isEven(plan),
    split: splitOf(plan),
    trust: {
      platformCount,
      ...(degree !== undefined && { degree }),
      threshold,
      colluding,
      noiseThreshold,
      exposedFrom,
    },
  };
  return {
    // A version stays in the list even if no attempt is left to it: ledgers still hold its uploads and their refunds.
    rounds: [...plan.earlier.rounds, ...(sum === undefined ? [] : [{ ...rounds, sum }])].map((one) => ({
      ...one,
      unbound: stillUnbound(one.unbound, holders),
    })),
    sums: holdingsOf(plan).filter(({ platform, holder }) => !kept.has(platform) || holders[platform] !== holder),
  };
}

/** Removes the platforms that sign this version: their signatures bind them to the attempts that each version left. */
function stillUnbound(unbound: readonly Unbound[], holders: Readonly<Record<string, string>>): readonly Unbound[] {
  return unbound
    .filter(({ platform, holder }) => holders[platform] !== holder)
    .map((one) => ({ ...one, isBack: one.isBack || one.platform in holders }));
}

/** Own sums that this platform holds from an earlier version. Empty for a platform that joins, or rejoins without its state. */
export function keptSums(previous: PreviousPlan | undefined, { name, holder }: PlanPlatform): readonly PlannedSum[] {
  if (previous === undefined) return [];
  const own = holdingsOf(previous.plan).find((held) => held.platform === name && held.holder === (holder ?? name));
  return own?.sums ?? [];
}

/**
 * The kept sum that answers this query; undefined if none has its label.
 * @throws PrivacyError PRIVACY_REDRAWN if the sum would have to be drawn again. The message says how to keep it.
 */
export function keptSum(kept: readonly PlannedSum[], query: SumQuery, platform: string): PlannedSum | undefined {
  const sum = kept.find(({ label }) => label === query.label);
  if (sum === undefined) return undefined;
  const differs = (['dimension', 'clip', 'repetitions'] as const).filter((field) => sum[field] !== query[field]);
  if (differs.length === 0) return sum;
  const was = differs.map((field) => `${field} ${sum[field]} in version ${sum.version}, and ${query[field]} now`);
  throw new PrivacyError(
    'PRIVACY_REDRAWN',
    `platform ${platform} would release "${query.label}" again, with another shape (${was.join('; ')}): a new version never draws again what an earlier one may have released. Keep the sizes, the strategy and its settings as they were for ${platform}, or let it join again with a new identity, which is paid for anew`,
  );
}

/** The attempts at rounds of each version that one platform's ledger may hold charged. */
export interface PlatformAttempts {
  readonly earlier: readonly { readonly rounds: EarlierRounds; readonly attempts: number }[];
  /** R of this version; 0 for a platform that left. */
  readonly now: number;
}

/**
 * The attempts of every kind of platform. The first kind stays. Each other kind left an earlier version without a farewell:
 * it may have charged all attempts that this version planned, and none of a later version. docs/privacy.md proves that a
 * person costs no more than on a platform of one of these kinds (Over versions).
 *
 * The proof needs two conditions: each platform's part of the bound on a person is the same in all versions, and no
 * platform that left comes back under its name with another identity. If either fails, one list counts both together.
 */
export function attemptsByPlatform(plan: CountedVersions): readonly PlatformAttempts[] {
  const { earlier, spareAttempts } = plan;
  const split = splitOf(plan);
  const arePartsEqual = isEven(plan) && earlier.rounds.every((one) => one.isEven && one.split === split);
  const isApart = ({ unbound }: EarlierRounds): boolean => arePartsEqual && unbound.every(({ isBack }) => !isBack);
  const signed = earlier.rounds.map((rounds) => ({
    rounds,
    attempts: rounds.unbound.length === 0 || isApart(rounds) ? rounds.attempts : rounds.planned,
  }));
  const sum = federationSums(plan).at(0);
  const stays = { earlier: signed, now: sum === undefined ? 0 : sum.repetitions + spareAttempts };
  const left = earlier.rounds.flatMap((rounds, at) =>
    rounds.unbound.length === 0 || !isApart(rounds)
      ? []
      : [{ earlier: [...signed.slice(0, at), { rounds, attempts: rounds.planned }], now: 0 }],
  );
  return [stays, ...left];
}

export type CountedVersions = Pick<PrivacyPlan, 'sums' | 'earlier' | 'maxPlatformsPerPerson' | 'spareAttempts'>;

/** Most opened sums of an earlier version that hold one platform's data, if its ledger holds this number of attempts. */
export function openingsOf(
  { trust, unbound, planned, refunds }: EarlierRounds,
  attempts: number,
  colluders: number,
): number {
  const bound = { attempts, refunds, ...(unbound.length > 0 && { mostAnywhere: planned }) };
  return openingsAgainst(trust, bound, Math.min(colluders, trust.platformCount - 1));
}

/** The masked sum of each platform: equal but for the platform's part of the clip. */
export function federationSums({ sums }: Pick<PrivacyPlan, 'sums'>): readonly PlannedSum[] {
  return Object.values(sums).flatMap((planned) => planned.find(({ scope }) => scope === 'federation') ?? []);
}

/** Platforms over which the masked sums of this version split the bound on one person. */
function splitOf({ maxPlatformsPerPerson, sums }: Pick<PrivacyPlan, 'maxPlatformsPerPerson' | 'sums'>): number {
  return Math.min(maxPlatformsPerPerson, Object.keys(sums).length);
}

function isEven(plan: Pick<PrivacyPlan, 'sums'>): boolean {
  return new Set(federationSums(plan).map(({ integerClip }) => integerClip)).size <= 1;
}

/** Every platform's own sums that the plan counts, including those of platforms that left. */
function holdingsOf(plan: PrivacyPlan): readonly EarlierSums[] {
  const own = Object.entries(plan.sums).flatMap(([platform, sums]) => {
    const alone = sums.filter(({ scope }) => scope === 'platform');
    return alone.length === 0 ? [] : [{ platform, holder: plan.holders[platform], sums: alone }];
  });
  return [...plan.earlier.sums, ...own];
}
