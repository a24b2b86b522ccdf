/**
 * The four claims of one run, sentence by sentence.
 * @module
 */
import { upward } from '../accounting/printed-epsilon.ts';
import { epsilonAgainst, planOpenings, planUploads } from '../privacy/plan/plan-lookups.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { needsPrototypes, releaseBound } from '../release/registry.ts';
import type { Law } from '../transfer/law.ts';
import { asDeclared, declarersOf } from './declared.ts';
import type { Declarers } from './declared.ts';
import { isSparse, leastOf } from './over-versions.ts';
import type { ReleaseTerms } from './plain-claims.ts';
import { plainChosen, plainCoordinator, plainOthers, plainTraining } from './plain-claims.ts';
import { said } from './sentence.ts';
import type { Sentence } from './sentence.ts';
import { count, inWords } from './wording.ts';

/** The codes of one person in one epoch, over all versions of the manifest. */
export interface CodeTerms {
  /** Most sources that send one target a code of the person each. */
  readonly sources: number;
  /** Targets that may receive codes of the person. */
  readonly targets: number;
  /** True if `sources` counts a platform that begins again with another identity as another source. */
  readonly beginsAgain?: boolean;
}

/** The facts on which a run's claims depend. */
export interface ClaimTerms {
  /** Name of the strategy. */
  readonly strategy: string;
  /** The worst law of the encoders of all versions of the manifest. */
  readonly law: Law;
  readonly plan: PrivacyPlan;
  readonly release: ReleaseTerms;
  /** Numbers of a raw vector that are a public projection of the person's own history; 0: none. */
  readonly ownNumbers: number;
  /** Items of the person's own history that a raw vector holds themselves; 0: none. */
  readonly ownItems: number;
  readonly codes: CodeTerms;
  /** True if the manifest's members did not compare its words. */
  readonly unsafeTrial?: boolean;
  /** Number of platforms that take the shared model and are in no sum; absent: none. */
  readonly takers?: number;
  /** The ids over which the platforms sum together; absent: no sum is over ids of several platforms. */
  readonly vocabulary?: { readonly items: number } | { readonly buckets: number };
  /** Most platforms at which one person teaches a map; absent: no map is learnt. */
  readonly taughtAt?: number;
  /** True if the sums have places of each platform's persons alone. */
  readonly comparesPlatforms?: boolean;
}

export interface SaidClaim {
  readonly id: 'C1' | 'C2' | 'C3' | 'C4';
  readonly holds: boolean;
  /** The claim for a person or, if it is absent, what this means for a person. Never stronger than the exact sentences. */
  readonly plain: Sentence;
  /** The exact claim; if it does not hold, the reason why it is absent. */
  readonly sentences: readonly Sentence[];
}

type ExactClaim = Omit<SaidClaim, 'plain'>;

/** The facts of a run, with the packages whose word the claims rest on. */
interface Terms extends ClaimTerms {
  readonly by: Declarers;
}

export function saidClaims(request: ClaimTerms): readonly SaidClaim[] {
  const terms = { ...request, by: declarersOf(request.strategy, request.release.name) };
  const ofPerson = { ...terms, isOwnAlone: isOwnAlone(terms) };
  const [training, elsewhere, code, coordinator] = [trained(terms), others(terms), chosen(terms), seen(terms)];
  return [
    { ...training, plain: plainTraining(ofPerson, training.holds) },
    { ...elsewhere, plain: plainOthers(ofPerson, elsewhere.holds) },
    { ...code, plain: plainChosen(terms) },
    { ...coordinator, plain: plainCoordinator(terms) },
  ];
}

/**
 * True if only a person's own vectors depend on that person's data: no piece of the encoder reads other persons, and the plan
 * has no sum, not even for prototypes.
 */
export function isOwnAlone({ law, plan }: Pick<ClaimTerms, 'law' | 'plan'>): boolean {
  return law === 'public' && plan.budget !== null && plan.epsilon === null;
}

/** True if some of the run's sums are over sampled persons. */
export function isSampled(plan: PrivacyPlan): boolean {
  return plan.maskedSum && (plan.samplingRate < 1 || plan.earlier.rounds.some(({ sum }) => sum.sampling !== undefined));
}

/** The limit of claims over a sparse graph: against a coordinator that deviates in stage 0 they give no bound. */
function sparseLimit(id: 'C1.stage-0' | 'C4.stage-0', plan: PrivacyPlan): readonly Sentence[] {
  if (!isSparse(plan)) return [];
  const text =
    'Against a coordinator that deviates in stage 0 of an attempt (that forges keys, or the order of the ring): no bound.';
  return [said(id, text)];
}

