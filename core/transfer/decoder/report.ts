/**
 * The inputs and outputs of a decoder. Types only.
 * @module
 */

export interface ReleasedVector {
  readonly source: string;
  /** The released vector or code: [dimension of the source's release]. */
  readonly vector: Float32Array;
}

/** A fitted decoder as plain data: typed arrays, numbers and texts, so that a thread can hand it to another. */
export interface DecoderData {
  readonly report: DecoderReport;
}

/** The basis of a decoder, chosen on held-out persons inside the target. */
export interface DecoderReport {
  /** Number of persons known on both sides that the decoder was fitted on. */
  readonly warmPersons: number;
  /** Shares of decoder, prior and popularity, which sum to 1. With a decoder share of 0, transfer was shut out. */
  readonly blend: { readonly decoder: number; readonly prior: number; readonly popularity: number };
  /** Held-out NDCG@10 of each part alone and of the blend. */
  readonly heldOut: Readonly<Record<string, number>>;
  /** The weight of each source and, if it was shut out, the reason. */
  readonly sources: readonly { readonly source: string; readonly weight: number; readonly shutOutBecause?: string }[];
  /** The chosen hyper-parameters, by name. */
  readonly chosen: Readonly<Record<string, number | string>>;
}

export interface Explanation {
  /** The basis of this answer. */
  readonly basis: 'representation' | 'prior' | 'popularity';
  readonly parts: readonly { readonly name: string; readonly weight: number }[];
}
