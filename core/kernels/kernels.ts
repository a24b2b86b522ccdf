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
  /** Initial factors of the items, float32 [items, dimension]. Those of persons start at zero. */
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

export type Numbers = Float32Array | Float64Array;

/** Rows of factors that are scored against vectors again and again: the score of row r is X_r v + its offset. */
export interface HeldRows {
  /** Scores of all rows: float32 [rows]. */
  times(v: Numbers): Float32Array;
  /** Scores of some rows, the same to the bit as those among all. */
  someTimes(v: Numbers, rows: Uint32Array): Float32Array;
  /**
   * The k rows that score best for each of many vectors [count, width]. A score of many vectors may differ in the last digits
   * from that of one: the sums have another order.
   */
  best(vs: Numbers, k: number, among?: RowRange): BestRows;
  /** Row r, where it lies: not to be written to. */
  row(r: number): Float32Array;
}

export interface FilterOrder {
  /** Matrices [rows, width] of the same rows. */
  readonly parts: readonly { readonly x: Float32Array; readonly width: number }[];
  readonly constants: Float32Array /* [rows] */;
  /** How far the score of each row may be from the products and the constant, apart from the rounding of the products. */
  readonly doubts: Float32Array /* [rows] */;
}

/** Rows in bytes: they say which rows are worth an exact score, and take a quarter of the memory that is read for all. */
export interface RowFilter {
  /**
   * Every row that may be among the k best of the sum of X v over the parts, and the constant, whatever the order in which the products
   * are summed in float32; and few others. Ascending. Undefined where too many may be. A constant of -Infinity leaves a row out.
   * @param vs one vector for each part
   */
  candidates(vs: readonly Numbers[], k: number): Uint32Array | undefined;
}

/** Rows from `from` (0 where absent) up to, not with, `until` (all rows where absent). */
export interface RowRange {
  readonly from?: number;
  readonly until?: number;
}

/** Best first; of equal scores the first row. */
export interface BestRows {
  /** Length of each list: what was asked for, or the number of rows where that is less. */
  readonly k: number;
  /** [count, k] row-major. Scores that are not above -Infinity are left out: a place without a row holds 2^32 - 1. */
  readonly rows: Uint32Array;
  readonly scores: Float32Array /* [count, k] row-major */;
}

export interface WeightedRows extends CompressedRows {
  readonly weights: Float32Array;
}

/** Rows [P, F] of persons: P sparse, F dense. */
export interface FeatureOrder {
  readonly sparse: WeightedRows;
  readonly sparseWidth: number;
  readonly dense: Float32Array /* [rows, denseWidth] */;
  readonly denseWidth: number;
  /** Columns of what is multiplied. */
  readonly columns: number;
}

/** The kernel s P Pᵀ + (1 - s) F Fᵀ of such rows, which is never made: two products with its halves take its place. */
export interface HeldFeatures {
  /** For V [rows, columns]: float32 [rows, columns]. @param share s */
  kernelTimes(v: Numbers, share: number): Float32Array;
  /** PᵀV, float32 [sparseWidth, columns], and FᵀV, float32 [denseWidth, columns]. */
  transposedTimes(v: Numbers): { readonly sparse: Float32Array; readonly dense: Float32Array };
}

export interface CandidateOrder {
  /** Item numbers, `width` a row. */
  readonly candidates: Uint32Array /* [rows, width] */;
  readonly width: number;
  /** The person that each row of candidates is scored for. */
  readonly rowPerson: Uint32Array /* [rows] */;
  readonly dimension: number;
  readonly items: Numbers /* [items, dimension] */;
  readonly persons: Numbers /* [persons, dimension] */;
}

/** Blocks of a sum of outer products, and room for the rows of as many persons as are summed at once. */
export interface OuterOrder {
  readonly blocks: readonly { readonly rows: number; readonly columns: number }[];
  /** Largest number of outer products that one person has in one block. */
  readonly terms: number;
  readonly persons: number;
}

