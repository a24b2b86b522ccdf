/**
 * Implicit factorisation in WebAssembly: both sides' factors and entries lie in one arena until the job is over.
 * @module
 */
import type { CompressedRows, Factorisation, FactorisationOrder, Side } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';
import { addedUp, inEights, inFours } from './products.ts';

/** Rows a call: the engine compiles a hot function better between two calls, never within one. */
const ROWS_A_CALL = 512;

interface Placed {
  readonly rows: number;
  readonly offsets: number;
  readonly entries: number;
  readonly ridges: number;
  readonly factors: number;
}

/** Undefined where the job is too large for one arena. */
export function factorisationInWasm(order: FactorisationOrder): Factorisation | undefined {
  const size = bytesOf(order);
  return size > LARGEST_ARENA ? undefined : new WasmFactorisation(openArena(size), order);
}

class WasmFactorisation implements Factorisation {
  readonly #arena: Arena;
  readonly #d: number;
  /** d, padded to a multiple of 8. */
  readonly #width: number;
  readonly #sides: Readonly<Record<Side, Placed>>;
  readonly #strengths: number;
  readonly #square: number;
  readonly #room: number;

  constructor(arena: Arena, { dimension, items, persons, ridges, start }: FactorisationOrder) {
    const width = inEights(dimension);
    this.#arena = arena;
    this.#d = dimension;
    this.#width = width;
    const place = (rows: CompressedRows, ridge: Float32Array, factors: ArrayLike<number>): Placed => {
      const count = rows.offsets.length - 1;
      return {
        rows: count,
        offsets: arena.putWords(rows.offsets),
        entries: arena.putWords(rows.items),
        ridges: arena.putRows(ridge, 1, 1),
        factors: arena.putRows(factors, dimension, width, inFours(count)),
      };
    };
    this.#sides = { persons: place(persons, ridges.persons, []), items: place(items, ridges.items, start) };
    this.#strengths = arena.take(width);
    this.#square = arena.take(width * width);
    this.#room = arena.take(5 * width);
  }

  gram(side: Side): Float64Array {
    const d = this.#d;
    const { factors, rows } = this.#sides[side];
    return addedUp(this.#arena, { rows, d, m: d, sum: this.#square, isSymmetric: true }, (row) => {
      const at = factors + row * this.#width * 4;
      return { x: at, y: at };
    });
  }

  rotate(rotation: Float64Array): void {
    const d = this.#d;
    const width = this.#width;
    const square = this.#arena.floats(this.#square, width * width).fill(0);
    for (let i = 0; i < d; i++) square.set(rotation.subarray(i * d, (i + 1) * d), i * width);
    for (const { factors, rows } of [this.#sides.persons, this.#sides.items]) {
      for (let row = 0; row < rows; row += ROWS_A_CALL) {
        const count = inFours(Math.min(ROWS_A_CALL, rows - row));
        this.#arena.code.rotate(factors + row * width * 4, count, width, this.#square, this.#room);
      }
    }
  }

  solve(side: Side, strengths: Float64Array, steps: number): void {
    const width = this.#width;
    const { entries, factors, offsets, ridges, rows } = this.#sides[side];
    const fixed = this.#sides[side === 'persons' ? 'items' : 'persons'].factors;
    this.#arena.floats(this.#strengths, width).fill(0).set(strengths);
    for (let row = 0; row < rows; row += ROWS_A_CALL) {
      const count = Math.min(ROWS_A_CALL, rows - row);
      const from: [number, number, number, number, number] = [
        offsets + row * 4,
        entries,
        count,
        fixed,
        factors + row * width * 4,
      ];
      this.#arena.code.solveRows(...from, width, this.#strengths, ridges + row * 4, steps, this.#room);
    }
  }

  factors(side: Side): Float32Array {
    const { factors, rows } = this.#sides[side];
    return this.#arena.rows(factors, rows, this.#d, this.#width);
  }
}

function bytesOf({ dimension, items, persons }: FactorisationOrder): number {
  const width = inEights(dimension);
  const side = ({ items: entries, offsets }: CompressedRows): number =>
    paddedBytes(offsets.length) +
    paddedBytes(entries.length) +
    paddedBytes(offsets.length - 1) +
    paddedBytes(inFours(offsets.length - 1) * width);
  return side(persons) + side(items) + paddedBytes(width) + paddedBytes(width * width) + paddedBytes(5 * width);
}
