/**
 * A seeded cryptographic generator for tests and simulations: the same seed gives the same bytes, so a run can be repeated. A
 * seeded run must not count as a release: anybody who knows the seed can compute the noise and the keys.
 * @module
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { RandomSource } from './source.ts';

const BLOCK = new Uint8Array(4096);
const ZEROS = new Uint8Array(65_536);

/** The AES-256-CTR keystream under SHA-256 of a label and the seed. A seed that is text is encoded as UTF-8. */
export function seededRandom(seed: Uint8Array | string): RandomSource {
  const key = createHash('sha256').update('isthmus/seeded-random/1\0').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
  let block = new Uint8Array(0);
  let used = 0;
  return {
    bytes(length) {
      // A long request takes its bytes as the cipher gives them: the same stream, not copied once more.
      if (used === block.length && length <= ZEROS.length && length % BLOCK.length === 0) {
        const { buffer, byteOffset } = cipher.update(ZEROS.subarray(0, length));
        return new Uint8Array(buffer, byteOffset, length);
      }
      const bytes = new Uint8Array(length);
      for (let filled = 0; filled < length;) {
        if (used === block.length) {
          block = new Uint8Array(cipher.update(BLOCK));
          used = 0;
        }
        const take = Math.min(length - filled, block.length - used);
        bytes.set(block.subarray(used, used + take), filled);
        used += take;
        filled += take;
      }
      return bytes;
    },
  };
}
