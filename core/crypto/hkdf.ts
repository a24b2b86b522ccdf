/**
 * HKDF-SHA256 (RFC 5869).
 * @module
 */
import type { CryptoEngine } from './engine.ts';

const HASH_BYTES = 32;

/**
 * Derives `length` bytes from the input key.
 * @param length bytes of output, 1 to 255 x 32.
 * @throws RangeError for another length.
 */
export function hkdf(
  engine: Pick<CryptoEngine, 'hmacSha256'>,
  salt: Uint8Array,
  inputKey: Uint8Array,
  info: Uint8Array,
  length = HASH_BYTES,
): Uint8Array {
  if (!Number.isInteger(length) || length < 1 || length > 255 * HASH_BYTES) {
    throw new RangeError(`HKDF-SHA256 gives 1 to ${255 * HASH_BYTES} bytes, not ${length}`);
  }
  const pseudorandomKey = engine.hmacSha256(salt, inputKey);
  const output = new Uint8Array(length);
  let block = new Uint8Array(0);
  for (let counter = 1, offset = 0; offset < length; counter++, offset += HASH_BYTES) {
    const input = new Uint8Array(block.length + info.length + 1);
    input.set(block);
    input.set(info, block.length);
    input[input.length - 1] = counter;
    block = new Uint8Array(engine.hmacSha256(pseudorandomKey, input));
    output.set(block.subarray(0, length - offset), offset);
  }
  pseudorandomKey.fill(0);
  return output;
}
