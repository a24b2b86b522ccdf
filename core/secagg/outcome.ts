/**
 * The ways in which an attempt can end. The coordinator records the outcome and tells it to the whole cohort.
 * @module
 */
export const OUTCOMES = [
  'completed',
  'too-few-platforms',
  'inconsistent-view',
  'rejected-by-policy',
  'budget-exhausted',
  'protocol-violation',
  'abandoned',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** One sentence per outcome, for people to read. */
export const OUTCOME_TEXT: Readonly<Record<Outcome, string>> = {
  completed: 'the masked sum was opened and the shared model moved',
  'too-few-platforms': 'fewer platforms than the threshold reached the end of a stage before its deadline',
  'inconsistent-view': 'the platforms were not shown the same session; nothing was opened',
  'rejected-by-policy': "the session was weaker than a platform's own floor",
  'budget-exhausted': 'another round would spend more than the privacy budget holds',
  'protocol-violation': 'a message broke the protocol; nothing was opened',
  abandoned: 'the coordinator stopped in the middle of the attempt; nothing was opened after it came back',
};
