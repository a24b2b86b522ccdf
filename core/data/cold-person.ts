/**
 * @module
 */

/** A person with history on a source and hidden positives on the target. */
export interface ColdPerson {
  readonly person: string;
  /** Hidden interactions: indices into the target's catalogue. */
  readonly positives: Uint32Array;
  /** Ratings of the positives, where the target has explicit ones. */
  readonly ratings?: Float32Array;
  /** Interactions over all sources: the activity group. */
  readonly sourceInteractions: number;
}
