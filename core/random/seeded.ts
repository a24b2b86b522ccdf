/**
 * A seeded cryptographic generator for tests and simulations: the same seed gives the same bytes, so a run can be repeated. A
 * seeded run must not count as a release: anybody who knows the seed can compute the noise and the keys.
 * @module
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { RandomSource } from './source.ts';

/** Bytes that are encrypted at once where few are asked for. */
const BLOCK = 4096;
const ZEROS = new Uint8Array(65_536);

/** The AES-256-CTR keystream under SHA-256 of a label and the seed. A seed that is text is encoded as UTF-8. */
export function seededRandom(seed: Uint8Array | string): RandomSource {
  const key = createHash('sha256').update('isthmus/seeded-random/1\0').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
  const next = (length: number): Uint8Array => {
    const { buffer, byteOffset } = cipher.update(ZEROS.subarray(0, length));
    return new Uint8Array(buffer, byteOffset, length);
  };
  let left: Uint8Array = new Uint8Array(0);
  return {
    bytes(length) {
      // A long request takes its bytes as the cipher gives them, not copied once more.
      if (left.length === 0 && length >= BLOCK && length <= ZEROS.length) return next(length);
      const bytes = new Uint8Array(length);
      for (let filled = 0; filled < length;) {
        const missing = length - filled;
        if (left.length === 0) left = next(Math.min(Math.max(BLOCK, missing), ZEROS.length));
        const some = left.subarray(0, missing);
        bytes.set(some, filled);
        filled += some.length;
        left = left.subarray(some.length);
      }
      return bytes;
    },
  };
}
