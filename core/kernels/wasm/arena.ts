/**
 * The compiled kernels and the memory that they work in. The code is compiled once in a process. A job says how much memory
 * it needs and has exactly that: memory of WebAssembly never shrinks, so that of a large job is dropped with its instance.
 * @module
 */
import { code } from '../gen/code.js';

/** Functions of assembly/index.ts. Pointers are byte offsets. */
export interface KernelCode {
  multiply(x: number, rows: number, inner: number, b: number, columns: number, out: number): void;
  rotate(x: number, rows: number, d: number, rotation: number, room: number): void;
  crossProduct(x: number, d: number, y: number, m: number, rows: number, out: number, half: boolean): void;
  multiplyVector(x: number, rows: number, d: number, v: number, out: number): void;
  multiplySparse(
    ...[offsets, entries, weights, rows, v, width, scale, out]: [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ]
  ): void;
  add(from: number, to: number, length: number): void;
  keepBest(...[from, count, first, k, scores, rows]: [...[number, number, number], ...[number, number, number]]): void;
  keepBestOfColumns(
    ...[from, count, columns, offsets, first, k, least, scores, rows]: [
      ...[number, number, number, number],
      ...[number, number, number, number, number],
    ]
  ): void;
  candidateScores(
    ...[candidates, rows, width, rowPerson, items, persons, d, out]: [
      ...[number, number, number, number],
      ...[number, number, number, number],
    ]
  ): void;
  blendedRanks(
    ...[a, b, c, weightA, weightB, weightC, rows, width, out]: [
      ...[number, number, number, number],
      ...[number, number, number, number, number],
    ]
  ): void;
  tanh(x: number, length: number, out: number): void;
  affine(
    ...[x, rows, inner, b, columns, added, out]: [...[number, number, number, number], ...[number, number, number]]
  ): void;
  times(x: number, length: number, constant: number, out: number): void;
  slope(dy: number, bent: number, length: number, constant: number, out: number): void;
  followed(x: number, rows: number, width: number, constant: number, out: number): void;
  transposed(x: number, rows: number, columns: number, out: number): void;
  floatGram(x: number, rows: number, width: number, out: number): void;
  integerGram(x: number, rows: number, width: number, out: number): void;
  roundRows(
    ...[x, rows, width, factors, coins, out, ties]: [...[number, number, number, number], ...[number, number, number]]
  ): number;
  padRows(from: number, rows: number, width: number, padded: number, to: number): void;
  pairRows(x: number, rows: number, width: number): void;
  outerSum(x: number, left: number, y: number, right: number, rows: number, out: number): void;
  outerSumOfPairs(x: number, left: number, y: number, right: number, rows: number, out: number): void;
  addByteProducts(
    ...[rows, scales, radii, count, width, w, unit, length, scores, errors]: [
      ...[number, number, number, number, number],
      ...[number, number, number, number, number],
    ]
  ): void;
  keepPossible(
    ...[scores, errors, count, first, k, least, found, highest, held, most]: [
      ...[number, number, number, number, number],
      ...[number, number, number, number, number],
    ]
  ): number;
  polynomialValues(
    ...[coefficients, terms, points, bits, reduction, tables, out]: [
      ...[number, number, number, number, number, number, number],
    ]
  ): void;
  combineRows(
    ...[constants, rows, count, bits, reduction, tables, out]: [
      ...[number, number, number, number, number, number, number],
    ]
  ): void;
  addWords(to: number, from: number, words: number): void;
  subtractWords(to: number, from: number, words: number): void;
  solveRows(
    ...[offsets, seen, rows, fixed, solved, d, strengths, ridges, steps, room]: [
      ...[number, number, number, number, number],
      ...[number, number, number, number, number],
    ]
  ): void;
}

const PAGE = 65_536;
/** Bytes that a job may take. Addresses have 32 bits, and one machine rarely has more to spare for one job. */
export const LARGEST_ARENA = 2 ** 31;
/** Bytes that are kept for the next job instead of being dropped. */
const KEPT = 32 * 2 ** 20;

