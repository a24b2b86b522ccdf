/**
 * What is claimed, in sentences with every number they depend on. A claim that does not hold is not printed; that it is
 * missing, and why, is. The texts and their proofs are in docs/privacy.md.
 * @module
 */
import type { PrivacyProfile } from '../transfer/strategy.ts';
import { CLAIM_ACCOUNTANT } from '../accounting/composition.ts';
import { epsilonAgainst, epsilonKnowingCoins, planOpenings } from '../privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { upward } from '../accounting/printed-epsilon.ts';
import type { ReleaseMode } from '../release/release.ts';
import { count, inWords } from './wording.ts';

export interface ClaimRequest {
  readonly strategy: string;
  readonly profile: PrivacyProfile;
  readonly plan: PrivacyPlan;
  readonly release: Pick<ReleaseMode, 'name' | 'epsilon0'>;
  /** Targets that may receive codes of one person in one epoch; when absent every platform but one, that has the data. */
  readonly targetsPerPerson?: number;
  /** Noise and masks from a seed: a simulation, not a release. */
  readonly seededNoise?: boolean;
  /** What this run computed from private data, published and did not charge, e.g. metrics of a simulation. */
  readonly notCharged?: readonly string[];
}

export interface Claim {
  readonly id: 'C1' | 'C2' | 'C3' | 'C4';
  readonly holds: boolean;
  /** The claim; where it does not hold, why it is absent. */
  readonly text: string;
}

export interface PrivacyStatement {
  readonly strategy: string;
  readonly release: string;
  readonly unit: string;
  readonly neighbours: string;
  readonly mechanism: string;
  /** Total over everything trained; null when nothing bounds it. */
  readonly epsilon: number | null;
  /** Of one released code; null when nothing bounds it. */
  readonly epsilon0: number | null;
  readonly delta: number;
  readonly rounds: number;
  /** Attempts beyond the rounds that may be charged for good. */
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
  /** Entry c' is epsilon against c' platforms that collude with the coordinator; none where nothing bounds it. */
  readonly epsilonAgainst: readonly number[];
  /** Entry c': how many opened sums with one platform's data in them `epsilonAgainst` counts. As long as that. */
  readonly openingsAgainst: readonly number[];
  /** q: each person is in a round by a coin that stays inside its platform; 1: everybody is in every round. */
  readonly samplingRate: number;
  /** Epsilon against the planned number of colluders if they knew the coins too; null without sampling, or a bound. */
  readonly epsilonKnowingCoins: number | null;
  readonly accountant: { readonly name: string; readonly version: string };
  readonly claims: readonly Claim[];
  readonly notCharged: readonly string[];
  readonly notClaimed: readonly string[];
  /** To be shown before everything else, in every output. */
  readonly warnings: readonly string[];
}

export const UNIT = 'a person: all of that person’s data on all platforms';
export const NEIGHBOURS = 'add or remove one person';

/** Never bounded by any of the claims, whatever the run. */
export const NOT_CLAIMED: readonly string[] = [
  'differential privacy for a platform as a whole (the unit is a person)',
  'secrecy of which platforms take part, of who asked for a release, of timing, or of the sizes of messages',
  'robustness against platforms that lie',
  'anything about what a platform does with its own data inside',
  'a bound on what several federations over the same persons spend together (each has a ledger of its own, and they do not add up)',
  'a bound on how many epochs there are: each one spends the epsilon0 of new codes again',
  'secrecy of whether a source knows a person who consented: of one without a history there it sends nothing, and epsilon0 holds among persons with one',
];

/** What no ledger counts, whatever the run; a run that publishes more adds it to its own list. */
export const NOT_CHARGED: readonly string[] = [
  'held-out metrics and the blend a target chooses for serving: they stay inside the target and steer only what it serves; metrics that a platform publishes, since there is no noised query for them',
  'public facts in the manifest: a round number of persons, and the size of the catalogue',
  'what the reading file and the catalogue beside it say, as far as they were made from rows when the data was inspected: an item that one person alone had met then adds a coordinate',
  'the epsilon0 of released codes: it stands in the claim about the chosen platform, in no ledger',
];

const PLATFORMS_LISTED = 100;

