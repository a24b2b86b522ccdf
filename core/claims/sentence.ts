/**
 * The sentences of a privacy statement, each under an id that stays when its wording changes. docs/privacy.md lists, for every
 * one of them, the bugs that would make it false and the tests that notice them.
 * @module
 */

/** What each is about. */
export const SENTENCES = {
  'C1.plain': 'the training, for a person',
  'C1.bound': 'what everything that the honest platforms release for training costs a person',
  'C1.alone': 'the same of encoders alone, where nothing is summed over platforms',
  'C1.all-noise': 'each platform adds all of the noise itself',
  'C1.opened': 'fewest contributions in an opened sum',
  'C1.paid': 'a platform pays before it uploads, and most opened sums with its data in them',
  'C1.refunds': 'what a payment is taken back on, and how often',
  'C1.absent': 'why nothing bounds what is trained',
  'C2.plain': 'the coordinator and other platforms, for a person',
  'C2.bound': 'what everybody but the chosen platforms learns',
  'C2.encoders': 'how many platforms’ encoders epsilon counts',
  'C2.outside': 'who is outside that bound',
  'C2.absent': 'why nothing bounds what others learn',
  'C3.plain': 'the chosen platforms, for a person',
  'C3.raw': 'the chosen platform receives a vector that nothing bounds',
  'C3.none': 'nobody receives anything of one person',
  'C3.code': 'one randomised code per epoch from each source, and its epsilon0',
  'C3.prototypes': 'what the prototypes cost among which a code is told',
  'C3.pooled': 'what codes add up to, and with what was trained',
  'C3.third-persons': 'what nothing bounds of other persons',
  'C3.absent': 'why no code is bounded',
  'C4.plain': 'the coordinator’s view of sums, for a person',
  'C4.sums': 'what a deviating coordinator sees, with how many helpers',
  'C4.single': 'from how many helpers on it can see single platforms',
  'C4.uploads': 'how often a platform uploads',
  'C4.absent': 'nothing is summed over platforms',
  'W.unsafe-trial': 'nobody compared the members’ keys',
  'W.no-privacy': 'nothing below bounds anything',
  'W.seeded': 'noise from a seed is no release',
  'S.unit': 'whose data is protected, and who are neighbours',
  'S.mechanism': 'clip, rounding and noise of the sums',
  'S.parameters': 'delta, rounds, noise multiplier and what else the claims depend on',
  'S.sampling': 'how persons are drawn, and what that gains against whom',
  'S.adversaries': 'epsilon and opened sums by the number of colluding platforms',
  'S.not-charged': 'what no ledger counts',
  'S.not-claimed': 'what no claim bounds',
} as const;

export type SentenceId = keyof typeof SENTENCES;

/** As printed; may be a part of a longer one. */
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
