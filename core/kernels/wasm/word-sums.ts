/**
 * Sums of 32-bit words in WebAssembly: the vector stays in the arena until everything is added.
 * @module
 */
import type { TakeWords } from '../kernels.ts';
import { LARGEST_ARENA, paddedBytes, withArena } from './arena.ts';

/** Bytes that are added at a time: they and their place in the vector stay in a core's cache. */
const PIECE = 131_072;
/** Words of one step of the kernel. A piece may end within one, and the words after it in the arena take part as zeros. */
const STEP = 16;

/** False where the job is too large for one arena. */
export function sumWordsInWasm(vector: Uint32Array, use: (take: TakeWords) => void): boolean {
  const padded = Math.ceil(vector.length / STEP) * STEP + STEP;
  const size = paddedBytes(padded) + PIECE;
  if (size > LARGEST_ARENA) return false;
  withArena(size, (arena) => {
    const sum = arena.take(padded);
    const held = arena.words(sum, vector.length);
    held.set(vector);
    const at = arena.take(PIECE / 4);
    const piece = arena.bytes(at, PIECE);
    const take: TakeWords = (start, bytes, sign) => {
      if (start < 0 || bytes.length % 4 !== 0 || start + bytes.length / 4 > vector.length) {
        throw new RangeError(`${bytes.length} bytes do not fit into ${vector.length} words from ${start} on`);
      }
      for (let from = 0; from < bytes.length; from += PIECE) {
        const length = Math.min(PIECE, bytes.length - from);
        piece.set(from === 0 && length === bytes.length ? bytes : bytes.subarray(from, from + length));
        const words = Math.ceil(length / 4 / STEP) * STEP;
        piece.fill(0, length, 4 * words);
        const to = sum + 4 * start + from;
        if (sign === 1) arena.code.addWords(to, at, words);
        else arena.code.subtractWords(to, at, words);
      }
    };
    try {
      use(take);
      vector.set(held);
    } finally {
      // The words may be secret, and the arena is kept for other jobs.
      held.fill(0);
      piece.fill(0);
    }
  });
  return true;
}
