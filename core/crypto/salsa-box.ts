/**
 * nacl.box in two steps, the box key and the sealing under it, so that each engine can compute the X25519 secret in its own way.
 * @module
 */
import nacl from 'tweetnacl';

/** The part of tweetnacl that its type declarations leave out. */
interface LowLevel {
  crypto_core_hsalsa20(output: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array): void;
}
const lowLevel = (nacl as unknown as { readonly lowlevel: LowLevel }).lowlevel;

const SIGMA = new TextEncoder().encode('expand 32-byte k');
const ZERO_BLOCK = new Uint8Array(16);

/** HSalsa20 of the raw secret and a zero block, as in nacl.box.before (Bernstein, "Cryptography in NaCl", section 8). */
export function boxKeyOf(sharedSecret: Uint8Array): Uint8Array {
  const key = new Uint8Array(32);
  lowLevel.crypto_core_hsalsa20(key, ZERO_BLOCK, sharedSecret, SIGMA);
  return key;
}

export function sealBox(plaintext: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  return nacl.secretbox(plaintext, nonce, key);
}

export function openBox(sealed: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array | null {
  return nacl.secretbox.open(sealed, nonce, key);
}