/** Inner products of the terms of one person's two sides: float64 [terms, terms] each. Read them before the next call. */
export interface Grams {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

/**
 * Outer products of integers, rounded at random from floats one person at a time, and their exact sum over persons. No outer
 * product is ever written out.
 */
export interface OuterSums {
  /** Holds one person's terms of a block, left float32 [terms, rows] and right [terms, columns], until the next ones come. */
  place(block: number, left: Float32Array, right: Float32Array): Grams;
  /** Room for the coins of what was placed last in this block, 8 bits each. Fill it before each call of {@link round}. */
  coins(block: number): Uint32Array;
  /**
   * Rounds what was placed: |value| times the factor of its term, up with a probability equal to the fraction. A call again
   * takes the place of the one before. Integers are exact, and so are their inner products as long as no sum of squares
   * reaches 2^53.
   * @param factors two for each term, left and right, rounded to float32
   * @param word draws 32 further bits for each coin that its first 8 bits do not decide: one in 256
   */
  round(block: number, factors: Float64Array, word: () => number): Grams;
  /** Takes the rounded terms of every block into the sum. */
  keep(): void;
  /**
   * Adds the sum of what was kept of a block, each number modulo 2^32 and signed, to `into` [rows, columns] from `at` on, and
   * forgets it.
   */
  addTo(block: number, into: Float64Array, at: number): void;
}

/**
 * Steps of a network in float32 whose results stay where the kernel works, until {@link clear}. Arguments may lie elsewhere: they
 * are copied in. A row of a result has the same bits whichever rows are beside it.
 */
export interface Workbench {
  zeros(length: number): Float32Array;
  /** X B for X [rows, inner] and B [inner, columns], plus a constant times the row, if there is one. */
  multiply(
    ...[x, inner, b, columns, row, constant]: [
      ...[Float32Array, number, Float32Array, number],
      ...[(Float32Array | undefined)?, number?],
    ]
  ): Float32Array;
  tanh(x: Float32Array): Float32Array;
  /** Every number times a constant. */
  times(x: Float32Array, constant: number): Float32Array;
  /** dy constant (1 - bent²): the slope of constant tanh at a point where tanh is `bent`, times dy. */
  slope(dy: Float32Array, bent: Float32Array, constant: number): Float32Array;
  /** X [rows, width] with a constant after each row. */
  followed(x: Float32Array, width: number, constant: number): Float32Array;
  /** Xᵀ for X [rows, columns]. */
  transposed(x: Float32Array, columns: number): Float32Array;
  /** Copies numbers to where they stay for the workbench's life. Clears it. */
  keep(x: Float32Array): Float32Array;
  /** Forgets all results: their memory is used again. */
  clear(): void;
}

/** Takes the little-endian words of `bytes` into the sum, plus or minus, from word `start` on. A multiple of four bytes. */
export type TakeWords = (start: number, bytes: Uint8Array, sign: 1 | -1) => void;

/** GF(2^bits): the integers below 2^bits as polynomials over GF(2), modulo an irreducible one. */
export interface SymbolField {
  /** m: bits of a symbol. */
  readonly bits: 8 | 16;
  /** The irreducible polynomial without x^m. */
  readonly reduction: number;
}

/** Matrices are row-major; those in float64 are rounded to float32 first. */
export interface Kernels {
  readonly name: 'wasm' | 'javascript';
  /** X B for X [rows, inner] and B [inner, columns]: float32 [rows, columns]. */
  multiply(x: Numbers, inner: number, b: Numbers, columns: number): Float32Array;
  /** Keeps X [rows, width] and the rows' offsets, zeros where absent: float32 [rows]. */
  holdRows(x: Float32Array, width: number, offsets?: Float32Array): HeldRows;
  holdFilter(order: FilterOrder): RowFilter;
  holdFeatures(order: FeatureOrder): HeldFeatures;
  /** XᵀY for X [rows, d] and Y [rows, m]: float64 [d, m]. */
  crossProduct(x: Numbers, d: number, y: Numbers, m: number): Float64Array;
  /** XᵀX for X [rows, d]: float64 [d, d]. */
  gram(x: Numbers, d: number): Float64Array;
  /** Inner products of each candidate's factors with those of its row's person: float32, in the order of the candidates. */
  candidateScores(order: CandidateOrder): Float32Array;
  /**
   * For each blend float32 [rows]: the rank, from 1, of each row's first candidate among its row by Σ weight list, summed in
   * float32; ties count half.
   * @param lists one to three lists of scores of the same candidates, float32 [rows, width]
   * @param blends weights, one for each list
   */
  ranks(lists: readonly Float32Array[], width: number, blends: readonly (readonly number[])[]): Float32Array[];
  factorisation(order: FactorisationOrder): Factorisation;
  outerSums(order: OuterOrder): OuterSums;
  /**
   * @param room numbers for which there is room; 0: none, every result has memory of its own. Results beyond the room have the same
   * bits, but are copied to and fro.
   */
  workbench(room: number): Workbench;
  /**
   * Adds words to `vector`, modulo 2^32, as often as `use` calls its argument. `vector` has the sum when this returns.
   */
  sumWords(vector: Uint32Array, use: (take: TakeWords) => void): void;
  /**
   * Values of Σ coefficient_i x^i at the points 1 to `points`: [points, 32]. Rows of 32 bytes are vectors of symbols, those of 16
   * bits little-endian. Rows may be secret: the time depends on sizes and constants alone, and nothing stays in the kernel's memory.
   * @param coefficients [terms, 32]
   */
  polynomialValues(field: SymbolField, coefficients: Uint8Array, points: number): Uint8Array;
  /** Σ constant_i row_i for rows [count, 32], which may be secret, and public constants [count]: 32 bytes. */
  combineRows(field: SymbolField, constants: Uint32Array, rows: Uint8Array): Uint8Array;
  /** tanh of every number, to 4e-7. NaN stays NaN. */
  tanh(x: Float32Array): Float32Array;
}