const NO_PRIVACY = 'this federation runs without privacy: no noise was added';

/** C1: the bound on everything released for training. */
function trained(terms: Terms): ExactClaim {
  const { by, plan, law } = terms;
  if (plan.budget === null) return absent('C1', NO_PRIVACY);
  if (law === 'sealed-only') {
    return absent('C1', 'the encoder is made from raw data without noise, so no total epsilon holds');
  }
  if (isOwnAlone(terms)) return absent('C1', 'nothing is trained from persons, so there is nothing to bound');
  if (plan.epsilon === null) return absent('C1', "no training uses persons' data through a noised sum");
  const bound = `(${upward(plan.epsilon)}, ${plan.delta})-DP`;
  const unit = `with respect to adding or removing one person's data on all platforms, for persons on at most ${plan.maxPlatformsPerPerson} platforms${plan.version > 1 ? ' of all versions together' : ''}, with one id on each`;
  if (!plan.maskedSum) {
    return holds('C1', [
      said(
        'C1.alone',
        `Everything the platforms' encoders take from their persons${asDeclared(by.strategy)} is ${bound} ${unit}.`,
      ),
      said('C1.all-noise', 'Each platform adds all of the noise itself, whoever else colludes.'),
    ]);
  }
  const assumed = [
    ...(isSampled(plan) ? ['the coins that draw persons stay inside their platforms'] : []),
    sameKeys(terms),
    ...(isSparse(plan)
      ? ['the coordinator follows the protocol in stage 0 of every attempt (keys, and the order of the ring)']
      : []),
    `at most ${count(plan.colluding, 'platform colludes', 'platforms collude')} with the coordinator`,
  ];
  const opened = count(planOpenings(plan, plan.colluding), 'opened sum', 'opened sums');
  const refunds = plan.earlier.rounds.reduce((sum, rounds) => sum + rounds.refunds, plan.refunds);
  const refunded =
    refunds === 0
      ? 'it takes no payment back.'
      : `it takes a payment back only on signed proof that the sum was not opened and cannot be, and at most ${count(refunds, 'time', 'times')}.`;
  return holds('C1', [
    said(
      'C1.bound',
      `Everything the honest platforms release for training${asDeclared(by.strategy)} is ${bound} ${unit}, even if the coordinator deviates${isSparse(plan) ? ' later' : ''}, as long as ${inWords(assumed)}.`,
    ),
    ...sparseLimit('C1.stage-0', plan),
    said('C1.opened', `Platforms open only sums of at least ${leastOf(plan).noiseThreshold} contributions.`),
    ...overVocabulary(terms),
    ...taking(terms),
    ...teaching(terms),
    said('C1.paid', `A platform pays before it uploads, and its data is in at most ${opened}:`),
    said('C1.refunds', refunded),
  ]);
}

function overVocabulary({ vocabulary }: ClaimTerms): readonly Sentence[] {
  if (vocabulary === undefined) return [];
  const ids =
    'buckets' in vocabulary
      ? `${vocabulary.buckets} buckets of hashed ids`
      : `the ${vocabulary.items} ids of a public file`;
  const text = `Every platform sums over ${ids}, also where it has nothing, and drops other ids: the length of a sum tells of no catalogue.`;
  return [said('C1.vocabulary', text)];
}

function taking({ takers = 0 }: ClaimTerms): readonly Sentence[] {
  if (takers === 0) return [];
  const who =
    takers === 1
      ? '1 platform takes the shared model and contributes nobody: it is'
      : `${takers} platforms take the shared model and contribute nobody: they are`;
  return [said('C1.takes', `${who} in no sum, and counted in none of these numbers.`)];
}

/** The limits of a map's sums. */
function teaching({ taughtAt }: ClaimTerms): readonly Sentence[] {
  if (taughtAt === undefined) return [];
  return [
    said(
      'C1.linked',
      `These sums are of linked persons alone, who consented to teaching the map at the platform that adds them: per person a product of what the platform received and of the history there, at most at ${taughtAt} of the person’s platforms.`,
    ),
    said(
      'C1.stays',
      'A withdrawal, or the end of a consent, keeps a person out of later sums; what an opened sum contains stays in it.',
    ),
  ];
}

