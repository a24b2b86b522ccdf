/**
 * Dense products and candidates' scores in WebAssembly. Every matrix is padded with zeros to a width that is a multiple of 8.
 * @module
 */
import type { CandidateOrder, Numbers } from '../kernels.ts';
import type { Arena } from './arena.ts';
import { LARGEST_ARENA, paddedBytes, withArena } from './arena.ts';

/** Rows a call: the engine compiles a hot function better between two calls, never within one. */
const ROWS_A_CALL = 64;
/** Rows whose products are summed in float32 before they are added up in float64. */
const ROWS_A_SUM = 256;

export const inEights = (width: number): number => Math.ceil(width / 8) * 8;
export const inFours = (rows: number): number => Math.ceil(rows / 4) * 4;

/** Undefined where the job is too large for one arena. */
export function multiplyInWasm(x: Numbers, inner: number, b: Numbers, columns: number): Float32Array | undefined {
  const rows = x.length / inner;
  const width = inEights(columns);
  const size = paddedBytes(inFours(rows) * inner) + paddedBytes(inner * width) + paddedBytes(inFours(rows) * width);
  if (size > LARGEST_ARENA) return undefined;
  return withArena(size, (arena) => {
    const atX = arena.putRows(x, inner, inner, inFours(rows));
    const atB = arena.putRows(b, columns, width);
    const out = arena.take(inFours(rows) * width);
    for (let row = 0; row < rows; row += ROWS_A_CALL) {
      const count = inFours(Math.min(ROWS_A_CALL, rows - row));
      arena.code.multiply(atX + row * inner * 4, count, inner, atB, width, out + row * width * 4);
    }
    return arena.rows(out, rows, columns, width);
  });
}

/** Undefined where the job is too large for one arena. */
export function tanhInWasm(x: Float32Array): Float32Array | undefined {
  const length = inFours(x.length);
  if (2 * paddedBytes(length) > LARGEST_ARENA) return undefined;
  return withArena(2 * paddedBytes(length), (arena) => {
    const at = arena.take(length);
    arena.floats(at, length).fill(0, x.length).set(x);
    const out = arena.take(length);
    arena.code.tanh(at, length, out);
    return arena.floats(out, x.length).slice();
  });
}

/** XᵀY, or XᵀX where `y` is undefined: rows go through a small room a block at a time. */
export function crossProductInWasm(x: Numbers, d: number, y: Numbers | undefined, m: number): Float64Array {
  const [dWidth, mWidth] = [inEights(d), inEights(m)];
  const size = paddedBytes(ROWS_A_SUM * dWidth) + paddedBytes(ROWS_A_SUM * mWidth) + paddedBytes(dWidth * mWidth);
  return withArena(size, (arena) => {
    const atX = arena.take(ROWS_A_SUM * dWidth);
    const atY = y === undefined ? atX : arena.take(ROWS_A_SUM * mWidth);
    const sum = arena.take(dWidth * mWidth);
    return addedUp(arena, { rows: x.length / d, d, m, sum, isSymmetric: y === undefined }, (row, count) => {
      arena.writeRows(atX, x.subarray(row * d, (row + count) * d), d, dWidth);
      if (y !== undefined) arena.writeRows(atY, y.subarray(row * m, (row + count) * m), m, mWidth);
      return { x: atX, y: atY };
    });
  });
}

/**
 * XᵀY over blocks of rows: products are summed in float32 within a block, and in float64 over blocks.
 * @param sum room for one block's sum. @param place says where a block's rows are.
 */
export function addedUp(
  arena: Arena,
  shape: {
    readonly rows: number;
    readonly d: number;
    readonly m: number;
    readonly sum: number;
    readonly isSymmetric: boolean;
  },
  place: (row: number, count: number) => { readonly x: number; readonly y: number },
): Float64Array {
  const { d, isSymmetric, m, rows, sum } = shape;
  const [dWidth, mWidth] = [inEights(d), inEights(m)];
  const out = new Float64Array(d * m);
  const part = arena.floats(sum, dWidth * mWidth);
  for (let row = 0; row < rows; row += ROWS_A_SUM) {
    const count = Math.min(ROWS_A_SUM, rows - row);
    const { x, y } = place(row, count);
    part.fill(0);
    arena.code.crossProduct(x, dWidth, y, mWidth, count, sum, isSymmetric);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < (isSymmetric ? i + 1 : m); j++) out[i * m + j] += part[i * mWidth + j];
    }
  }
  if (isSymmetric) for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[j * d + i] = out[i * d + j];
  return out;
}

/** Undefined where the job is too large for one arena. */
export function candidateScoresInWasm(order: CandidateOrder): Float32Array | undefined {
  const { candidates, dimension: d, items, persons, rowPerson, width } = order;
  const padded = inEights(d);
  const size =
    paddedBytes(candidates.length) * 2 +
    paddedBytes(rowPerson.length) +
    paddedBytes((items.length / d) * padded) +
    paddedBytes((persons.length / d) * padded);
  if (size > LARGEST_ARENA) return undefined;
  return withArena(size, (arena) => {
    const atCandidates = arena.putWords(candidates);
    const atPerson = arena.putWords(rowPerson);
    const atItems = arena.putRows(items, d, padded);
    const atPersons = arena.putRows(persons, d, padded);
    const out = arena.take(candidates.length);
    for (let row = 0; row < rowPerson.length; row += ROWS_A_CALL) {
      const count = Math.min(ROWS_A_CALL, rowPerson.length - row);
      const at = row * width * 4;
      const from: [number, number, number, number] = [atCandidates + at, count, width, atPerson + row * 4];
      arena.code.candidateScores(...from, atItems, atPersons, padded, out + at);
    }
    return arena.floats(out, candidates.length).slice();
  });
}