/** Everything to be printed for one run. */
export function privacyStatement(request: ClaimRequest): PrivacyStatement {
  const { plan, profile, release, strategy } = request;
  const epsilon = profile === 'private-encoder' ? plan.epsilon : null;
  const colluders = Array.from({ length: Math.min(plan.platformCount, PLATFORMS_LISTED) }, (_, c) => c);
  const against = epsilon === null ? [] : colluders.map((c) => epsilonAgainst(plan, c)).filter((at) => at !== null);
  return {
    strategy,
    release: release.name,
    unit: UNIT,
    neighbours: NEIGHBOURS,
    mechanism:
      profile === 'sealed-only' && plan.epsilon !== null ? `prototypes alone: ${mechanismOf(plan)}` : mechanismOf(plan),
    epsilon,
    epsilon0: release.name === 'ldp' || release.name === 'cohort' ? release.epsilon0 : null,
    delta: plan.delta,
    rounds: plan.rounds,
    spareAttempts: plan.spareAttempts,
    refunds: plan.refunds,
    noiseMultiplier: plan.noiseMultiplier,
    maxPlatformsPerPerson: plan.maxPlatformsPerPerson,
    encodersPerPerson: plan.encodersPerPerson,
    colluding: plan.colluding,
    honestMinimum: plan.honestMinimum,
    noiseShares: plan.noiseShares,
    noiseThreshold: plan.noiseThreshold,
    epsilonAgainst: against,
    openingsAgainst: against.map((_, c) => planOpenings(plan, c)),
    samplingRate: plan.samplingRate,
    epsilonKnowingCoins: epsilon === null || !isSampled(plan) ? null : epsilonKnowingCoins(plan, plan.colluding),
    accountant: CLAIM_ACCOUNTANT,
    claims: [trained(request), others(request), chosen(request), seen(request)],
    notCharged: [...NOT_CHARGED, ...(request.notCharged ?? [])],
    notClaimed: NOT_CLAIMED,
    warnings: warningsOf(request),
  };
}

/** C1: what is released for training. */
function trained({ plan, profile }: ClaimRequest): Claim {
  if (plan.budget === null) return absent('C1', NO_PRIVACY);
  if (profile === 'sealed-only') {
    return absent('C1', 'the encoder is made from raw data, so what leaves is not only a function of noised sums');
  }
  if (plan.epsilon === null) return absent('C1', 'nothing is trained from persons through a noised sum');
  const bound = `(${upward(plan.epsilon)}, ${plan.delta})-DP`;
  const unit = `with respect to adding or removing one person's data on all platforms, for persons on at most ${plan.maxPlatformsPerPerson} platforms`;
  if (!plan.maskedSum) {
    const text = `Everything the platforms' encoders take from their persons is ${bound} ${unit}. Each platform adds all of the noise itself, whoever else colludes.`;
    return { id: 'C1', holds: true, text };
  }
  const assumed = [
    ...(isSampled(plan) ? ['the coins that draw persons stay inside their platforms'] : []),
    'every honest platform holds this manifest',
    `at most ${count(plan.colluding, 'platform colludes', 'platforms collude')} with the coordinator`,
  ];
  const text =
    `Everything the honest platforms release for training is ${bound} ${unit}, even if the coordinator deviates, as long as ${inWords(assumed)}. ` +
    `Platforms open only sums of at least ${plan.noiseThreshold} contributions. A platform pays before it uploads, and its data is in at most ${count(planOpenings(plan, plan.colluding), 'opened sum', 'opened sums')}: ` +
    (plan.refunds === 0
      ? 'it takes no payment back.'
      : `it takes a payment back only on signed proof that the sum was not opened and cannot be, and at most ${count(plan.refunds, 'time', 'times')}.`);
  return { id: 'C1', holds: true, text };
}

/** Whether any of the run's sums is over persons that were drawn. */
function isSampled(plan: PrivacyPlan): boolean {
  return plan.maskedSum && plan.samplingRate < 1;
}

/** C2: everybody but the chosen targets. */
function others({ plan, profile }: ClaimRequest): Claim {
  if (plan.budget === null) return absent('C2', NO_PRIVACY);
  if (profile === 'sealed-only') {
    return absent(
      'C2',
      'sealed; no differential privacy, also not for other persons of the source platform, whose data the encoder was made from',
    );
  }
  if (plan.epsilon === null)
    return absent('C2', 'no differential-privacy bound: no encoder was made through noised sums');
  const text = `What the coordinator and the platforms you did not choose learn through your data is bounded by C1, whose epsilon ${upward(plan.epsilon)} counts the encoders of ${count(plan.encodersPerPerson, 'platform', 'platforms')}. Your chosen platforms, and whoever sees their recommendations or metrics, are outside this bound.`;
  return { id: 'C2', holds: true, text };
}

