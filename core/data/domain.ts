/**
 * A domain: one platform's persons, catalogue and interactions, in plain typed arrays.
 * @module
 */

/** Interactions in compressed rows: those of person p start at `offsets[p]` and end before `offsets[p + 1]`. */
export interface Interactions {
  readonly offsets: Uint32Array /* [persons + 1] */;
  /** Catalogue indices, each at most once per person, in the order of time if all times of the person are known. */
  readonly items: Uint32Array /* [interactions] */;
  /** Explicit ratings, NaN if unknown; absent if the source has none. */
  readonly ratings?: Float32Array /* [interactions] */;
  /** Unix seconds, NaN if unknown. */
  readonly timestamps?: Float64Array /* [interactions] */;
}

/** Public facts about items besides their ids. Vectors are keyed by id, so that a selection of items need not renumber them. */
export interface ItemFacts {
  /** Public titles of the catalogue's items, if there are any. */
  readonly titles?: readonly (string | undefined)[];
  /** Vectors of the platform's items, made without looking at interactions, for example from images; absent: none. */
  readonly vectors?: ItemTable;
}

export interface ItemTable {
  /** Length of each vector. */
  readonly dimension: number;
  /** Fingerprint of what made the vectors, a SHA-256 in hex: equal ones mean the same by each number. Absent: unknown. */
  readonly made?: string;
  readonly of: ReadonlyMap<string, Float32Array>;
}

export interface Domain extends Interactions, ItemFacts {
  /** The platform's name. */
  readonly name: string;
  /** Person ids: a platform's own ids, or pseudonyms once a pseudonym scheme has run. Row p belongs to persons[p]. */
  readonly persons: readonly string[];
  /** Item ids of the catalogue. */
  readonly catalogue: readonly string[];
  /** Coarse attributes of persons, such as `age=25-34`, by person id; absent: the platform has none. */
  readonly attributes?: ReadonlyMap<string, readonly string[]>;
  /** Place of each item in the federation's vocabulary, -1 outside of it; absent: the federation has none. */
  readonly places?: Int32Array /* [items] */;
}

/** Public facts about the items of a platform, by catalogue index. */
export interface Catalogue extends ItemFacts {
  readonly ids: readonly string[];
}

/** One person's history on one platform. */
export interface History {
  readonly items: Uint32Array;
  readonly ratings?: Float32Array;
  /** Unix seconds, NaN if unknown. */
  readonly timestamps?: Float64Array;
  /** The person's own coarse attributes. */
  readonly attributes?: readonly string[];
}
