/**
 * The sentences of a privacy statement. Each has an id that stays when its wording changes. docs/privacy.md lists, for
 * each of them, the bugs that would make it false and the tests that notice them.
 * @module
 */

/** The subject of each sentence. */
export const SENTENCES = {
  'C1.plain': 'the training, for a person',
  'C1.bound': 'cost for a person of everything that the honest platforms release for training',
  'C1.alone': 'the same cost of encoders alone, without sums over platforms',
  'C1.all-noise': 'each platform adds all of the noise itself',
  'C1.stage-0': 'nothing bounds a coordinator that deviates in stage 0 of a sum over a sparse graph',
  'C1.opened': 'fewest contributions in an opened sum',
  'C1.paid': 'a platform pays before it uploads, and most opened sums with its data in them',
  'C1.refunds': 'condition on which a payment is taken back, and how often',
  'C1.vocabulary': 'length of the masked sums, which tells of no catalogue',
  'C1.takes': 'platforms that take the shared model and are in no sum',
  'C1.linked': 'persons in the sums of a map, and at how many platforms',
  'C1.stays': 'what a withdrawal ends, and what it does not',
  'C1.absent': 'reason why nothing bounds training',
  'C2.plain': 'the coordinator and other platforms, for a person',
  'C2.bound': 'bound on what everybody but the chosen platforms learns',
  'C2.encoders': 'number of encoders that epsilon counts',
  'C2.outside': 'parties outside that bound',
  'C2.own': 'epsilon 0 where nothing is trained, and no vector uses another person’s data',
  'C2.box': 'length of every vector, and who can open it',
  'C2.content': 'what epsilon 0 does not cover',
  'C2.absent': 'reason why nothing bounds what others learn',
  'C3.plain': 'the chosen platforms, for a person',
  'C3.raw': 'the chosen platform receives a vector that nothing bounds',
  'C3.own': 'numbers from which the chosen platform may reconstruct the history itself',
  'C3.by-name': 'the history leaves only by a consent that names this purpose',
  'C3.none': 'nobody receives anything of one person',
  'C3.code': 'one randomised code per epoch from each source, and its epsilon0',
  'C3.prototypes': 'cost of the prototypes',
  'C3.pooled': 'total of codes, alone and together with training',
  'C3.nobody-else': 'a vector tells of no other person',
  'C3.third-persons': 'nothing bounds what is revealed about other persons',
  'C3.absent': 'reason why no code is bounded',
  'C4.plain': 'the coordinator’s view of sums, for a person',
  'C4.sums': 'view of a deviating coordinator, by number of helpers',
  'C4.single': 'number of helpers with which it can see single platforms',
  'C4.stage-0': 'nothing bounds what such a coordinator sees',
  'C4.apart': 'what the sums tell of single platforms where an encoder compares them',
  'C4.uploads': 'how often a platform uploads',
  'C4.absent': 'there are no sums over platforms',
  'W.outside': 'code from outside this project runs',
  'W.unsafe-trial': 'nobody compared the members’ keys',
  'W.no-privacy': 'nothing below bounds anything',
  'W.seeded': 'noise from a seed: not a release',
  'S.unit': 'unit of protection, and neighbours',
  'S.mechanism': 'clip, rounding and noise of the sums',
  'S.parameters': 'delta, rounds, noise multiplier and the other parameters of the claims',
  'S.versions': 'counted releases of earlier versions of the manifest',
  'S.sampling': 'sampling, and the adversaries against whom it gains nothing',
  'S.adversaries': 'epsilon and opened sums by the number of colluding platforms',
  'S.stage-0': 'no bound, and the graph that is the reason',
  'S.not-charged': 'data that no ledger counts',
  'S.not-claimed': 'properties that no claim bounds',
} as const;

export type SentenceId = keyof typeof SENTENCES;

/** A sentence as printed. It may be a part of a longer one. */
export interface Sentence {
  readonly id: SentenceId;
  readonly text: string;
}

export function said(id: SentenceId, text: string): Sentence {
  return { id, text };
}

export function textOf(sentences: readonly Sentence[]): string {
  return sentences.map(({ text }) => text).join(' ');
}
