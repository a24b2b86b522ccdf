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
import type { PrivacyPlan } from './privacy-plan.ts';

type Sums = Readonly<Record<string, readonly PlannedSum[]>>;

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

/** An adversary's view of a masked sum. */
export interface MaskedSumSight {
  /** Honest noise shares in each opened sum. */
  readonly noiseShares: number;
  /** Opened sums that contain one platform's data, as a function of the attempts that a ledger lets stand. */
  readonly openings: (attempts: number) => number;
  /** The event of one opened sum; {@link eventOf} if absent. */
  readonly event?: typeof eventOf;
}

/** The most that one person's data may enter: the costliest platforms' own sums, and the opened masked sums. */
export function worstPersonEvents(
  plan: { readonly sums: Sums; readonly maxPlatformsPerPerson: number; readonly spareAttempts: number },
  { noiseShares, openings, event = eventOf }: MaskedSumSight,
): readonly CountedEvent[] {
  const [any = []] = Object.values(plan.sums);
  const rounds = any
    .filter((sum) => sum.scope === 'federation')
    .map((sum) => ({ event: event(sum, noiseShares), count: openings(sum.repetitions + plan.spareAttempts) }));
  return [...encoderEvents(plan.sums, plan.maxPlatformsPerPerson), ...rounds];
}

/** The own sums of the `most` platforms that together cost a person the most. The platform `without` is left out. */
function encoderEvents(sums: Sums, most: number, without?: string): readonly CountedEvent[] {
  const own = Object.entries(sums)
    .filter(([platform]) => platform !== without)
    .map(([, planned]) => planned.filter((sum) => sum.scope === 'platform'));
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
  const elsewhere =
    side === 'coordinator'
      ? encoderEvents(plan.sums, plan.maxPlatformsPerPerson)
      : encoderEvents(plan.sums, plan.maxPlatformsPerPerson - 1, side.platform);
  return {
    epsilon: plan.budget,
    delta: plan.delta,
    elsewhere: plan.budget === null ? [] : elsewhere,
    // Without noise there is no epsilon that a number of attempts would bound.
    ...(plan.budget !== null && { attempts: plan.rounds + plan.spareAttempts }),
  };
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
  return { scope: 'platform', label: sum.label, round: repetition, attempt: 1, session, event: eventOf(sum) };
}

/** The charge of an attempt that has no session yet: to ask if a ledger has room for it. */
export function proposedAttempt(sum: PlannedSum, round: number, attempt: number): ProposedCharge {
  return { scope: 'federation', label: sum.label, round, attempt, event: eventOf(sum) };
}

/**
 * The charge of one attempt. @param session id, 64 digits of lower-case hex. An attempt is charged once per session.
 */
export function attemptCharge(sum: PlannedSum, round: number, attempt: number, session: string): Charge {
  return { ...proposedAttempt(sum, round, attempt), session };
}
