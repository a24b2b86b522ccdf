/**
 * A privacy plan and the request it is made from. Types only.
 * @module
 */
import type { PlannedSum, SumQuery } from '../mechanism/mechanism.ts';
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
  /** F: refunds that one ledger may take, of attempts that were charged and are proved not to have been opened; 0 when absent. */
  readonly refunds?: number;
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
  /** F: a platform uploads at most rounds + spareAttempts + refunds times, whoever lies. */
  readonly refunds: number;
  /** Bits of the masked sum's ring, 16 to 32. */
  readonly ringBits: number;
  /** q of the masked sums; 1: everybody is in all of them. */
  readonly samplingRate: number;
  /** By platform, in the order of its queries. */
  readonly sums: Readonly<Record<string, readonly PlannedSum[]>>;
  /** SHA-256, lower-case hex, over everything above. */
  readonly fingerprint: string;
}
