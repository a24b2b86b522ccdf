/**
 * Ranks by blends of scores in WebAssembly.
 * @module
 */
import { LARGEST_ARENA, paddedBytes, withArena } from './arena.ts';

/** Rows a call: the engine compiles a hot function better between two calls, never within one. */
const ROWS_A_CALL = 512;

/** Undefined where the job is too large for one arena. */
export function ranksInWasm(
  lists: readonly Float32Array[],
  width: number,
  blends: readonly (readonly number[])[],
): Float32Array[] | undefined {
  const [{ length }] = lists;
  const rows = length / width;
  const size = lists.length * paddedBytes(length) + paddedBytes(rows);
  if (size > LARGEST_ARENA) return undefined;
  return withArena(size, (arena) => {
    const placed = lists.map((list) => arena.putRows(list, width, width));
    const out = arena.take(rows);
    const [a, b = a, c = a] = placed;
    return blends.map(([weightA, weightB = 0, weightC = 0]) => {
      for (let row = 0; row < rows; row += ROWS_A_CALL) {
        const at = row * width * 4;
        const from: [number, number, number, number] = [a + at, b + at, c + at, weightA];
        const count = Math.min(ROWS_A_CALL, rows - row);
        arena.code.blendedRanks(...from, weightB, weightC, count, width, out + row * 4);
      }
      return arena.floats(out, rows).slice();
    });
  });
}