const bytes = Buffer.from(code, 'base64');
/** Undefined where the engine has no SIMD. */
const compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;

export class Arena {
  readonly code: KernelCode;
  readonly #buffer: ArrayBuffer;
  #top = 0;

  constructor(module: WebAssembly.Module, size: number) {
    const pages = Math.ceil(size / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const env = {
      memory,
      abort: () => {
        throw new RangeError('a kernel was called with what it does not take');
      },
    };
    this.code = new WebAssembly.Instance(module, { env }).exports as KernelCode;
    this.#buffer = memory.buffer;
  }

  get size(): number {
    return this.#buffer.byteLength;
  }

  /** Forgets what was taken after the first `kept` bytes; what is there stays until it is written over. */
  reset(kept = 0): void {
    this.#top = kept;
  }

  /** Bytes that are not taken. */
  get room(): number {
    return this.size - this.#top;
  }

  /** Bytes that are taken. */
  get taken(): number {
    return this.#top;
  }

  /** Room for `length` numbers of four bytes, as a byte offset that is a multiple of 16. Its content is undefined. */
  take(length: number): number {
    const at = this.#top;
    this.#top += paddedBytes(length);
    if (this.#top > this.size) throw new RangeError(`an arena of ${this.size} bytes was asked for ${this.#top}`);
    return at;
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.#buffer, at, length);
  }

  words(at: number, length: number): Uint32Array {
    return new Uint32Array(this.#buffer, at, length);
  }

  integers(at: number, length: number): Int32Array {
    return new Int32Array(this.#buffer, at, length);
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, at, length);
  }

  /** @param at a multiple of 8. */
  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.#buffer, at, length);
  }

  putWords(words: Uint32Array): number {
    const at = this.take(words.length);
    this.words(at, words.length).set(words);
    return at;
  }

  /** Rows of `width` numbers, each followed by zeros up to `padded`; then whole rows of zeros up to `rows`. */
  putRows(values: ArrayLike<number>, width: number, padded: number, rows = values.length / width): number {
    const at = this.take(rows * padded);
    this.writeRows(at, values, width, padded);
    this.floats(at, rows * padded).fill(0, (values.length / width) * padded);
    return at;
  }

  /** The same, where there is room already. */
  writeRows(at: number, values: ArrayLike<number>, width: number, padded: number): void {
    const to = this.floats(at, (values.length / width) * padded);
    if (width === padded) to.set(values);
    else for (let i = 0, o = 0; i < values.length; i += width, o += padded) copyRow(values, i, width, to, o, padded);
  }

  /** The first `width` numbers of each of `rows` rows. */
  rows(at: number, rows: number, width: number, padded: number): Float32Array {
    const from = this.floats(at, rows * padded);
    if (width === padded) return from.slice();
    const out = new Float32Array(rows * width);
    for (let r = 0; r < rows; r++) out.set(from.subarray(r * padded, r * padded + width), r * width);
    return out;
  }
}

function copyRow(from: ArrayLike<number>, i: number, width: number, to: Float32Array, o: number, padded: number): void {
  for (let j = 0; j < width; j++) to[o + j] = from[i + j];
  to.fill(0, o + width, o + padded);
}

/** Bytes of `length` numbers of four bytes, as {@link Arena.take} takes them. */
export function paddedBytes(length: number): number {
  return Math.ceil(length / 4) * 16;
}

export const isSupported = compiled !== undefined;

/** A new arena, for a job that keeps it. @throws RangeError when the machine has no such memory, or the engine no SIMD. */
export function openArena(size: number): Arena {
  if (compiled === undefined) throw new RangeError('this engine has no SIMD for WebAssembly');
  return new Arena(compiled, size);
}

let spare: Arena | undefined;

/** Runs a short job. What `use` returns must not lie in the arena: the next job writes over it. */
export function withArena<T>(size: number, use: (arena: Arena) => T): T {
  const arena = spare !== undefined && spare.size >= size ? spare : openArena(size);
  spare = undefined;
  arena.reset();
  try {
    return use(arena);
  } finally {
    if (arena.size <= KEPT) spare = arena;
  }
}
