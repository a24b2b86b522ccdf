/**
 * Converts a plan's releases into the accountant's events and into charges of a ledger.
 * @module
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../encoding/canonical-json.ts';
import type { Noise, PrivacyEvent, Unprotected } from '../../accounting/accountant.ts';
import type { CountedEvent } from '../../accounting/composition.ts';
import type { Charge, LedgerBudget, ProposedCharge } from '../ledger/ledger.ts';
import type { PlannedSum } from '../mechanism/mechanism.ts';
import { attemptsByPlatform, federationSums, openingsOf } from './earlier.ts';
import type { EarlierSums, PrivacyPlan } from './privacy-plan.ts';
import { noiseSharesAgainst } from './trust.ts';

/** The part of a plan that decides on the events of one person. */
export type CountedPlan = Pick<PrivacyPlan, 'sums' | 'earlier' | 'maxPlatformsPerPerson' | 'spareAttempts'>;

/**
 * One release as the accountant sees it. An adversary sees only its own platforms' coins and knows the contributions
 * there, so the coins of the honest platforms amplify (see sampling.ts).
 *
 * @param shares honest noise shares in the sum, if they differ from the planned number.
 */
export function eventOf(sum: PlannedSum, shares: number = sum.noiseShares): PrivacyEvent {
  const event = eventKnowingCoins(sum, shares);
  if (sum.sampling === undefined || event.kind === 'unprotected') return event;
  return { kind: 'poisson-sampled', rate: sum.sampling.personRate, event };
}

/** The same release against an adversary who knows which persons were drawn: sampling amplifies nothing. */
export function eventKnowingCoins(sum: PlannedSum, shares: number = sum.noiseShares): Noise | Unprotected {
  const { localVariance, localSigma, integerSensitivity, dimension } = sum;
  if (localVariance === 0) return { kind: 'unprotected' };
  if (sum.scope === 'platform' || shares === 1) {
    return { kind: 'discrete-gaussian', sigma: localSigma, sensitivity: integerSensitivity };
  }
  return {
    kind: 'distributed-discrete-gaussian',
    localSigma,
    shares,
    dimension,
    sensitivity: integerSensitivity,
  };
}

/** An adversary's view of masked sums. */
export interface MaskedSumSight {
  /** Honest noise shares in each opened sum. */
  readonly noiseShares: number;
  /** c': platforms that pool what they saw. It decides how much they saw of earlier versions. */
  readonly colluders: number;
  /**
   * True to account earlier versions' sums as if each held one honest share of noise. That bound always holds, and with
   * sampling it can be the tighter one.
   */
  readonly oneShare?: boolean;
  /** Opened sums that contain one platform's data, as a function of the attempts that a ledger lets stand. */
  readonly openings: (attempts: number) => number;
  /** The event of one opened sum; {@link eventOf} if absent. */
  readonly event?: typeof eventOf;
}

/**
 * The costliest releases that one person's data may enter: the costliest platforms' own sums, and the opened masked sums.
 * The result has one list per kind of platform that the person may be on: one that stays, or one that left.
 */
export function worstPersonEvents(
  plan: CountedPlan,
  { noiseShares, colluders, oneShare = false, openings, event = eventOf }: MaskedSumSight,
): readonly (readonly CountedEvent[])[] {
  const own = encoderEvents(plan, plan.maxPlatformsPerPerson);
  const [now] = federationSums(plan);
  return attemptsByPlatform(plan).map((platform) => {
    const before = platform.earlier.flatMap(({ rounds, attempts }) => {
      const count = openingsOf(rounds, attempts, colluders);
      if (count === 0) return [];
      // The sum counts at most the shares that its ledger entry was charged with, so that plan and ledgers agree.
      const shares = oneShare ? 1 : Math.min(rounds.sum.noiseShares, noiseSharesAgainst(rounds.trust, colluders));
      return [{ event: event(rounds.sum, shares), count }];
    });
    const rounds = platform.now === 0 ? [] : [{ event: event(now, noiseShares), count: openings(platform.now) }];
    return [...own, ...before, ...rounds];
  });
}