/** C2: the bound against everybody but the chosen targets. */
function others(terms: Terms): ExactClaim {
  const { by, plan, law } = terms;
  if (plan.budget === null) return absent('C2', NO_PRIVACY);
  if (law === 'sealed-only') {
    return absent(
      'C2',
      'vectors are sealed, but without differential privacy: neither for you nor for the other persons of the source platform, whose data the encoder was made from',
    );
  }
  if (isOwnAlone(terms)) return ownAlone(terms);
  if (plan.epsilon === null)
    return absent('C2', 'no differential-privacy bound: no encoder was made through noised sums');
  return holds('C2', [
    said(
      'C2.bound',
      `As long as ${sameKeys(terms)}, what the coordinator and the platforms you did not choose learn through your data${asDeclared(by.strategy)} is bounded by C1,`,
    ),
    said(
      'C2.encoders',
      `whose epsilon ${upward(plan.epsilon)} counts the encoders of ${count(plan.encodersPerPerson, 'platform', 'platforms')}.`,
    ),
    said(
      'C2.outside',
      'Your chosen platforms, and whoever sees their recommendations or metrics, are outside this bound.',
    ),
  ]);
}

/** C2 for an encoder that reads only public facts and the person's own history. */
function ownAlone(terms: Terms): ExactClaim {
  return holds('C2', [
    said(
      'C2.own',
      `As long as ${sameKeys(terms)}, the content of everything that leaves, except your own vectors for the platforms you chose, is the same with and without your data${asDeclared(terms.by.strategy, terms.by.release) || ':'} epsilon 0 and delta 0, because there is no sum, and no vector of another person uses your data.`,
    ),
    said(
      'C2.box',
      'Your vectors are as long as everybody’s, whatever your history is, and the coordinator cannot open them.',
    ),
    said(
      'C2.content',
      'This is about content. It does not cover who is linked and who takes part (the number of persons, the number and length of letters, their time), and not what the files show that were fixed before (catalogue, titles, item vectors, reading).',
    ),
    said(
      'C2.outside',
      'Your chosen platforms, and whoever sees their recommendations or metrics, are outside this bound.',
    ),
  ]);
}

/** C3: the bound against a chosen target. */
function chosen(terms: Terms): ExactClaim {
  const { by, ownItems, ownNumbers, plan, law, release } = terms;
  const thirdPersons = isOwnAlone(terms)
    ? [
        said(
          'C3.nobody-else',
          `It is computed from your own data and public facts alone${asDeclared(by.strategy, by.release)}: it tells of no other person.`,
        ),
      ]
    : law === 'sealed-only' || plan.epsilon === null
      ? [said('C3.third-persons', 'Nothing bounds what it may tell of other persons of the source platform.')]
      : [];
  switch (releaseBound(release.name)) {
    case 'unbounded': {
      const text =
        'The platform you chose receives a vector computed from your data. No differential-privacy bound applies to that platform.';
      const own =
        ownItems > 0
          ? `It receives your history on that source itself: your latest ${ownItems} items there, whatever they are.`
          : `${ownNumbers} of its numbers are a public projection of your history on that source: the platform may be able to reconstruct the history itself from them.`;
      const byName =
        'Your source sends such a vector only by a consent that names this purpose (history), and by any other consent nothing.';
      const ofHistory = ownNumbers > 0 ? [said('C3.own', own), said('C3.by-name', byName)] : [];
      return holds('C3', [said('C3.raw', text), ...ofHistory, ...thirdPersons]);
    }
    case 'nothing-sent': {
      const text =
        'No platform receives anything computed from your data for you alone; a target recommends what is popular there.';
      return holds('C3', [said('C3.none', text)]);
    }
    case 'epsilon0': {
      if (release.epsilon0 === null) return absent('C3', 'the release mode states no epsilon0');
      const drawn = by.release === undefined ? ' (up to 1e-9 in probability: it is drawn in doubles)' : '';
      const text = `The platform you chose receives one randomised code${asDeclared(by.release)} with ${upward(release.epsilon0)}-local DP per epoch from each source that knows you${drawn}.`;
      return holds('C3', [
        said('C3.code', text),
        ...prototypes(terms),
        said('C3.pooled', pooled(terms, release.epsilon0)),
        ...thirdPersons,
      ]);
    }
  }
}

