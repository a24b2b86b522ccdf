/**
 * A platform's or the coordinator's long-lived keys: Ed25519 to sign, X25519 to be written to.
 * @module
 */
import nacl from 'tweetnacl';
import type { RandomSource } from '../random/source.ts';
import { CryptoError, requireLength } from './errors.ts';

export interface PublicIdentity {
  /** Ed25519. */
  readonly identity: Uint8Array /* [32] */;
  /** X25519. */
  readonly seal: Uint8Array /* [32] */;
}

export interface IdentityKeys extends PublicIdentity {
  /** Ed25519 seed and public key. */
  readonly identitySecret: Uint8Array /* [64] */;
  readonly sealSecret: Uint8Array /* [32] */;
}

export function generateIdentity(random: RandomSource): IdentityKeys {
  return identityFromSeeds(random.bytes(32), random.bytes(32));
}

/** What a key file holds is two seeds of 32 bytes; everything else follows. */
export function identityFromSeeds(signingSeed: Uint8Array, sealSecret: Uint8Array): IdentityKeys {
  requireLength('signing seed', signingSeed, 32);
  requireLength('seal secret', sealSecret, 32);
  const signing = nacl.sign.keyPair.fromSeed(signingSeed);
  const seal = nacl.box.keyPair.fromSecretKey(sealSecret);
  return {
    identity: signing.publicKey,
    seal: seal.publicKey,
    identitySecret: signing.secretKey,
    sealSecret: seal.secretKey,
  };
}

const NONCE_BYTES = 24;

/** nacl.box with a fresh nonce in front: a letter from one identity to another. */
export function sealLetter(
  plaintext: Uint8Array,
  to: PublicIdentity['seal'],
  fromSecret: IdentityKeys['sealSecret'],
  random: RandomSource,
): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  const box = nacl.box(plaintext, nonce, to, fromSecret);
  const letter = new Uint8Array(NONCE_BYTES + box.length);
  letter.set(nonce);
  letter.set(box, NONCE_BYTES);
  return letter;
}

/** @throws CryptoError CRYPTO_SEAL_BROKEN when it was changed, or is not from that sender to this receiver. */
export function openLetter(
  letter: Uint8Array,
  from: PublicIdentity['seal'],
  toSecret: IdentityKeys['sealSecret'],
): Uint8Array {
  const plaintext =
    letter.length < NONCE_BYTES
      ? null
      : nacl.box.open(letter.subarray(NONCE_BYTES), letter.subarray(0, NONCE_BYTES), from, toSecret);
  if (plaintext === null) {
    throw new CryptoError('CRYPTO_SEAL_BROKEN', 'the letter does not open: wrong sender, wrong receiver, or changed');
  }
  return plaintext;
}
