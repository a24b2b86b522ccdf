/**
 * The fast engine: node:crypto, with tweetnacl for the Salsa20 box that it lacks.
 *
 * Raw keys are imported into node:crypto as JWK, because a DER import is ten times slower. KeyObjects cannot be wiped; they live
 * as long as the KeyAgreement that holds them.
 * @module
 */
import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  sign as signWith,
  verify as verifyWith,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { KEYSTREAM_BYTES, requireKeystreamLength } from './engine.ts';
import type { CryptoEngine, KeyAgreement, Keystream, SigningKeyPair } from './engine.ts';
import { CryptoError, requireLength } from './errors.ts';
import { boxKeyOf, openBox, sealBox } from './salsa-box.ts';

type Curve = 'X25519' | 'Ed25519';

const base64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

function privateKey(curve: Curve, secret: Uint8Array): KeyObject {
  // OpenSSL derives the public half itself, but the JWK form needs the field `x` to be present.
  return createPrivateKey({ key: { kty: 'OKP', crv: curve, d: base64url(secret), x: '' }, format: 'jwk' });
}

function publicKey(curve: Curve, bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: curve, x: base64url(bytes) }, format: 'jwk' });
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'));
}

/** Identities whose keys stay imported: members sign in every session, and an import costs a tenth of a check. */
const MOST_IDENTITIES = 4096;
const identities = new Map<string, KeyObject>();

function identityKey(bytes: Uint8Array): KeyObject {
  const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const known = identities.get(name);
  if (known !== undefined) return known;
  const key = publicKey('Ed25519', bytes);
  if (identities.size >= MOST_IDENTITIES) identities.clear();
  identities.set(name, key);
  return key;
}

class NodeKeyAgreement implements KeyAgreement {
  readonly publicKey: Uint8Array;
  readonly #key: KeyObject;

  constructor(secret: Uint8Array) {
    requireLength('X25519 secret', secret, 32);
    this.#key = privateKey('X25519', secret);
    this.publicKey = rawPublicKey(this.#key);
  }

  agree(peer: Uint8Array): Uint8Array {
    requireLength('X25519 public key', peer, 32);
    let secret: Uint8Array;
    try {
      secret = diffieHellman({ privateKey: this.#key, publicKey: publicKey('X25519', peer) });
    } catch {
      // OpenSSL refuses an all-zero result (RFC 7748, section 6.1). Nothing else can fail here.
      throw new CryptoError('CRYPTO_LOW_ORDER_POINT', 'the public key is a point of low order');
    }
    return secret;
  }
}

/** Zeros that every keystream encrypts. All keystreams share them, so nothing may write to them. */
const ZEROS = new Uint8Array(KEYSTREAM_BYTES);

class NodeKeystream implements Keystream {
  readonly #cipher: ReturnType<typeof createCipheriv>;

  constructor(key: Uint8Array, counter: Uint8Array) {
    requireLength('AES-256 key', key, 32);
    requireLength('counter block', counter, 16);
    this.#cipher = createCipheriv('aes-256-ctr', key, counter);
  }

  next(length: number): Uint8Array {
    return this.#cipher.update(length === KEYSTREAM_BYTES ? ZEROS : ZEROS.subarray(0, requireKeystreamLength(length)));
  }
}

export const nodeEngine: CryptoEngine = {
  name: 'node',
  sha256: (data) => hash('sha256', data, 'buffer'),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  x25519: (secret) => new NodeKeyAgreement(secret),

  signingKeyPair(seed): SigningKeyPair {
    requireLength('Ed25519 seed', seed, 32);
    const publicHalf = rawPublicKey(privateKey('Ed25519', seed));
    const secretKey = new Uint8Array(64);
    secretKey.set(seed);
    secretKey.set(publicHalf, 32);
    return { publicKey: publicHalf, secretKey };
  },

  sign(message, secretKey) {
    requireLength('Ed25519 secret key', secretKey, 64);
    return signWith(null, message, privateKey('Ed25519', secretKey.subarray(0, 32)));
  },

  verify(message, signature, identity) {
    if (signature.length !== 64 || identity.length !== 32) return false;
    try {
      return verifyWith(null, message, identityKey(identity), signature);
    } catch {
      return false;
    }
  },

  keystream: (key, counter) => new NodeKeystream(key, counter),
  boxKey: (agreement, peer) => boxKeyOf(agreement.agree(peer)),
  seal: sealBox,
  open: openBox,
};
