/**
 * A linear kernel of sparse and dense features in WebAssembly. The kernel matrix itself is never made.
 * @module
 */
import type { FeatureOrder, HeldFeatures, Numbers } from '../kernels.ts';
import { transposeWeighted } from '../transpose.ts';
import type { WeightedRows } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';
import { inEights, inFours } from './products.ts';

/** Rows a call: the engine compiles a hot function better between two calls, never within one. */
const ROWS_A_CALL = 256;

interface PlacedRows {
  readonly rows: number;
  readonly offsets: number;
  readonly entries: number;
  readonly weights: number;
}

/** Undefined where the job is too large for one arena. */
export function holdFeaturesInWasm(order: FeatureOrder): HeldFeatures | undefined {
  const size = bytesOf(order);
  return size > LARGEST_ARENA ? undefined : new WasmFeatures(openArena(size), order);
}

class WasmFeatures implements HeldFeatures {
  readonly #arena: Arena;
  readonly #order: FeatureOrder;
  readonly #rows: number;
  readonly #columns: number;
  readonly #denseWidth: number;
  readonly #sparse: PlacedRows;
  readonly #transposed: PlacedRows;
  readonly #dense: number;
  /** V [rows, columns]; PᵀV [sparseWidth, columns]; FᵀV [denseWidth, columns]; two results [rows, columns]. */
  readonly #v: number;
  readonly #ofSparse: number;
  readonly #ofDense: number;
  readonly #out: number;
  readonly #other: number;

  constructor(arena: Arena, order: FeatureOrder) {
    const { columns, dense, denseWidth, sparse, sparseWidth } = order;
    const rows = sparse.offsets.length - 1;
    this.#arena = arena;
    this.#order = order;
    this.#rows = rows;
    this.#columns = inEights(columns);
    this.#denseWidth = inEights(denseWidth);
    const place = ({ items, offsets, weights }: WeightedRows): PlacedRows => ({
      rows: offsets.length - 1,
      offsets: arena.putWords(offsets),
      entries: arena.putWords(items),
      weights: arena.putRows(weights, 1, 1),
    });
    this.#sparse = place(sparse);
    this.#transposed = place(transposeWeighted(sparse, sparseWidth));
    this.#dense = arena.putRows(dense, denseWidth, this.#denseWidth, inFours(rows));
    this.#v = arena.take(inFours(rows) * this.#columns);
    this.#ofSparse = arena.take(sparseWidth * this.#columns);
    this.#ofDense = arena.take(this.#denseWidth * this.#columns);
    this.#out = arena.take(inFours(rows) * this.#columns);
    this.#other = arena.take(inFours(rows) * this.#columns);
  }

  kernelTimes(v: Numbers, share: number): Float32Array {
    const { code } = this.#arena;
    this.#transposedTimes(v);
    this.#multiplySparse(this.#sparse, this.#ofSparse, share, this.#out);
    const ofDense = this.#arena.floats(this.#ofDense, this.#denseWidth * this.#columns);
    for (let i = 0; i < ofDense.length; i++) ofDense[i] *= 1 - share;
    for (let row = 0; row < this.#rows; row += ROWS_A_CALL) {
      const count = inFours(Math.min(ROWS_A_CALL, this.#rows - row));
      const from = this.#dense + row * this.#denseWidth * 4;
      const to = this.#other + row * this.#columns * 4;
      code.multiply(from, count, this.#denseWidth, this.#ofDense, this.#columns, to);
    }
    code.add(this.#other, this.#out, this.#rows * this.#columns);
    return this.#arena.rows(this.#out, this.#rows, this.#order.columns, this.#columns);
  }

  transposedTimes(v: Numbers): { readonly sparse: Float32Array; readonly dense: Float32Array } {
    const { columns, denseWidth, sparseWidth } = this.#order;
    this.#transposedTimes(v);
    return {
      sparse: this.#arena.rows(this.#ofSparse, sparseWidth, columns, this.#columns),
      dense: this.#arena.rows(this.#ofDense, denseWidth, columns, this.#columns),
    };
  }

  #transposedTimes(v: Numbers): void {
    const arena = this.#arena;
    arena.writeRows(this.#v, v, this.#order.columns, this.#columns);
    this.#multiplySparse(this.#transposed, this.#v, 1, this.#ofSparse);
    arena.floats(this.#ofDense, this.#denseWidth * this.#columns).fill(0);
    for (let row = 0; row < this.#rows; row += ROWS_A_CALL) {
      const x = this.#dense + row * this.#denseWidth * 4;
      const y = this.#v + row * this.#columns * 4;
      const count = Math.min(ROWS_A_CALL, this.#rows - row);
      arena.code.crossProduct(x, this.#denseWidth, y, this.#columns, count, this.#ofDense, false);
    }
  }

  #multiplySparse({ entries, offsets, rows, weights }: PlacedRows, v: number, scale: number, out: number): void {
    for (let row = 0; row < rows; row += ROWS_A_CALL) {
      const from: [number, number, number, number] = [
        offsets + row * 4,
        entries,
        weights,
        Math.min(ROWS_A_CALL, rows - row),
      ];
      this.#arena.code.multiplySparse(...from, v, this.#columns, scale, out + row * this.#columns * 4);
    }
  }
}

function bytesOf({ columns, denseWidth, sparse, sparseWidth }: FeatureOrder): number {
  const rows = inFours(sparse.offsets.length - 1);
  const entries = paddedBytes(sparse.items.length);
  const width = inEights(columns);
  return (
    4 * entries +
    paddedBytes(sparse.offsets.length) +
    paddedBytes(sparseWidth + 1) +
    paddedBytes(rows * inEights(denseWidth)) +
    3 * paddedBytes(rows * width) +
    paddedBytes(sparseWidth * width) +
    paddedBytes(inEights(denseWidth) * width)
  );
}
