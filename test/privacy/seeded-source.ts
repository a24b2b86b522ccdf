import { createCipheriv, createHash } from 'node:crypto';
import type { RandomSource } from '../../core/random/source.ts';

/** A cryptographic keystream from a seed: fixed randomness for tests. */
export function seededSource(seed: string): RandomSource {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return { bytes: (length) => new Uint8Array(cipher.update(Buffer.alloc(length))) };
}