/** C3: the chosen target. */
function chosen(request: ClaimRequest): Claim {
  const { plan, profile, release } = request;
  const thirdPersons =
    profile === 'sealed-only' || plan.epsilon === null
      ? ' Nothing bounds what it may tell of other persons of the source platform.'
      : '';
  switch (release.name) {
    case 'raw': {
      const text = `The platform you chose receives a vector computed from your data. No differential-privacy bound applies to that platform.${thirdPersons}`;
      return { id: 'C3', holds: true, text };
    }
    case 'none':
      return {
        id: 'C3',
        holds: true,
        text: 'No platform receives anything computed from your data for you alone; a target recommends what is popular there.',
      };
    case 'ldp':
    case 'cohort': {
      if (release.epsilon0 === null) return absent('C3', 'the release mode states no epsilon0');
      const one = `The platform you chose receives one randomised code with ${upward(release.epsilon0)}-local DP per epoch from each source that knows you (up to 1e-9 in probability: it is drawn in doubles).`;
      return {
        id: 'C3',
        holds: true,
        text: one + prototypes(request) + pooled(request, release.epsilon0) + thirdPersons,
      };
    }
  }
}

/** What codes add up to: those that one target receives, and those that all targets a person may choose hold together. */
function pooled({ plan, profile, targetsPerPerson }: ClaimRequest, epsilon0: number): string {
  // Every source that knows the person sends each target a code of its own.
  const sources = Math.max(1, Math.min(plan.maxPlatformsPerPerson, plan.platformCount - 1));
  const targets = targetsPerPerson ?? Math.max(1, plan.platformCount - 1);
  const total = (receivers: number): string => {
    const codes = receivers * sources * epsilon0;
    // Targets that pool codes pool the noise they know, too: more of them than planned colluders leave less of it.
    const against = profile === 'sealed-only' ? null : epsilonAgainst(plan, receivers);
    const trained = against === null || plan.epsilon === null ? null : Math.max(plan.epsilon, against);
    return trained === null
      ? upward(codes)
      : `${upward(codes)}, together with what was trained from your data epsilon ${upward(trained + codes)} per epoch, delta ${plan.delta}`;
  };
  const alone = ` From ${count(sources, 'source', 'sources')}, codes pooled: ${total(1)}.`;
  if (targets === 1) return alone;
  return `${alone} Each further platform you choose receives as many codes of its own; ${targets} that pool all they hold: ${total(targets)}.`;
}

/** What a target sees besides the code: made by the source alone, whatever else is shared. */
function prototypes({ plan, profile, release }: ClaimRequest): string {
  if (release.name !== 'cohort') return '';
  if (plan.epsilon === null) return ' It is told among prototypes that were made without noise.';
  const made =
    ' It is told among prototypes that each source makes alone, with all of the noise, charged in its ledger';
  return profile === 'private-encoder'
    ? `${made} and counted in C1.`
    : `${made}: epsilon ${upward(plan.epsilon)} bounds what they tell through a person's own vector, nothing what they tell through the encoder.`;
}

/** C4: what a deviating coordinator sees. */
function seen({ plan }: ClaimRequest): Claim {
  if (!plan.maskedSum) return absent('C4', 'nothing is summed over platforms in this run');
  const { noiseThreshold, exposedFrom, threshold, platformCount, rounds, spareAttempts, refunds } = plan;
  const text =
    `With c' helpers among the ${platformCount} platforms the coordinator sees only sums of at least ${noiseThreshold} - c' honest platforms, even if it deviates, while c' < 2t - n = ${2 * threshold - platformCount} and every honest platform holds this manifest; from ${exposedFrom} on it can see single platforms. ` +
    `From t = ${threshold} on it needs nobody's share for that. A platform uploads at most ${rounds + spareAttempts + refunds} times, whoever lies.`;
  return { id: 'C4', holds: true, text };
}

const NO_PRIVACY = 'this federation runs without privacy: no noise was added';

function absent(id: Claim['id'], text: string): Claim {
  return { id, holds: false, text };
}

function warningsOf({ plan, seededNoise }: ClaimRequest): readonly string[] {
  return [
    ...(plan.budget === null
      ? ['NO PRIVACY: --no-privacy adds no noise. Nothing below bounds what anyone learns of a person.']
      : []),
    ...(seededNoise === true ? ['simulation: seeded noise, not a release'] : []),
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
