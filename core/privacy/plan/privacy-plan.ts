/**
 * A privacy plan, and the request for it. Types only.
 * @module
 */
import type { PlannedSum, SumQuery } from '../mechanism/mechanism.ts';
import type { Trust, TrustRequest } from './trust.ts';

export interface PlanPlatform {
  readonly name: string;
  /** A public round number close to the number of persons. */
  readonly personsAbout: number;
  /** Every sum that this platform takes part in. Sums of scope `federation` must be the same on every platform. */
  readonly queries: readonly SumQuery[];
  /** This platform's part of the bound on one person in masked sums, relative to the others'; 1 if absent. */
  readonly clipWeight?: number;
  /** Name of the identity that holds the values of the platform's own sums. Default: the platform's name. */
  readonly holder?: string;
}

export interface PlanRequest extends TrustRequest {
  /** Total epsilon of everything trained; null for a federation without privacy. */
  readonly epsilon: number | null;
  readonly delta: number;
  /** The platforms that train or release. One without queries still counts among the n of the masked sum. */
  readonly platforms: readonly PlanPlatform[];
  /** M: largest number of platforms that one person may be on. */
  readonly maxPlatformsPerPerson: number;
  /** Number of attempts that may be charged and lost while the last round still fits the budget; 0 if absent. */
  readonly spareAttempts?: number;
  /** F: refunds that one ledger may make, for charged attempts that are proved not to have been opened; 0 if absent. */
  readonly refunds?: number;
  /**
   * q: a secret coin decides if a person enters a masked sum. Absent: everybody enters every sum. Without noise it has
   * no effect.
   */
  readonly sampling?: number;
  /** The clip of masked sums follows this quantile of the contributions' lengths. Absent: the query fixes the clip. */
  readonly clipQuantile?: number;
  /** The version before this one. Absent: this is the first. */
  readonly previous?: PreviousPlan;
}

export interface PrivacyPlan extends Trust {
  /** Version of the manifest, from 1. */
  readonly version: number;
  /** Composed epsilon of everything at `delta`, at most the budget; null without privacy, or if nothing needs noise. */
  readonly epsilon: number | null;
  /** The requested total epsilon; null without privacy. */
  readonly budget: number | null;
  readonly delta: number;
  /** z of a sum with relative noise 1; 0 without privacy. */
  readonly noiseMultiplier: number;
  /** M: most platforms of one person, including platforms of earlier versions that released sums of their own. */
  readonly maxPlatformsPerPerson: number;
  /** Number of platforms whose own releases one person's data may enter. */
  readonly encodersPerPerson: number;
  /** Planned releases of the masked sum, without spare attempts. */
  readonly rounds: number;
  readonly spareAttempts: number;
  /** F: a platform uploads at most rounds + spareAttempts + refunds times, whichever members lie. */
  readonly refunds: number;
  /** Bits of the masked sum's ring, 16 to 32. */
  readonly ringBits: number;
  /** q of the masked sums; 1 if everybody is in all of them. */
  readonly samplingRate: number;
  /** The sums of each platform, in the order of its queries, then the kept sums that no query asks for any more. */
  readonly sums: Readonly<Record<string, readonly PlannedSum[]>>;
  /** Holder of the values of each platform's own sums. */
  readonly holders: Readonly<Record<string, string>>;
  /** Releases that earlier versions made or may still make. This plan counts them. */
  readonly earlier: EarlierReleases;
  /** SHA-256, lower-case hex, over everything above. */
  readonly fingerprint: string;
}

/** The masked sums of one earlier version. */
export interface EarlierRounds {
  readonly version: number;
  /** Attempts that may stand charged on a platform that signed the next version, or that said farewell to this one. */
  readonly attempts: number;
  /** R as that version planned it: attempts that may stand charged on any other of its platforms. */
  readonly planned: number;
  /** The platforms that left after it and that nothing binds to `attempts`. */
  readonly unbound: readonly Unbound[];
  /** F of that version. */
  readonly refunds: number;
  /** Number of platforms over which that version split the bound on one person. */
  readonly split: number;
  readonly trust: Pick<
    Trust,
    'platformCount' | 'degree' | 'threshold' | 'colluding' | 'noiseThreshold' | 'exposedFrom'
  >;
  readonly sum: PlannedSum;
  /** True if all its platforms had the same part of the bound on a person. */
  readonly isEven: boolean;
}

/** A platform that left without a farewell. */
export interface Unbound {
  readonly platform: string;
  readonly holder: string;
  /** True if a later version has a platform of this name, with another identity. */
  readonly isBack: boolean;
}

/** Own sums that no platform of this version holds any more: their platform left, or lost the values with its state. */
export interface EarlierSums {
  readonly platform: string;
  readonly holder: string;
  readonly sums: readonly PlannedSum[];
}

export interface EarlierReleases {
  readonly rounds: readonly EarlierRounds[];
  readonly sums: readonly EarlierSums[];
}

/** The plan of the version before, and the attempts that this version leaves to it. */
export interface PreviousPlan {
  readonly plan: PrivacyPlan;
  /** Attempts at its rounds that may stand charged: at most the number that it planned. */
  readonly attempts: number;
  /** Names of the platforms that left it with a farewell, and with at most `attempts` charged. */
  readonly farewells?: readonly string[];
}
