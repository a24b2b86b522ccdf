/**
 * Maps each planted bug to the test that notices it. The table of docs/privacy.md is made from it (`npx tsx
 * docs/write-plants.ts`), and `npm run test:plants` plants each bug and checks that its test fails.
 * @module
 */
import type { NamedTest } from './planted-copy.ts';

const released = 'test/claims/released-sums.test.ts';
const plan = 'test/privacy/plan.test.ts';
const options = 'test/privacy/round-options.test.ts';
const pipeline = 'test/privacy/pipeline.test.ts';
const outer = 'test/privacy/outer-products.test.ts';
const outerWithin =
  'discrete-gaussian: whatever factors a person has, the integers that are summed have norm at most K, exactly';
const claims = 'test/claims/claims.test.ts';
const releases = 'test/client/source-desk.test.ts';
const store = 'test/client/platform-store.test.ts';
const coordinator = 'test/secagg/cheating-coordinator.test.ts';
const secrets = 'test/secagg/secrets.test.ts';
const ownLedger = 'test/client/own-ledger.test.ts';
const refunds = 'test/claims/refunds.test.ts';
const taking = 'test/federation/taking.test.ts';
const members = 'test/federation/co-signature.test.ts';
const terms = 'test/claims/terms.test.ts';
const versions = 'test/federation/versions.test.ts';
const sparse = 'test/claims/sparse.test.ts';
const helpers =
  'counts full sums up to as many helpers as its threshold holds for, and nothing but one share from then on';
const noBound = 'names its adversary, and prints no bound against a coordinator that deviates in stage 0';
const overVersions = 'test/claims/over-versions.test.ts';
const codesOfAll = 'counts the codes of every version’s platforms, those that left among them';
const noMore = 'promises no more than an earlier version kept of what is still out there';
const records = 'test/federation/version-records.test.ts';
const farewell = 'test/federation/farewell.test.ts';
const counted = 'counts what the platform charged where it said farewell, and all that was planned where it did not';
const together = 'counts all together where parts of the bound differ, or where the platform’s name goes on';
const signed = 'is refused where the platform did not sign exactly this, and where the next version counts less';
const leaves = 'are left for good by a farewell, and come back only after a next version without the member';
const costliest = 'charges for the costliest M of platforms that differ: recomputed for every choice of M';
const everyNumber =
  'against every number of colluders composes as many opened sums, with as much noise, as they can reach';

const own = 'test/claims/own-alone.test.ts';
const sameBytes = 'text, raw: what leaves about a person is the same byte for byte, whoever else is there';
const saidOnlyThere =
  'is not said where prototypes are made of persons, where a view reads raw rows, or where no noise was asked for';

const teachers = 'test/client/teachers.test.ts';
const linked = 'test/federation/linked-map.test.ts';
const namesItself = 'are those whose consent is to the target itself and names the purpose, with their vectors';
const earlyStopping = 'training two-towers, {"patience":2} takes one history at a time, in its own sums and in rounds';

const adaptation = 'test/transfer/adaptation.test.ts';
const adapted = (settings: string): NamedTest => ({
  file: 'test/transfer/piece.test.ts',
  title: `training two-towers, {${settings}} takes one history at a time, in its own sums and in rounds`,
});

const plain = 'tell a person what the exact claims say, with the same numbers, and no more';