/** The total of the codes that one target receives, and of the codes that all targets of a person hold together. */
function pooled({ by, plan, law, codes: { sources, targets, beginsAgain } }: Terms, epsilon0: number): string {
  const total = (receivers: number): string => {
    const codes = receivers * sources * epsilon0;
    // Targets that pool codes also pool the noise that they know. More of them than the planned colluders leave less
    // unknown noise.
    const against = law === 'sealed-only' ? null : epsilonAgainst(plan, receivers);
    const trained = against === null || plan.epsilon === null ? null : Math.max(plan.epsilon, against);
    return trained === null
      ? upward(codes)
      : `${upward(codes)}, together with what was trained from your data epsilon ${upward(trained + codes)} per epoch, delta ${plan.delta}`;
  };
  const said = asDeclared(by.release, law === 'sealed-only' ? undefined : by.strategy);
  const again = beginsAgain === true ? ' (one that begins again with another identity is another source)' : '';
  const alone = `From ${count(sources, 'source', 'sources')}${again}, codes pooled${said || ':'} ${total(1)}.`;
  if (targets === 1) return alone;
  const earlier = plan.version > 1 ? ', those that left among them' : '';
  return `${alone} Each further platform you choose receives as many codes of its own, also one that joins later; ${targets} that pool all they hold${earlier}: ${total(targets)}.`;
}

/** The prototypes, which a target sees besides the code. The source alone makes them, whatever else is shared. */
function prototypes({ by, plan, law, release }: Terms): readonly Sentence[] {
  if (!needsPrototypes(release.name)) return [];
  if (plan.epsilon === null) {
    return [said('C3.prototypes', 'The code names one of several prototypes, which were made without noise.')];
  }
  const made =
    'The code names one of several prototypes, which each source makes alone, with all of the noise, charged in its ledger';
  const declared = asDeclared(by.strategy);
  const text =
    law !== 'sealed-only'
      ? `${made}${declared} and counted in C1.`
      : `${made}: epsilon ${upward(plan.epsilon)}${declared} bounds what they reveal through a person's own vector, and nothing bounds what they reveal through the encoder.`;
  return [said('C3.prototypes', text)];
}

/** C4: the view of a deviating coordinator. */
function seen(terms: Terms): ExactClaim {
  const { plan } = terms;
  if (!plan.maskedSum) return absent('C4', 'this run has no sums over platforms, so there is none to open');
  const { platformCount } = plan;
  const { noiseThreshold, exposedFrom, threshold } = leastOf(plan);
  const sparse = isSparse(plan);
  const among = plan.version > 1 ? 'platforms of all versions' : `${platformCount} platforms`;
  const limit =
    exposedFrom < plan.exposedFrom
      ? `${exposedFrom}, as in an earlier version,`
      : plan.degree !== undefined
        ? `${exposedFrom} (each platform masks with ${plan.degree} others, ${plan.threshold} of whom can rebuild its masks)`
        : `2t - n = ${2 * plan.threshold - platformCount}`;
  return holds('C4', [
    said(
      'C4.sums',
      `With c' helpers among the ${among} the coordinator sees only sums of at least ${noiseThreshold} - c' honest platforms, even if it deviates${sparse ? ' after stage 0' : ''}, while c' < ${limit} and ${sameKeys(terms)};`,
    ),
    said(
      'C4.single',
      `with ${exposedFrom} helpers or more it ${sparse ? 'may' : 'can'} see single platforms. With t = ${threshold} or more it needs no honest platform's share for that.`,
    ),
    ...sparseLimit('C4.stage-0', plan),
    ...(terms.comparesPlatforms === true
      ? [
          said(
            'C4.apart',
            'The encoder compares platforms (adaptation): these sums tell how the mean over the persons of one platform differs from that of the others, with the noise of the whole sum, and everybody who receives the shared model reads it.',
          ),
        ]
      : []),
    said('C4.uploads', `A platform uploads at most ${planUploads(plan)} times, whoever lies.`),
  ]);
}

/**
 * The condition on the keys with which honest platforms mask their sums and seal their letters. With forged keys one
 * party could pose as all the others.
 */
function sameKeys({ unsafeTrial }: ClaimTerms): string {
  return unsafeTrial === true
    ? 'the keys in the manifest are its members’ own (nobody compared them: --unsafe-trial)'
    : 'every honest platform has signed this manifest, having compared its words (not through the coordinator)';
}

function holds(id: SaidClaim['id'], sentences: readonly Sentence[]): ExactClaim {
  return { id, holds: true, sentences };
}

function absent(id: SaidClaim['id'], text: string): ExactClaim {
  return { id, holds: false, sentences: [said(`${id}.absent`, text)] };
}
