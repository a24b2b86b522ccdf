/**
 * The releases of earlier versions of a manifest, as a later version's plan counts them.
 *
 * A sum that a platform has released keeps its noise and its charge: the later plan holds the very same planned sum, under
 * the same fingerprint, so that nothing is drawn again. Attempts at rounds are counted up to the number that the later
 * version leaves to the earlier one, whether or not they are made.
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
  const { plan, attempts } = previous;
  const [any = []] = Object.values(plan.sums);
  const sum = any.find(({ scope }) => scope === 'federation');
  const { platformCount, degree, threshold, colluding, noiseThreshold, exposedFrom } = plan;
  const rounds = {
    version: plan.version,
    attempts,
    refunds: plan.refunds,
    split: plan.maxPlatformsPerPerson,
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
    // Even where no attempt is left: refunded ones were uploaded, and stand in ledgers.
    rounds: [...plan.earlier.rounds, ...(sum === undefined ? [] : [{ ...rounds, sum }])],
    sums: holdingsOf(plan).filter(({ platform, holder }) => !kept.has(platform) || holders[platform] !== holder),
  };
}

/** Own sums that this platform holds from an earlier version; none for a platform that joins, or joins again without its state. */
export function keptSums(previous: PreviousPlan | undefined, { name, holder }: PlanPlatform): readonly PlannedSum[] {
  if (previous === undefined) return [];
  const own = holdingsOf(previous.plan).find((held) => held.platform === name && held.holder === (holder ?? name));
  return own?.sums ?? [];
}

/**
 * The kept sum that answers this query; undefined where none has its label.
 * @throws PrivacyError PRIVACY_REDRAWN where the sum would have to be drawn again, with what would keep it.
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

/** Most opened masked sums of earlier versions with one platform's data in them. */
export function earlierOpenings({ earlier }: Pick<PrivacyPlan, 'earlier'>, colluders: number): number {
  return earlier.rounds.reduce((sum, rounds) => sum + openingsOf(rounds, colluders), 0);
}

export function openingsOf({ trust, attempts, refunds }: EarlierRounds, colluders: number): number {
  return openingsAgainst(trust, { attempts, refunds }, Math.min(colluders, trust.platformCount - 1));
}

/** Every platform's own sums that the plan counts, those of platforms that left among them. */
function holdingsOf(plan: PrivacyPlan): readonly EarlierSums[] {
  const own = Object.entries(plan.sums).flatMap(([platform, sums]) => {
    const alone = sums.filter(({ scope }) => scope === 'platform');
    return alone.length === 0 ? [] : [{ platform, holder: plan.holders[platform], sums: alone }];
  });
  return [...plan.earlier.sums, ...own];
}
