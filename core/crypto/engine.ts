/**
 * The cryptographic primitives of the protocol. Two engines implement them with the same bytes as results: node:crypto (fast)
 * and tweetnacl with the noble libraries (portable). Keys and secrets are plain byte arrays, so that they can be wiped.
 * @module
 */

import { CryptoError } from './errors.ts';

export type EngineName = 'node' | 'portable';

/** Most bytes that one call to a keystream returns. This many stay in a core's second-level cache until they are used. */
export const KEYSTREAM_BYTES = 131_072;

/** A keystream that continues from call to call. */
export interface Keystream {
  /**
   * The next `length` bytes, 1 to KEYSTREAM_BYTES, at an address that is a multiple of 4. Use them before the next call. Only
   * the last call may have a length that is not a multiple of 16.
   */
  next(length: number): Uint8Array;
}

/** An X25519 secret with its public key, prepared for many agreements. */
export interface KeyAgreement {
  readonly publicKey: Uint8Array /* [32] */;
  /**
   * The raw X25519 shared secret (RFC 7748, section 6.1).
   * @throws CryptoError CRYPTO_KEY_SIZE; CRYPTO_LOW_ORDER_POINT if the result is all zero.
   */
  agree(publicKey: Uint8Array): Uint8Array /* [32] */;
}

/** An Ed25519 key pair in tweetnacl's form. */
export interface SigningKeyPair {
  readonly publicKey: Uint8Array /* [32] */;
  /** Seed, then public key. */
  readonly secretKey: Uint8Array /* [64] */;
}

export interface CryptoEngine {
  readonly name: EngineName;
  sha256(data: Uint8Array): Uint8Array /* [32] */;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array /* [32] */;
  /** Any 32 bytes can be a secret, since RFC 7748 clamps them. */
  x25519(secret: Uint8Array): KeyAgreement;
  signingKeyPair(seed: Uint8Array /* [32] */): SigningKeyPair;
  sign(message: Uint8Array, secretKey: Uint8Array /* [64] */): Uint8Array /* [64] */;
  /** False for a signature, key or length that is not valid. Never throws. */
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
  /**
   * The AES-256-CTR keystream from this counter block on. The block is incremented as one big-endian number (NIST SP 800-38A,
   * section 6.5).
   */
  keystream(key: Uint8Array /* [32] */, counter: Uint8Array /* [16] */): Keystream;
  /** The key that nacl.box uses: HSalsa20 of the X25519 secret. @throws CryptoError as `agree` does. */
  boxKey(agreement: KeyAgreement, publicKey: Uint8Array): Uint8Array /* [32] */;
  /** nacl.secretbox: XSalsa20-Poly1305, 16 bytes longer than the plaintext. */
  seal(plaintext: Uint8Array, nonce: Uint8Array /* [24] */, key: Uint8Array): Uint8Array;
  /** The plaintext of `seal`; null if the authenticator does not match. */
  open(sealed: Uint8Array, nonce: Uint8Array /* [24] */, key: Uint8Array): Uint8Array | null;
}

/** The counter block with which a keystream begins at byte 16 x `blocks`. */
export function counterBlock(blocks: number): Uint8Array /* [16] */ {
  const counter = new Uint8Array(16);
  const view = new DataView(counter.buffer);
  view.setUint32(8, Math.floor(blocks / 2 ** 32));
  view.setUint32(12, blocks % 2 ** 32);
  return counter;
}

/** @throws CryptoError CRYPTO_KEYSTREAM_LENGTH */
export function requireKeystreamLength(length: number): number {
  if (Number.isInteger(length) && length >= 1 && length <= KEYSTREAM_BYTES) return length;
  throw new CryptoError(
    'CRYPTO_KEYSTREAM_LENGTH',
    `a keystream gives 1 to ${KEYSTREAM_BYTES} bytes per call, not ${length}`,
  );
}
