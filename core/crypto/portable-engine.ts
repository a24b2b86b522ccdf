/**
 * The portable engine: tweetnacl and the noble libraries, which run on any JavaScript host without node:crypto. It is ten to
 * twenty times slower than the node engine, and its results have the same bytes.
 * No process of this project runs it. It is here for browsers, which can run no other engine, and tests compare the two.
 * @module
 */
import { ctr } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import nacl from 'tweetnacl';
import { requireKeystreamLength } from './engine.ts';
import type { CryptoEngine, KeyAgreement, Keystream } from './engine.ts';
import { CryptoError, requireLength } from './errors.ts';
import { boxKeyOf, openBox, sealBox } from './salsa-box.ts';

class PortableKeyAgreement implements KeyAgreement {
  readonly publicKey: Uint8Array;
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    requireLength('X25519 secret', secret, 32);
    this.#secret = secret.slice();
    this.publicKey = nacl.scalarMult.base(secret);
  }

  agree(peer: Uint8Array): Uint8Array {
    requireLength('X25519 public key', peer, 32);
    const secret = nacl.scalarMult(this.#secret, peer);
    let bits = 0;
    for (const byte of secret) bits |= byte;
    if (bits === 0) throw new CryptoError('CRYPTO_LOW_ORDER_POINT', 'the public key is a point of low order');
    return secret;
  }
}

class PortableKeystream implements Keystream {
  readonly #key: Uint8Array;
  readonly #counter: Uint8Array;

  constructor(key: Uint8Array, counter: Uint8Array) {
    requireLength('AES-256 key', key, 32);
    requireLength('counter block', counter, 16);
    this.#key = key.slice();
    this.#counter = counter.slice();
  }

  next(length: number): Uint8Array {
    const bytes = ctr(this.#key, this.#counter).encrypt(new Uint8Array(requireKeystreamLength(length)));
    let carry = Math.ceil(length / 16);
    for (let i = 15; i >= 0 && carry > 0; i--) {
      carry += this.#counter[i];
      this.#counter[i] = carry;
      carry >>>= 8;
    }
    return bytes;
  }
}

/** L, the order of the Ed25519 group, little-endian. */
const GROUP_ORDER = Uint8Array.from(
  [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14].concat(
    new Array<number>(15).fill(0),
    0x10,
  ),
);

/** Checks S < L (RFC 8032, section 5.1.7), which tweetnacl omits: otherwise S + L would be a second valid signature. */
function isCanonical(signature: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    if (signature[32 + i] !== GROUP_ORDER[i]) return signature[32 + i] < GROUP_ORDER[i];
  }
  return false;
}

export const portableEngine: CryptoEngine = {
  name: 'portable',
  sha256: (data) => sha256(data),
  hmacSha256: (key, data) => hmac(sha256, key, data),
  x25519: (secret) => new PortableKeyAgreement(secret),

  signingKeyPair(seed) {
    requireLength('Ed25519 seed', seed, 32);
    return nacl.sign.keyPair.fromSeed(seed);
  },

  sign(message, secretKey) {
    requireLength('Ed25519 secret key', secretKey, 64);
    return nacl.sign.detached(message, secretKey);
  },

  verify(message, signature, identity) {
    if (signature.length !== 64 || identity.length !== 32) return false;
    return isCanonical(signature) && nacl.sign.detached.verify(message, signature, identity);
  },

  keystream: (key, counter) => new PortableKeystream(key, counter),
  boxKey: (agreement, peer) => boxKeyOf(agreement.agree(peer)),
  seal: sealBox,
  open: openBox,
};