/** By the bug's id. */
export const NOTICED: Readonly<Record<string, NamedTest>> = {
  'history-box-of-its-true-length': {
    file: own,
    title: 'history: every person’s box has one size, however long the history is',
  },
  'history-box-as-wide-as-the-longest': {
    file: own,
    title: 'history: every person’s box has one size, however long the history is',
  },
  'map-taught-without-consent': { file: teachers, title: namesItself },
  'consent-without-the-purpose-teaches': { file: teachers, title: namesItself },
  'withdrawn-before-the-upload-teaches': {
    file: 'test/client/linked-map.test.ts',
    title: 'upload nothing of a person who withdrew after the invitation',
  },
  'expired-consent-teaches': {
    file: teachers,
    title: 'teach no longer once the consent is over, or was for another epoch',
  },
  'map-crowd-at-the-source': {
    file: teachers,
    title: 'are no choice among too many: a source with more persons than an answer holds is refused',
  },
  'map-by-honest-sources': {
    file: linked,
    title: 'is within the bound where a source that lies makes up vectors, so that each of M platforms adds the person',
  },
  'map-said-of-one-platform-less': {
    file: linked,
    title: 'says in its claims who is in the sums, at how many platforms, and what a withdrawal does not undo',
  },
  'box-as-long-as-the-history': {
    file: own,
    title: 'text: every person’s box has one size, however long the history is',
  },
  'unknown-times-as-the-newest-day': { file: own, title: sameBytes },
  'rarity-of-words-among-histories': { file: own, title: sameBytes },
  'prototypes-of-persons-at-epsilon-0': { file: own, title: saidOnlyThere },
  'vectors-of-an-earlier-version-forgotten': {
    file: own,
    title: 'is not said by a later version while targets may hold what an earlier one made from raw rows',
  },
  'catalogue-of-rows-at-epsilon-0': {
    file: own,
    title: 'is refused by a source whose catalogue was collected from rows',
  },
  'outside-mode-unnamed-at-epsilon-0': {
    file: terms,
    title: 'every number that rests on the word of an outside package is said to, in its own sentence',
  },
  'taking-part-unsaid': { file: own, title: 'speaks of content, and says what it does not cover' },
  'law-of-the-last-view': { file: own, title: saidOnlyThere },
  'outside-code-without-its-declarer': {
    file: 'test/claims/terms.test.ts',
    title: 'every number that rests on the word of an outside package is said to, in its own sentence',
  },
  'outside-strategy-as-our-own': {
    file: 'test/claims/terms.test.ts',
    title: 'every number that rests on the word of an outside package is said to, in its own sentence',
  },
  'outside-pooled-without-its-declarer': {
    file: 'test/claims/terms.test.ts',
    title: 'every number that rests on the word of an outside package is said to, in its own sentence',
  },
  'outside-code-unsaid': {
    file: 'test/claims/terms.test.ts',
    title: 'every number that rests on the word of an outside package is said to, in its own sentence',
  },
  'taking-platform-counts-among-n': {
    file: taking,
    title: 'changes nothing about the sums of the others: n, t, M, noise and epsilon are as without it',
  },
  'taking-platform-is-invited': {
    file: taking,
    title: 'is invited to no attempt, and a platform refuses one that invites it',
  },
  'sum-as-long-as-a-catalogue': {
    file: taking,
    title: 'fixes the length of the sums, whatever a platform sells',
  },
  'id-outside-is-added': {
    file: 'test/data/vocabulary.test.ts',
    title: 'drop an id outside the file instead of adding it',
  },
  'shared-weights-from-raw-counts': {
    file: 'test/transfer/encoder.test.ts',
    title: 'moves nobody else when a person is removed, and the person by no more than the bound',
  },
  'plan-cheapest-encoders': { file: plan, title: costliest },
  'vote-without-noise': {
    file: released,
    title: 'a round, a clip that follows a quantile: noise of the planned variance in every coordinate',
  },
  'letter-constant-nonce': {
    file: 'test/federation/letter-seal.test.ts',
    title: 'is encrypted under a key of its own: two of the same content have nothing in common but the receiver',
  },
  'code-without-grid': {
    file: 'test/release/privunit.test.ts',
    title: 'releases multiples of 2^-14 over the mean and nothing between',
  },

  'equal-sums-count-once': { file: plan, title: costliest },
  'spare-attempts-uncounted': { file: plan, title: costliest },
  'elsewhere-of-a-platform-without-encoder': { file: plan, title: costliest },
  'openings-over-the-wrong-denominator': { file: plan, title: everyNumber },
  'opened-from-as-many-as-are-honest': {
    file: terms,
    title: 'platforms open sums of at least as many contributions as the claim says, and no fewer',
  },
  'weights-counted-from-the-lightest': {
    file: options,
    title: 'is split by weights so that any M parts stay within it: one person less moves a sum by no more',
  },
  'weights-of-the-first-platform': {
    file: released,
    title: "a round, everybody, by weights: one person moves a platform's integers by at most its clip",
  },
  'clip-with-room-for-rounding': {
    file: pipeline,
    title: 'whatever a person contributes, its integers have norm at most K, exactly',
  },
  'outer-norm-of-single-terms': { file: outer, title: outerWithin },
  'outer-once-rounded-is-enough': { file: outer, title: outerWithin },
  'outer-norm-in-floats': { file: outer, title: outerWithin },
  'outer-written-block-not-in-the-norm': { file: outer, title: outerWithin },
  'outer-whole-bound-on-each-platform': { file: outer, title: outerWithin },
  'outer-norm-inexact': {
    file: outer,
    title: 'terms that cancel are never longer than K, however long each is',
  },
  'outer-blocks-overlap': {
    file: outer,
    title: 'refuses blocks that overlap, end outside, or have factors of other lengths',
  },
  'outer-batch-wraps': { file: outer, title: 'sums as many persons as there are, of any number of terms, exactly' },
  'outer-shorter-the-later': {
    file: outer,
    title: 'a removed person takes its own integers along, bit for bit, and they are no longer than K',
  },
  'clip-by-how-many-came-before': {
    file: 'test/privacy/sensitivity.test.ts',
    title: 'written out: one person less in a crowd takes its own integers along, wherever it stood',
  },
  'meta-step-divided-by-the-batch': {
    file: 'test/transfer/piece.test.ts',
    title: 'training meta, {"outer":"reptile"} takes one history at a time, in its own sums and in rounds',
  },
  'negatives-by-who-came-before': {
    file: 'test/transfer/piece.test.ts',
    title: 'training gru takes one history at a time, in its own sums and in rounds',
  },
  'statistics-outside-the-clip': adapted('"adaptation":"mmd"'),
  'pulled-by-means-that-nobody-released': adapted('"adaptation":"mmd"'),
  'classifier-steps-within-the-platform': adapted('"adaptation":"adversarial","patience":2'),
  'compared-platforms-unsaid': {
    file: adaptation,
    title: 'the statement says what the sums tell of single platforms, to a person as well',
  },
  'held-out-by-place': { file: 'test/transfer/piece.test.ts', title: earlyStopping },
  'loss-outside-the-clip': { file: 'test/transfer/piece.test.ts', title: earlyStopping },
  'mechanism-without-noise': {
    file: released,
    title: 'a round, everybody: noise of the planned variance in every coordinate',
  },
  'noise-skips-zeros': { file: released, title: 'a sum of one platform alone: all of the noise, in every coordinate' },
  'noise-words-repeat': {
    file: 'test/random/streams.test.ts',
    title: 'words of one source never come again, however many are drawn',
  },
  'sampling-as-if-on-one-platform-less': {
    file: options,
    title: 'counts a person on several platforms with the coins of all of them',
  },
  'own-numbers-unsaid': {
    file: terms,
    title: 'a raw vector has as many numbers of the history itself as the statement says, and a local code has none',
  },
  'own-items-unsaid': {
    file: terms,
    title: 'a raw vector has as many numbers of the history itself as the statement says, and a local code has none',
  },
  'usual-consent-for-a-history': {
    file: releases,
    title: 'releases a history by a consent that names this purpose, and by no other',
  },
  'history-without-a-purpose': {
    file: terms,
    title: 'a federation that sends histories needs consents that name them, and no other does',
  },
  'own-numbers-by-how-many-persons': {
    file: 'test/transfer/encoder.test.ts',
    title: 'moves nobody else when a person is removed, and the person by no more than the bound',
  },
  'encoder-weights-from-raw-counts': {
    file: 'test/transfer/shared-trunk.test.ts',
    title: "one person's contribution does not depend on who else is there, once released values are given",
  },
  'cohort-never-names-the-last': {
    file: 'test/release/cohort.test.ts',
    title: 'answer by k-ary randomised response: eps0 is the log ratio of truth to any other answer',
  },
  'code-again-with-a-later-model': {
    file: releases,
    title: 'draws no second random code in an epoch, whatever changes; a raw vector follows the model',
  },
  'withdrawal-forgets-the-code': {
    file: store,
    title: 'memoises codes by person, epoch and target, and deletes their vectors for one target',
  },
  'withdrawn-comes-back': {
    file: store,
    title: 'deletes withdrawn persons and refuses them when an older part comes late',
  },
  'packet-nonce-of-both-ways': { file: secrets, title: 'travel under keystreams of which no two are the same' },
  'self-mask-is-the-mask-key': { file: secrets, title: 'are drawn anew for each purpose, platform and session' },
  'mask-repeats-in-every-chunk': {
    file: 'test/secagg/masks.test.ts',
    title: 'of updates that are all zero is uniform, one by one and in every partial sum',
  },
  'shares-of-one-coefficient': {
    file: 'test/secagg/shamir.test.ts',
    title: 'say nothing when they are t - 1',
  },
  'keys-signed-for-any-session': {
    file: coordinator,
    title: 'replays keys that a platform signed for another round',
  },
  'survivors-signed-by-number': {
    file: coordinator,
    title: 'shows two views of who survived, of one length, and forwards all signatures: nobody reveals anything',
  },
  'upload-before-charge': {
    file: 'test/client/attempt.test.ts',
    title: 'records its session and charges its ledger before the first chunk, and never again',
  },
  'kept-sum-uncharged': {
    file: 'test/privacy/charged-sums.test.ts',
    title: 'killed between drawing and charging, neither loses the repetition nor releases two values for one charge',
  },
  'taken-back-while-running': {
    file: refunds,
    title: 'not before its own statement: an attempt that it may still reveal in is not taken back',
  },
  'stated-while-running': {
    file: refunds,
    title: 'not before its own statement: an attempt that it may still reveal in is not taken back',
  },
  'given-up-after-the-reveal': {
    file: store,
    title: 'records a reveal or that it gave up, never both, whichever comes first',
  },
  'epsilon-printed-to-the-nearest': { file: claims, title: 'never prints an epsilon below the computed one' },
  'pooled-codes-with-planned-noise': {
    file: claims,
    title: 'codes add up over every platform that a person may choose, and so does what they know of the noise',
  },

  'one-member-need-not-sign': { file: members, title: 'are needed of every member, and who is missing is named' },
  'words-leave-out-the-seal-keys': {
    file: members,
    title: 'are twelve, of one list, and stand for everything but the signatures',
  },
  'coordinator-signs-for-others': { file: members, title: 'do not hold once anything is changed, whoever’s it is' },
  'own-seal-key-not-looked-for': { file: members, title: 'are made by the keys that the manifest holds alone' },
  'first-and-last-word-compared': {
    file: 'test/cli/manifest-words.test.ts',
    title: 'signs where all twelve words were told, in their order, and where any one differs does not',
  },
  'trial-unsaid-without-rounds': {
    file: terms,
    title: 'every platform of a trial, with rounds or without, warns that nobody compared the keys',
  },

  'own-sum-repetitions-uncounted': { file: plan, title: costliest },
  'own-sum-with-a-share-of-noise': {
    file: released,
    title: 'a sum of one platform alone: all of the noise, in every coordinate',
  },
  'noise-over-all-who-upload': { file: plan, title: 'spreads the noise over the honest minimum' },
  'masked-noise-too-little-by-a-twentieth': {
    file: released,
    title: 'a round, everybody: noise of the planned variance in every coordinate',
  },
  'coins-by-the-persons-number': {
    file: released,
    title: 'drawn persons are others in every round, at the rate of the plan',
  },
  'coins-known-are-amplified-all-the-same': {
    file: options,
    title: 'plans what it charges, gains against those who do not see the coins, and nothing against those who do',
  },
  'noise-of-zero-too-often': {
    file: 'test/privacy/discrete-gaussian.test.ts',
    title: 'follows the exact pmf at sigma 1 (chi-square)',
  },
  'long-histories-as-several-persons': {
    file: terms,
    title: 'a person is one contribution to each sum, however long the history',
  },
  'noise-printed-to-the-nearest': {
    file: 'test/accounting/printed-epsilon.test.ts',
    title: 'is never below the computed one, and above it by less than one unit of its last digit',
  },
  'single-platforms-one-helper-later': { file: plan, title: everyNumber },
  'refunds-and-spare-ones-besides': {
    file: ownLedger,
    title: 'takes no more back than F, and none without its charge or twice',
  },
  'retry-of-a-round-is-free': {
    file: 'test/privacy/ledger.test.ts',
    title: 'charges one session once: a second grant is free, a retry is another session and is charged again',
  },
  'survivors-fewer-than-the-noise-needs': { file: coordinator, title: 'lists fewer survivors than the noise needs' },
  'agreement-of-fewer-than-t': { file: coordinator, title: 'forwards fewer signatures than the threshold' },
  'refund-with-one-silent-too-many': {
    file: 'test/secagg/refund-proof.test.ts',
    title: 'holds with t - 1 - c platforms silent, and not with one more: t = 7 of 10, c = 2',
  },
  'raw-encoder-said-to-be-private': {
    file: terms,
    title: 'of an encoder from raw data nothing is bounded, whatever noise its prototypes have',
  },
  'others-bounded-by-prototypes-alone': {
    file: terms,
    title: 'of an encoder from raw data nothing is bounded, whatever noise its prototypes have',
  },
  'released-to-whoever-asks': {
    file: releases,
    title: 'answers with the consenting persons alone, under their pseudonyms',
  },
  'consent-for-a-day-longer': {
    file: 'test/federation/consent.test.ts',
    title: 'covers one target in one epoch until it expires',
  },
  'withdrawn-of-one-epoch-alone': {
    file: store,
    title: 'deletes withdrawn persons from everything it holds of that source: every epoch, every model',
  },
  'nothing-released-as-far-as-this-platform-goes': {
    file: terms,
    title: 'every platform of a federation prints the same statement',
  },
  'prototypes-begin-at-persons': {
    file: 'test/privacy/sensitivity.test.ts',
    title: 'private-subspace with prototypes: one person less moves every declared sum by that person',
  },
  'third-persons-only-where-both-fail': {
    file: terms,
    title: 'of an encoder from raw data nothing is bounded, whatever noise its prototypes have',
  },
  'code-of-unknown-epsilon0-claimed': { file: terms, title: 'a code of unknown epsilon0 is no claim' },
  'sums-claimed-where-there-are-none': {
    file: claims,
    title: 'encoders alone: C1 speaks of them, and there is no sum for C4',
  },
  'no-privacy-said-of-rounds-alone': { file: terms, title: 'every statement without noise begins with the warning' },
  'seeded-noise-unsaid': { file: terms, title: 'a simulation says that its noise is no release' },
  'epsilon0-said-to-be-in-a-ledger': {
    file: terms,
    title: 'what is not charged and not claimed is the same in every statement',
  },
  'epochs-unsaid-without-codes': {
    file: terms,
    title: 'what is not charged and not claimed is the same in every statement',
  },
  'plain-limit-of-one-encoder': { file: claims, title: plain },
  'plain-chosen-platforms-covered': { file: claims, title: plain },
  'plain-codes-do-not-add-up': { file: claims, title: plain },
  'plain-single-platforms-from-the-threshold': { file: claims, title: plain },
  'who-left-is-forgotten': {
    file: versions,
    title: 'count on who leaves, and take who comes back with the same identity as who never left',
  },
  'earlier-attempts-less-their-refunds': {
    file: versions,
    title:
      'calibrate what is to come to what is left, for everybody: no two platforms and all rounds cost more than the budget',
  },
  'kept-sums-drawn-again': {
    file: versions,
    title: 'keep the sums of those who stay: their noise, fingerprint and charge',
  },
  'charges-judged-by-the-version-in-force': {
    file: versions,
    title: 'refuses a charge of another version’s plan, of no version, and more of the earlier one than was left to it',
  },
  'sums-full-by-a-majority-alone': {
    file: 'test/secagg/full-sums.test.ts',
    title: 'whatever a coordinator does after stage 0, at the threshold of the rule and not below it',
  },
  'sparse-sums-full-against-one-more': { file: sparse, title: helpers },
  'sparse-openings-as-on-the-complete-graph': { file: sparse, title: helpers },
  'stage-0-left-out-of-training': { file: sparse, title: noBound },
  'stage-0-left-out-of-sums': { file: sparse, title: noBound },
  'sparse-sums-of-the-first-version-forgotten': {
    file: sparse,
    title: 'says so as well where only an earlier version had a sparse graph',
  },
  'smaller-sums-of-the-first-version-forgotten': {
    file: sparse,
    title: 'says what holds for the sums of all versions',
  },
  'refunded-uploads-forgotten': {
    file: versions,
    title: 'takes a ledger in which more attempts stood at a time than are left now, and were refunded',
  },
  'signing-binds-nobody': {
    file: ownLedger,
    title: 'charges no more than a later version leaves to this one, once this platform has signed it',
  },
  'back-by-one-version': {
    file: records,
    title: 'never go back, from a version that ran or from one that was signed',
  },
  'two-manifests-of-one-version': { file: records, title: 'are not two of one version, signed or run' },
  'begun-again-with-an-empty-state': {
    file: records,
    title: 'are not begun with an empty state by a member of an earlier version, and are by who joins',
  },
  'who-leaves-is-bound-without-a-farewell': { file: farewell, title: counted },
  'who-leaves-costs-less-than-it-was-allowed': {
    file: farewell,
    title: 'needs the budget that the first version planned, for persons on a platform without a farewell',
  },
  'left-and-stayed-counted-apart-with-weights': { file: farewell, title: together },
  'lost-and-begun-again-counted-apart': { file: farewell, title: together },
  'shares-of-who-left-uncounted': {
    file: farewell,
    title: 'counts between c and t helpers with all the shares that a platform without a farewell may reveal',
  },
  'farewell-binds-nobody': { file: records, title: leaves },
  'farewell-after-which-it-stays': { file: records, title: leaves },
  'farewell-by-anybody': { file: farewell, title: signed },
  'farewell-of-more-than-is-left': { file: farewell, title: signed },
  'farewell-counts-nothing-charged': {
    file: 'test/client/bound-state.test.ts',
    title: 'counts what the ledger holds charged and taken back',
  },
  'one-attempt-more-than-is-left': {
    file: records,
    title: 'bind a state that signed to the attempts that each version leaves to the one before',
  },
  'codes-of-the-present-members-alone': { file: overVersions, title: codesOfAll },
  'one-code-of-a-platform-that-begins-again': { file: overVersions, title: codesOfAll },
  'encoders-of-as-many-platforms-as-are-left': {
    file: overVersions,
    title: 'counts the encoders of M platforms of all versions, though fewer are left',
  },
  'raw-vectors-of-the-version-before-forgotten': { file: overVersions, title: noMore },
  'drawn-at-this-rate-in-every-version': {
    file: overVersions,
    title: 'says of its own rounds alone how often a person is in them',
  },
};