/** The own sums of the `most` platforms that together cost a person the most. The platform `without` is left out. */
function encoderEvents(
  plan: Pick<CountedPlan, 'sums' | 'earlier'>,
  most: number,
  without?: string,
): readonly CountedEvent[] {
  const own = [...ownSums(plan)].filter(([platform]) => platform !== without).map(([, planned]) => planned);
  const cost = (planned: readonly PlannedSum[]): number =>
    planned.reduce((total, sum) => total + (sum.repetitions * sum.integerSensitivity ** 2) / sum.localVariance, 0);
  return own
    .toSorted((a, b) => cost(b) - cost(a))
    .slice(0, most)
    .flat()
    .map((sum) => ({ event: eventOf(sum), count: sum.repetitions }));
}

/**
 * The budget of one side's ledger. It counts from the start the planned sums of the costliest other platforms: this
 * ledger does not charge them, but a person may have spent them.
 */
export function ledgerBudget(plan: PrivacyPlan, side: { readonly platform: string } | 'coordinator'): LedgerBudget {
  const most = plan.maxPlatformsPerPerson;
  const elsewhere =
    side === 'coordinator'
      ? encoderEvents(plan, most)
      : [...encoderEvents(plan, most - 1, side.platform), ...lostEvents(plan.earlier.sums, side.platform)];
  const earlier = plan.earlier.rounds.map(
    ({ version, attempts, refunds }) => [version, { attempts, refunds }] as const,
  );
  return {
    version: plan.version,
    earlier: new Map(earlier),
    epsilon: plan.budget,
    delta: plan.delta,
    elsewhere: plan.budget === null ? [] : elsewhere,
    // Without noise there is no epsilon that a number of attempts would bound.
    ...(plan.budget !== null && { attempts: plan.rounds + plan.spareAttempts }),
  };
}

/** Every platform's own sums, including those that nobody holds any more: sums under one name are of the same persons. */
function ownSums({ sums, earlier }: Pick<CountedPlan, 'sums' | 'earlier'>): ReadonlyMap<string, readonly PlannedSum[]> {
  const own = new Map<string, readonly PlannedSum[]>();
  const add = (platform: string, planned: readonly PlannedSum[]): void =>
    void own.set(platform, [...(own.get(platform) ?? []), ...planned]);
  for (const [platform, planned] of Object.entries(sums)) {
    add(
      platform,
      planned.filter((sum) => sum.scope === 'platform'),
    );
  }
  for (const lost of earlier.sums) add(lost.platform, lost.sums);
  return own;
}

/** Platforms with sums of their own. */
export function encoderHolders(plan: Pick<CountedPlan, 'sums' | 'earlier'>): number {
  return [...ownSums(plan).values()].filter((sums) => sums.length > 0).length;
}

/** The sums that a platform released with an earlier state. They are missing in its present ledger. */
function lostEvents(lost: readonly EarlierSums[], name: string): readonly CountedEvent[] {
  return lost
    .filter(({ platform }) => platform === name)
    .flatMap(({ sums }) => sums.map((sum) => ({ event: eventOf(sum), count: sum.repetitions })));
}

/**
 * Identifies a platform's own sum in its ledger and its store. Which item a coordinate stands for is not part of it: the
 * platform keeps that for good (client/coordinates.ts).
 */
export function sumFingerprint(platform: string, sum: PlannedSum): string {
  return createHash('sha256')
    .update(canonicalJson([platform, sum]))
    .digest('hex');
}

/** The charge of a platform's own sum. @param repetition from 1. */
export function platformCharge(platform: string, sum: PlannedSum, repetition: number): Charge {
  const session = sumFingerprint(platform, sum);
  const { label, version } = sum;
  return { scope: 'platform', version, label, round: repetition, attempt: 1, session, event: eventOf(sum) };
}

/** The charge of an attempt that has no session yet: to ask if a ledger has room for it. */
export function proposedAttempt(sum: PlannedSum, round: number, attempt: number): ProposedCharge {
  return { scope: 'federation', version: sum.version, label: sum.label, round, attempt, event: eventOf(sum) };
}

/**
 * The charge of one attempt. A ledger charges it once per session. @param session id, 64 digits of lower-case hex.
 */
export function attemptCharge(sum: PlannedSum, round: number, attempt: number, session: string): Charge {
  return { ...proposedAttempt(sum, round, attempt), session };
}
