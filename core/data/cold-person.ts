/**
 * @module
 */

/** A person with a history on a source and hidden positives on the target. */
export interface ColdPerson {
  readonly person: string;
  /** Hidden interactions: indices into the target's catalogue. */
  readonly positives: Uint32Array;
  /** Ratings of the positives, if the target has explicit ratings. */
  readonly ratings?: Float32Array;
  /** Number of interactions on all sources, which decides the activity group. */
  readonly sourceInteractions: number;
}
