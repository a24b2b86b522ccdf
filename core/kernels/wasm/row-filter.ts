/**
 * Rows in bytes in WebAssembly.
 * @module
 */
import { toBytes, toShorts } from '../javascript/row-filter.ts';
import type { FilterOrder, Numbers, RowFilter } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';
import { inFours } from './products.ts';

const ROWS_A_CALL = 4096;
/** Places for rows that may be among the best, and for the best scores. */
const PLACES = 16_384;

const inSixteens = (width: number): number => Math.ceil(width / 16) * 16;

/** Undefined where the job is too large for one arena. */
export function holdFilterInWasm(order: FilterOrder): RowFilter | undefined {
  const rows = order.constants.length;
  const size =
    order.parts.reduce(
      (sum, { width }) =>
        sum +
        paddedBytes((inFours(rows) * inSixteens(width)) / 4) +
        2 * paddedBytes(rows) +
        paddedBytes(inSixteens(width) / 2),
      0,
    ) +
    2 * paddedBytes(rows) +
    2 * paddedBytes(ROWS_A_CALL) +
    3 * paddedBytes(PLACES);
  return size > LARGEST_ARENA ? undefined : new WasmFilter(openArena(size), order);
}

interface Part {
  readonly padded: number;
  readonly bytes: number;
  readonly scales: number;
  readonly radii: number;
  readonly shorts: number;
}

class WasmFilter implements RowFilter {
  readonly #arena: Arena;
  readonly #rows: number;
  readonly #parts: readonly Part[];
  readonly #constants: number;
  readonly #doubts: number;
  readonly #scores: number;
  readonly #errors: number;
  readonly #least: number;
  readonly #found: number;
  readonly #highest: number;

  constructor(arena: Arena, { constants, doubts, parts }: FilterOrder) {
    this.#arena = arena;
    this.#rows = constants.length;
    this.#parts = parts.map(({ width, x }) => {
      const padded = inSixteens(width);
      const { bytes, radii, scales } = toBytes(x, width, padded);
      const at = arena.take((inFours(this.#rows) * padded) / 4);
      arena.bytes(at, bytes.length).set(bytes);
      const facts = { scales: arena.putRows(scales, 1, 1), radii: arena.putRows(radii, 1, 1) };
      return { padded, bytes: at, ...facts, shorts: arena.take(padded / 2) };
    });
    this.#constants = arena.putRows(constants, 1, 1);
    this.#doubts = arena.putRows(doubts, 1, 1);
    [this.#scores, this.#errors] = [arena.take(ROWS_A_CALL), arena.take(ROWS_A_CALL)];
    [this.#least, this.#found, this.#highest] = [arena.take(PLACES), arena.take(PLACES), arena.take(PLACES)];
  }

  candidates(vs: readonly Numbers[], k: number): Uint32Array | undefined {
    if (k > PLACES) return undefined;
    const arena = this.#arena;
    const vectors = this.#parts.map(({ padded, shorts }, p) => {
      const vector = toShorts(vs[p], padded);
      arena.bytes(shorts, 2 * padded).set(new Uint8Array(vector.shorts.buffer));
      return vector;
    });
    arena.floats(this.#least, k).fill(-Infinity);
    let held = 0;
    for (let row = 0; row < this.#rows; row += ROWS_A_CALL) {
      const count = Math.min(ROWS_A_CALL, this.#rows - row);
      arena.floats(this.#scores, count).set(arena.floats(this.#constants + 4 * row, count));
      arena.floats(this.#errors, count).set(arena.floats(this.#doubts + 4 * row, count));
      this.#parts.forEach(({ bytes, padded, radii, scales, shorts }, p) => {
        const { length, unit } = vectors[p];
        if (length === 0) return;
        const from: [number, number, number] = [bytes + row * padded, scales + 4 * row, radii + 4 * row];
        const shape: [number, number] = [inFours(count), padded];
        arena.code.addByteProducts(...from, ...shape, shorts, unit, length, this.#scores, this.#errors);
      });
      const lists: [number, number, number] = [this.#least, this.#found, this.#highest];
      held = arena.code.keepPossible(this.#scores, this.#errors, count, row, k, ...lists, held, PLACES);
      if (held < 0) return undefined;
    }
    return arena.words(this.#found, held).slice();
  }
}
