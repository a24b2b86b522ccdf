/**
 * Derives the keys of masks, and adds masks to a range of a vector without ever holding a whole mask.
 *
 * y_u = x_u + PRG(b_u) + sum over v of (u < v ? + : -) PRG(s_u . s_v)      (Bonawitz et al. 2017, section 4)
 *
 * All arithmetic is modulo 2^32. Dropping high bits is a ring homomorphism, so the same masks serve every smaller ring.
 * @module
 */
import { canonicalBytes } from '../encoding/canonical-bytes.ts';
import { counterBlock, KEYSTREAM_BYTES } from '../crypto/engine.ts';
import type { CryptoEngine, KeyAgreement } from '../crypto/engine.ts';
import { hkdf } from '../crypto/hkdf.ts';
import { kernels } from '../kernels/index.ts';

/** A keystream key and the sign with which its mask enters the sum. */
export interface Mask {
  readonly key: Uint8Array /* [32] */;
  readonly sign: 1 | -1;
}

/**
 * The mask of the pair {me, peer}, both cohort indices. Both platforms derive the same key, with opposite signs.
 * @throws CryptoError CRYPTO_LOW_ORDER_POINT
 */
export function pairwiseMask(
  engine: CryptoEngine,
  sessionId: Uint8Array,
  agreement: KeyAgreement,
  me: number,
  peer: number,
  peerKey: Uint8Array,
): Mask {
  const secret = agreement.agree(peerKey);
  const info = canonicalBytes('isthmus/mask', [Math.min(me, peer), Math.max(me, peer)]);
  const key = hkdf(engine, sessionId, secret, info);
  secret.fill(0);
  return { key, sign: me < peer ? 1 : -1 };
}

export function selfMask(engine: CryptoEngine, sessionId: Uint8Array, seed: Uint8Array, platform: number): Mask {
  return { key: hkdf(engine, sessionId, seed, canonicalBytes('isthmus/self-mask', [platform])), sign: 1 };
}

/**
 * vector[i] += sign x mask[from + i], modulo 2^32, for each mask.
 * @param from index in the whole update at which `vector` begins; a multiple of 4.
 */
export function addMasks(engine: CryptoEngine, vector: Uint32Array, from: number, masks: readonly Mask[]): void {
  if (from % 4 !== 0) throw new RangeError(`a range of a mask begins at a multiple of 4, not at ${from}`);
  const step = KEYSTREAM_BYTES / 4;
  kernels.sumWords(vector, (take) => {
    for (const mask of masks) {
      const stream = engine.keystream(mask.key, counterBlock(from / 4));
      for (let start = 0; start < vector.length; start += step) {
        take(start, stream.next(4 * Math.min(step, vector.length - start)), mask.sign);
      }
    }
  });
}
