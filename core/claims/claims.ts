/**
 * The privacy statement, in sentences with every number they depend on. A claim that does not hold is replaced by the
 * reason why it is absent. The texts and their proofs are in docs/privacy.md.
 * @module
 */
import { CLAIM_ACCOUNTANT } from '../accounting/composition.ts';
import { epsilonAgainst, epsilonKnowingCoins, planOpenings } from '../privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { isLocalMode } from '../release/registry.ts';
import { upward } from '../accounting/printed-epsilon.ts';
import { isOwnAlone, isSampled, saidClaims } from './claim-sentences.ts';
import type { ClaimTerms, SaidClaim } from './claim-sentences.ts';
import { declarersOf } from './declared.ts';
import type { Declarers } from './declared.ts';
import { sparseDegree } from './over-versions.ts';
import { said, textOf } from './sentence.ts';
import type { Sentence } from './sentence.ts';

export interface ClaimRequest extends ClaimTerms {
  /** True if noise and masks come from a seed: a simulation, not a release. */
  readonly seededNoise?: boolean;
  /**
   * Data that this run computed from private data and published without charging it, for example the metrics of a
   * simulation.
   */
  readonly notCharged?: readonly string[];
}

/** The attempts at rounds of an earlier version that the plan counts. */
export interface EarlierAttempts {
  readonly version: number;
  readonly attempts: number;
  readonly refunds: number;
  /** Platforms that left it without a farewell, and the attempts that the plan counts for each; absent if there are none. */
  readonly withoutFarewell?: { readonly platforms: readonly string[]; readonly attempts: number };
}

export interface Claim {
  readonly id: SaidClaim['id'];
  readonly holds: boolean;
  /** The claim in words for a person, or what its absence means for a person. */
  readonly plain: string;
  /** The exact claim; if it does not hold, the reason why it is absent. */
  readonly text: string;
}

export interface PrivacyStatement {
  readonly strategy: string;
  readonly release: string;
  /** The packages from outside this project whose word the claims rest on; absent if there are none. */
  readonly declaredBy?: Declarers;
  readonly unit: string;
  readonly neighbours: string;
  readonly mechanism: string;
  /**
   * Total epsilon of everything trained; null if nothing bounds it. 0 if nothing is trained and no vector depends on other
   * persons.
   */
  readonly epsilon: number | null;
  /** Epsilon of one released code; null if nothing bounds it. */
  readonly epsilon0: number | null;
  readonly delta: number;
  readonly rounds: number;
  /** Version of the manifest. */
  readonly version: number;
  /** Attempts and refunds of earlier versions that are counted. */
  readonly earlier: readonly EarlierAttempts[];
  /** Attempts beyond the rounds that may stay charged. */
  readonly spareAttempts: number;
  /** F: charges that one ledger may take back, on proof that the sum was not opened and cannot be. */
  readonly refunds: number;
  readonly noiseMultiplier: number;
  readonly maxPlatformsPerPerson: number;
  readonly encodersPerPerson: number;
  readonly colluding: number;
  readonly honestMinimum: number;
  readonly noiseShares: number;
  readonly noiseThreshold: number;
  /**
   * k of the sparse graph of masks, of this version or of an earlier one that counts; absent on the complete graph. With it
   * nothing is bounded against a coordinator that deviates in stage 0.
   */
  readonly degree?: number;
  /** Entry c' is epsilon against c' platforms that collude with the coordinator. Empty if nothing bounds it. */
  readonly epsilonAgainst: readonly number[];
  /** Entry c' is the number of opened sums with one platform's data in them that `epsilonAgainst[c']` counts. */
  readonly openingsAgainst: readonly number[];
  /**
   * q: probability that a person is in a round, by a coin that stays inside the platform; 1 if everybody is in every
   * round.
   */
  readonly samplingRate: number;
  /**
   * Epsilon against the planned number of colluders if they also knew the coins; null without sampling, or without a
   * bound.
   */
  readonly epsilonKnowingCoins: number | null;
  readonly accountant: { readonly name: string; readonly version: string };
  readonly claims: readonly Claim[];
  readonly notCharged: readonly string[];
  readonly notClaimed: readonly string[];
  /** Every output must show these before everything else. */
  readonly warnings: readonly string[];
}

/** Printed with every claim of a manifest that was made with --unsafe-trial. */
export const UNSAFE_TRIAL =
  'UNSAFE TRIAL: --unsafe-trial. Nobody compared the members’ keys, so whoever made the manifest may hold all of them. Nothing below holds against them.';

export const UNIT = 'a person: all of that person’s data on all platforms';
export const NEIGHBOURS = 'add or remove one person';

/** Properties that no claim bounds, in any run. */
export const NOT_CLAIMED: readonly string[] = [
  'differential privacy for a platform as a whole (the unit is a person)',
  'secrecy of which platforms take part, of who asked for a release, of timing, or of the sizes of messages',
  'robustness against platforms that lie',
  'anything about what a platform does with its own data inside',
  'a bound on what several federations over the same persons spend together (each has a ledger of its own, and nothing adds them up)',
  'a bound on how many epochs there are: each one spends the epsilon0 of new codes again',
  'secrecy of whether a source knows you: if you have no history there, it sends nothing, and the target can see that; epsilon0 protects only among persons with a history there',
  'protection of persons outside this federation, such as those whose texts trained a language model that item vectors come from',
  'protection of you as an item: where items are persons (links of friendship or trust), a link is data of the person who made it, and whoever it points to is not covered',
];

