/**
 * A public random projection of a person's own history. It depends on item ids and on that history alone, so it tells
 * nothing of anybody else, and costs no epsilon.
 *
 * Feature hashing (Weinberger et al., ICML 2009, section 2): each item adds +1 or -1 to a few of the numbers. A hash of
 * the platform's name and the item's id chooses them, so that a restarted platform makes the same vectors.
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { ItemVectors } from './item-vectors.ts';

/** Numbers that one item changes. With several, two items seldom look alike. */
const BUCKETS = 4;

/** @param width numbers of the projection, at least 1 */
export function publicProjection(platform: string, catalogue: readonly string[], width: number): ItemVectors {
  const vectors = new Float32Array(catalogue.length * width);
  catalogue.forEach((id, item) => {
    const hash = new DataView(sha256(utf8ToBytes(`isthmus projection\n${platform}\n${id}`)).buffer);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const draw = hash.getUint32(4 * bucket);
      vectors[item * width + ((draw >>> 1) % width)] += (draw & 1) === 1 ? 1 : -1;
    }
  });
  return { dimension: width, vectors };
}
