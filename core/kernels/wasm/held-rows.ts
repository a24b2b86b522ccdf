/**
 * Rows that stay in WebAssembly and are scored again and again.
 * @module
 */
import { bestInJavaScript } from '../javascript/held-rows.ts';
import type { BestRows, HeldRows, Numbers, RowRange } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';
import { inEights, inFours } from './products.ts';

/** Rows that one vector is multiplied with a call: short enough that the first calls do not hold what is compiled better. */
const ROWS_A_CALL = 4096;
/** Vectors at once, and rows a call, whose scores fit the first cache. */
const VECTORS = 32;
const ROWS_A_BLOCK = 64;
/** Places in the lists of best rows, all vectors together. */
const PLACES = 4096;
/** Row of an empty place. */
const NOBODY = 0xffffffff;

/** Undefined where the job is too large for one arena. */
export function holdRowsInWasm(x: Float32Array, width: number, offsets?: Float32Array): HeldRows | undefined {
  const rows = x.length / width;
  const padded = inEights(width);
  const size =
    paddedBytes(inFours(rows) * padded) +
    paddedBytes(rows) +
    paddedBytes(VECTORS * padded) +
    paddedBytes(Math.max(inFours(ROWS_A_CALL), ROWS_A_BLOCK * VECTORS)) +
    paddedBytes(VECTORS) +
    2 * paddedBytes(PLACES);
  return size > LARGEST_ARENA ? undefined : new WasmRows(openArena(size), x, width, offsets);
}

class WasmRows implements HeldRows {
  readonly #arena: Arena;
  readonly #rows: number;
  readonly #width: number;
  readonly #padded: number;
  readonly #x: number;
  readonly #offsets: number;
  /** Vectors as they come, or transposed [padded, VECTORS]. */
  readonly #vectors: number;
  readonly #block: number;
  readonly #least: number;
  readonly #bestScores: number;
  readonly #bestRows: number;

  constructor(arena: Arena, x: Float32Array, width: number, offsets: Float32Array | undefined) {
    this.#arena = arena;
    this.#rows = x.length / width;
    this.#width = width;
    this.#padded = inEights(width);
    this.#x = arena.putRows(x, width, this.#padded, inFours(this.#rows));
    this.#offsets = arena.putRows(offsets ?? [], 1, 1, this.#rows);
    this.#vectors = arena.take(VECTORS * this.#padded);
    this.#block = arena.take(Math.max(inFours(ROWS_A_CALL), ROWS_A_BLOCK * VECTORS));
    this.#least = arena.take(VECTORS);
    this.#bestScores = arena.take(PLACES);
    this.#bestRows = arena.take(PLACES);
  }

  times(v: Numbers): Float32Array {
    const out = new Float32Array(this.#rows);
    this.#scores(v, 0, this.#rows, (row, count) => out.set(this.#arena.floats(this.#block, count), row));
    return out;
  }

  someTimes(v: Numbers, rows: Uint32Array): Float32Array {
    const arena = this.#arena;
    arena.writeRows(this.#vectors, v, this.#width, this.#padded);
    const product = arena.floats(this.#block, 1);
    const offsets = arena.floats(this.#offsets, this.#rows);
    return Float32Array.from(rows, (row) => {
      arena.code.multiplyVector(this.#x + row * this.#padded * 4, 1, this.#padded, this.#vectors, this.#block);
      return product[0] + offsets[row];
    });
  }

  row(r: number): Float32Array {
    return this.#arena.floats(this.#x + r * this.#padded * 4, this.#width);
  }

  best(vs: Numbers, k: number, { from = 0, until = this.#rows }: RowRange = {}): BestRows {
    const wanted = Math.min(k, until - from);
    const count = vs.length / this.#width;
    const at = count === 1 ? 1 : Math.min(VECTORS, Math.floor(PLACES / (8 * wanted)) * 8);
    if (wanted * at > PLACES || at === 0) return bestInJavaScript(this, vs, this.#width, wanted, from, until);
    const best = { k: wanted, rows: new Uint32Array(count * wanted), scores: new Float32Array(count * wanted) };
    for (let first = 0; first < count; first += at) {
      const some = Math.min(at, count - first);
      this.#arena.floats(this.#bestScores, PLACES).fill(-Infinity);
      this.#arena.words(this.#bestRows, PLACES).fill(NOBODY);
      const part = vs.subarray(first * this.#width, (first + some) * this.#width);
      if (some === 1) this.#bestOfOne(part, wanted, from, until);
      else this.#bestOfMany(part, some, wanted, from, until);
      best.scores.set(this.#arena.floats(this.#bestScores, some * wanted), first * wanted);
      best.rows.set(this.#arena.words(this.#bestRows, some * wanted), first * wanted);
    }
    return best;
  }

  #bestOfOne(v: Numbers, k: number, from: number, until: number): void {
    const { code } = this.#arena;
    this.#scores(v, from, until, (row, count) => {
      code.keepBest(this.#block, count, row, k, this.#bestScores, this.#bestRows);
    });
  }

  #bestOfMany(vs: Numbers, count: number, k: number, from: number, until: number): void {
    const { code } = this.#arena;
    const columns = inEights(count);
    const transposed = this.#arena.floats(this.#vectors, this.#padded * columns).fill(0);
    for (let v = 0; v < count; v++) {
      for (let i = 0; i < this.#width; i++) transposed[i * columns + v] = vs[v * this.#width + i];
    }
    const least = this.#arena.floats(this.#least, VECTORS);
    // No score is above Infinity: columns without a vector keep nothing.
    least.fill(-Infinity, 0, count).fill(Infinity, count);
    for (let row = from; row < until; row += ROWS_A_BLOCK) {
      const rows = Math.min(ROWS_A_BLOCK, until - row);
      const x = this.#x + row * this.#padded * 4;
      code.multiply(x, inFours(rows), this.#padded, this.#vectors, columns, this.#block);
      const offsets = this.#offsets + row * 4;
      const lists: [number, number, number] = [this.#least, this.#bestScores, this.#bestRows];
      code.keepBestOfColumns(this.#block, rows, columns, offsets, row, k, ...lists);
    }
  }

  /** X v + offsets in the block, some rows at a time. */
  #scores(v: Numbers, from: number, until: number, use: (row: number, count: number) => void): void {
    const { code } = this.#arena;
    this.#arena.writeRows(this.#vectors, v, this.#width, this.#padded);
    for (let row = from; row < until; row += ROWS_A_CALL) {
      const count = Math.min(ROWS_A_CALL, until - row);
      code.multiplyVector(this.#x + row * this.#padded * 4, count, this.#padded, this.#vectors, this.#block);
      code.add(this.#offsets + row * 4, this.#block, count);
      use(row, count);
    }
  }
}
