/**
 * The law that a piece of an encoder keeps: which data of other persons its output may depend on.
 * @module
 */

/** Ordered from the strictest to none. The printed claims follow from it. */
export type Law =
  /** Public facts and the history of the one person it is about. It costs the others nothing: epsilon 0. */
  | 'public'
  /** Public facts, the history of that person, and values released through charged sums. */
  | 'charged'
  /** Raw data of everybody on the platform: nothing is promised beyond sealing. */
  | 'sealed-only';

/** The laws that carry a claim. */
export type ClaimedLaw = Exclude<Law, 'sealed-only'>;

export const LAWS: readonly Law[] = ['public', 'charged', 'sealed-only'];

/** The law of pieces that are used together: that of the worst of them; `public` for none. */
export function worstLaw(laws: readonly Law[]): Law {
  return LAWS[laws.reduce((worst, law) => Math.max(worst, LAWS.indexOf(law)), 0)];
}
