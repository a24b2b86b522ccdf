/**
 * Dense products and candidates' scores in WebAssembly. Every matrix is padded with zeros to a width that is a multiple of 8.
 * @module
 */
import type { CandidateOrder, HeldRows, Numbers } from '../kernels.ts';
import { LARGEST_ARENA, openArena, paddedBytes, withArena } from './arena.ts';

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

/** Rows that one vector is multiplied with a call: short enough that the first calls do not hold what is compiled better. */
const VECTOR_ROWS_A_CALL = 4096;

/** Undefined where the job is too large for one arena. */
export function holdRowsInWasm(x: Float32Array, width: number): HeldRows | undefined {
  const rows = x.length / width;
  const padded = inEights(width);
  const size = paddedBytes(rows * padded) + paddedBytes(padded) + paddedBytes(rows);
  if (size > LARGEST_ARENA) return undefined;
  const arena = openArena(size);
  const atX = arena.putRows(x, width, padded);
  const atV = arena.take(padded);
  const out = arena.take(rows);
  return {
    times(v) {
      arena.writeRows(atV, v, width, padded);
      for (let row = 0; row < rows; row += VECTOR_ROWS_A_CALL) {
        const count = Math.min(VECTOR_ROWS_A_CALL, rows - row);
        arena.code.multiplyVector(atX + row * padded * 4, count, padded, atV, out + row * 4);
      }
      return arena.floats(out, rows).slice();
    },
    row: (r) => arena.floats(atX + r * padded * 4, width),
  };
}

/** XᵀY, or XᵀX where `y` is undefined: rows go through a small room a block at a time. */
export function crossProductInWasm(x: Numbers, d: number, y: Numbers | undefined, m: number): Float64Array {
  const rows = x.length / d;
  const [dWidth, mWidth] = [inEights(d), inEights(m)];
  const out = new Float64Array(d * m);
  const size = paddedBytes(ROWS_A_SUM * dWidth) + paddedBytes(ROWS_A_SUM * mWidth) + paddedBytes(dWidth * mWidth);
  withArena(size, (arena) => {
    const atX = arena.take(ROWS_A_SUM * dWidth);
    const atY = y === undefined ? atX : arena.take(ROWS_A_SUM * mWidth);
    const atSum = arena.take(dWidth * mWidth);
    const sum = arena.floats(atSum, dWidth * mWidth);
    for (let row = 0; row < rows; row += ROWS_A_SUM) {
      const until = Math.min(rows, row + ROWS_A_SUM);
      arena.writeRows(atX, x.subarray(row * d, until * d), d, dWidth);
      if (y !== undefined) arena.writeRows(atY, y.subarray(row * m, until * m), m, mWidth);
      sum.fill(0);
      arena.code.crossProduct(atX, dWidth, atY, mWidth, until - row, atSum, y === undefined);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < (y === undefined ? i + 1 : m); j++) out[i * m + j] += sum[i * mWidth + j];
      }
    }
  });
  if (y === undefined) for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[j * d + i] = out[i * d + j];
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
