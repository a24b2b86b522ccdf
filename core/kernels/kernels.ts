/**
 * The seam of the kernels: arithmetic on large typed arrays that a platform or a reference row spends its time with. Types
 * only. Two implementations hold to it, WebAssembly with SIMD and JavaScript; both keep factors in float32, and differ by
 * rounding alone (test/kernels/compliance.test.ts says by how much).
 * @module
 */

/** Compressed rows: the entries of row r are at positions `offsets[r]` up to (not with) `offsets[r + 1]`. */
export interface CompressedRows {
  readonly offsets: Uint32Array /* [rows + 1] */;
  readonly items: Uint32Array;
}

export interface FactorisationOrder {
  readonly dimension: number;
  /** Entries of persons are rows of items. */
  readonly persons: CompressedRows;
  /** The same by item. */
  readonly items: CompressedRows;
  /** Where the items' factors start, float32 [items, dimension]; those of persons start at zero. */
  readonly start: Float32Array;
  /** The ridge of each row of a side, above 0. */
  readonly ridges: Readonly<Record<Side, Float32Array>>;
}

export type Side = 'persons' | 'items';

/** The factors of both sides, kept where the kernel works until they are asked for. */
export interface Factorisation {
  /** XᵀX of a side's factors: float64 [dimension, dimension]. */
  gram(side: Side): Float64Array;
  /** x <- x R for the factors of both sides. @param rotation float64 [dimension, dimension] row-major */
  rotate(rotation: Float64Array): void;
  /**
   * Solves (B + FᵀF) x = Fᵀ1 for every row of `side` by steps of conjugate gradients from where the row stands, preconditioned with
   * B: F are the other side's factors of what the row has seen, B = diag(strengths) + the row's ridge. A row that has seen
   * nothing becomes zero.
   * @param strengths [dimension], at least 0
   */
  solve(side: Side, strengths: Float64Array, steps: number): void;
  /** A copy: float32 [rows, dimension]. */
  factors(side: Side): Float32Array;
}

export interface Kernels {
  readonly name: 'wasm' | 'javascript';
  factorisation(order: FactorisationOrder): Factorisation;
}