/** Data that no ledger counts, in any run. A run that publishes more uncharged data adds it to its own list. */
export const NOT_CHARGED: readonly string[] = [
  'held-out metrics, and the blend that a target chooses by them: they stay inside the target and affect only its own recommendations',
  'metrics that a platform publishes: there is no noised query for them',
  'the public facts of the manifest: round numbers of persons, and the sizes of the catalogues',
  'the reading file and the catalogue, as far as they were made from rows when the data was inspected: an item that only one person had met then adds a coordinate',
  'the epsilon0 of released codes: the claim about the chosen platform states it, and no ledger counts it',
];

const PLATFORMS_LISTED = 100;

/** Makes the whole privacy statement of one run. */
export function privacyStatement(request: ClaimRequest): PrivacyStatement {
  const { law, plan, release, strategy } = request;
  const epsilon = law === 'sealed-only' ? null : plan.epsilon;
  const degree = sparseDegree(plan);
  const declaredBy = declarersOf(strategy, release.name);
  const colluders = Array.from({ length: Math.min(plan.platformCount, PLATFORMS_LISTED) }, (_, c) => c);
  const against = epsilon === null ? [] : colluders.map((c) => epsilonAgainst(plan, c)).filter((at) => at !== null);
  return {
    strategy,
    release: release.name,
    ...(Object.keys(declaredBy).length > 0 && { declaredBy }),
    unit: UNIT,
    neighbours: NEIGHBOURS,
    mechanism:
      law === 'sealed-only' && plan.epsilon !== null ? `prototypes alone: ${mechanismOf(plan)}` : mechanismOf(plan),
    epsilon: isOwnAlone(request) ? 0 : epsilon,
    epsilon0: isLocalMode(release.name) ? release.epsilon0 : null,
    delta: plan.delta,
    rounds: plan.rounds,
    version: plan.version,
    earlier: plan.earlier.rounds.map(({ version, attempts, refunds, unbound, planned }) => ({
      version,
      attempts,
      refunds,
      ...(unbound.length > 0 && {
        withoutFarewell: { platforms: unbound.map(({ platform }) => platform), attempts: planned },
      }),
    })),
    spareAttempts: plan.spareAttempts,
    refunds: plan.refunds,
    noiseMultiplier: plan.noiseMultiplier,
    maxPlatformsPerPerson: plan.maxPlatformsPerPerson,
    encodersPerPerson: plan.encodersPerPerson,
    colluding: plan.colluding,
    honestMinimum: plan.honestMinimum,
    noiseShares: plan.noiseShares,
    noiseThreshold: plan.noiseThreshold,
    ...(degree !== undefined && { degree }),
    epsilonAgainst: against,
    openingsAgainst: against.map((_, c) => planOpenings(plan, c)),
    samplingRate: plan.samplingRate,
    epsilonKnowingCoins: epsilon === null || !isSampled(plan) ? null : epsilonKnowingCoins(plan, plan.colluding),
    accountant: CLAIM_ACCOUNTANT,
    claims: saidClaims(request).map(({ id, holds, plain, sentences }) => ({
      id,
      holds,
      plain: plain.text,
      text: textOf(sentences),
    })),
    notCharged: [...NOT_CHARGED, ...(request.notCharged ?? [])],
    notClaimed: NOT_CLAIMED,
    warnings: saidWarnings(request).map(({ text }) => text),
  };
}

/** The warnings, which are shown before everything else. */
export function saidWarnings(request: ClaimRequest): readonly Sentence[] {
  const { plan, release, seededNoise, strategy, unsafeTrial } = request;
  const outside = [...new Set(Object.values(declarersOf(strategy, release.name)))];
  return [
    ...outside.map((name) =>
      said(
        'W.outside',
        `OUTSIDE CODE: package ${name} is not part of this project and was not checked by it. It runs with all rights of each member's process, and claims that rest on its word say so.`,
      ),
    ),
    ...(unsafeTrial === true ? [said('W.unsafe-trial', UNSAFE_TRIAL)] : []),
    ...(plan.budget === null
      ? [
          said(
            'W.no-privacy',
            'NO PRIVACY: --no-privacy adds no noise. Nothing below bounds what anyone learns of a person.',
          ),
        ]
      : []),
    ...(seededNoise === true ? [said('W.seeded', 'simulation: seeded noise, not a release')] : []),
  ];
}

function mechanismOf(plan: PrivacyPlan): string {
  if (plan.budget === null) return 'none (--no-privacy)';
  if (plan.epsilon === null) return 'none: nothing is released through noised sums';
  const shares = !plan.maskedSum
    ? 'all of it on each platform'
    : plan.noiseShares === 1
      ? 'all of it on each platform (silo-local), in a masked sum'
      : `1/${plan.noiseShares} of its variance on each platform, in a masked sum`;
  const [planned = []] = Object.values(plan.sums);
  const round = planned.find(({ scope }) => scope === 'federation');
  const drawn = isSampled(plan) ? `Poisson sampling of persons at ${upward(plan.samplingRate)} in rounds, ` : '';
  const clip =
    round?.adaptiveClip === undefined
      ? 'per-person clip'
      : `per-person clip (in rounds at quantile ${round.adaptiveClip.quantile}, its noisy count charged)`;
  return `${drawn}${clip}, stochastic rounding, integer clip, discrete Gaussian: ${shares}`;
}
