/**
 * A domain: one platform's people, catalogue and interactions, as plain typed arrays.
 * @module
 */

/** Interactions in compressed rows: those of person p are at positions `offsets[p]` up to (not with) `offsets[p + 1]`. */
export interface Interactions {
  readonly offsets: Uint32Array /* [persons + 1] */;
  /** Catalogue indices, each at most once per person, in the order of time where time is known. */
  readonly items: Uint32Array /* [interactions] */;
  /** Explicit ratings, NaN where unknown; absent where the source has none. */
  readonly ratings?: Float32Array /* [interactions] */;
  /** Unix seconds, NaN where unknown. */
  readonly timestamps?: Float64Array /* [interactions] */;
}

export interface Domain extends Interactions {
  /** The platform's name. */
  readonly name: string;
  /** Person ids (inside a platform: its own ids; once a pseudonym scheme has run: pseudonyms). Row p belongs to persons[p]. */
  readonly persons: readonly string[];
  /** Catalogue: item ids. */
  readonly catalogue: readonly string[];
  /** Titles beside the catalogue, where there are any: public text. */
  readonly titles?: readonly (string | undefined)[];
}

/** One person's history on one platform. */
export interface History {
  readonly items: Uint32Array;
  readonly ratings?: Float32Array;
}
