/**
 * Steps of a network in one arena: each step finds its numbers where the one before left them.
 * @module
 */
import { scaled } from '../javascript/workbench.ts';
import type { Workbench } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, openArena, paddedBytes } from './arena.ts';

/** @param outside takes the steps for which there is no room, with the same bits. */
export function workbenchInWasm(room: number, outside: Workbench): Workbench {
  const size = paddedBytes(room + 2 * SLACK);
  return room === 0 || size > LARGEST_ARENA ? outside : new WasmWorkbench(openArena(size), outside);
}

/** A step over four numbers at a time may read this many behind the last one. */
const SLACK = 4;

class WasmWorkbench implements Workbench {
  readonly #arena: Arena;
  readonly #all: Float32Array;
  readonly #outside: Workbench;
  #kept: number;

  constructor(arena: Arena, outside: Workbench) {
    this.#arena = arena;
    // No matrix begins at 0, which stands for none.
    arena.take(SLACK);
    this.#kept = arena.taken;
    this.#all = arena.floats(0, arena.size / 4);
    this.#outside = outside;
  }

  zeros(length: number): Float32Array {
    return this.#hasRoom(length) ? this.#at(this.#take(length), length).fill(0) : this.#outside.zeros(length);
  }

  multiply(
    x: Float32Array,
    inner: number,
    b: Float32Array,
    columns: number,
    row?: Float32Array,
    constant = 1,
  ): Float32Array {
    const rows = x.length / inner;
    const length = rows * columns;
    if (!this.#hasRoom(length + columns, x, b)) return this.#outside.multiply(x, inner, b, columns, row, constant);
    const [atX, atB] = [this.#place(x), this.#place(b)];
    const added = row === undefined ? 0 : this.#place(scaled(row, constant));
    const out = this.#take(length);
    this.#arena.code.affine(atX, rows, inner, atB, columns, added, out);
    return this.#at(out, length);
  }

  tanh(x: Float32Array): Float32Array {
    if (!this.#hasRoom(x.length, x)) return this.#outside.tanh(x);
    const [from, out] = [this.#place(x), this.#take(x.length)];
    this.#arena.code.tanh(from, x.length, out);
    return this.#at(out, x.length);
  }

  times(x: Float32Array, constant: number): Float32Array {
    if (!this.#hasRoom(x.length, x)) return this.#outside.times(x, constant);
    const [from, out] = [this.#place(x), this.#take(x.length)];
    this.#arena.code.times(from, x.length, constant, out);
    return this.#at(out, x.length);
  }

  slope(dy: Float32Array, bent: Float32Array, constant: number): Float32Array {
    if (!this.#hasRoom(dy.length, dy, bent)) return this.#outside.slope(dy, bent, constant);
    const [from, at, out] = [this.#place(dy), this.#place(bent), this.#take(dy.length)];
    this.#arena.code.slope(from, at, dy.length, constant, out);
    return this.#at(out, dy.length);
  }

  followed(x: Float32Array, width: number, constant: number): Float32Array {
    const rows = x.length / width;
    if (!this.#hasRoom(x.length + rows, x)) return this.#outside.followed(x, width, constant);
    const [from, out] = [this.#place(x), this.#take(x.length + rows)];
    this.#arena.code.followed(from, rows, width, constant, out);
    return this.#at(out, x.length + rows);
  }

  transposed(x: Float32Array, columns: number): Float32Array {
    if (!this.#hasRoom(x.length, x)) return this.#outside.transposed(x, columns);
    const [from, out] = [this.#place(x), this.#take(x.length)];
    this.#arena.code.transposed(from, x.length / columns, columns, out);
    return this.#at(out, x.length);
  }

  keep(x: Float32Array): Float32Array {
    this.clear();
    if (!this.#hasRoom(x.length)) return this.#outside.keep(x);
    const at = this.#take(x.length);
    this.#kept = this.#arena.taken;
    this.#all.set(x, at >> 2);
    return this.#at(at, x.length);
  }

  clear(): void {
    this.#arena.reset(this.#kept);
  }

  /** True if there is room for a result, and for those operands that lie elsewhere. */
  #hasRoom(result: number, ...operands: readonly Float32Array[]): boolean {
    let bytes = paddedBytes(result) + paddedBytes(SLACK) * 4;
    for (const x of operands) if (!this.#isHere(x)) bytes += paddedBytes(x.length);
    return bytes <= this.#arena.room;
  }

  #isHere(x: Float32Array): boolean {
    return x.buffer === this.#all.buffer;
  }

  #place(x: Float32Array): number {
    if (this.#isHere(x)) return x.byteOffset;
    const at = this.#take(x.length);
    this.#all.set(x, at >> 2);
    return at;
  }

  #take(length: number): number {
    return this.#arena.take(length);
  }

  #at(at: number, length: number): Float32Array {
    return this.#arena.floats(at, length);
  }
}
