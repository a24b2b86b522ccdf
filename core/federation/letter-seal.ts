/**
 * Sealing of letters. A letter is encrypted to a public key of its receiver, with a key pair that its sender makes for
 * this one letter and forgets at once. The sender's identity signs it inside. So only the receiver's secret key opens
 * it. The sender cannot open it again, and once the receiver has deleted that key nobody can (forward secrecy).
 *
 * X25519 (RFC 7748), HKDF-SHA256 (RFC 5869) over the shared secret with federation, sender, receiver, id and both
 * public keys as its info, AES-256-GCM (NIST SP 800-38D) under the key of this one letter. Sealed bytes: receiver's
 * public key [32], sender's public key of this letter [32], ciphertext, tag [16]. Plain text: length of the content and
 * the letter's order (big-endian, 4 bytes each), Ed25519 signature [64], content, zeros. The length of a sealed letter
 * is a power of two, so it reveals the length of the content to a factor of two at best.
 * @module
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { hkdf } from '../crypto/hkdf.ts';
import { nodeEngine } from '../crypto/node-engine.ts';
import { canonicalBytes } from '../encoding/canonical-bytes.ts';
import type { RandomSource } from '../random/source.ts';
import { FederationError } from './errors.ts';

export const LETTER_ID_BYTES = 16;
export const LETTER_KEY_BYTES = 32;
/**
 * Length of the largest and the smallest sealed letter. The smallest makes a request as long as an answer about a few
 * persons.
 */
export const MAX_LETTER_BYTES = 4 * 1024 * 1024;
export const MIN_LETTER_BYTES = 1024;

const TAG_BYTES = 16;
const SIGNATURE_BYTES = 64;
const HEAD_BYTES = 2 * LETTER_KEY_BYTES;
const TEXT_HEAD_BYTES = 8 + SIGNATURE_BYTES;
const SEAL_BYTES = HEAD_BYTES + TEXT_HEAD_BYTES + TAG_BYTES;
/** Longest content of a letter. */
export const MAX_CONTENT_BYTES = MAX_LETTER_BYTES - SEAL_BYTES;
/** The key seals only one letter, so the nonce may be constant. */
const NONCE = new Uint8Array(12);
const CIPHER = 'aes-256-gcm';

/** The part of a letter that the coordinator reads. The seal covers it, so a letter opens only under its own envelope. */
export interface LetterEnvelope {
  readonly federation: string;
  readonly from: string;
  readonly to: string;
  /** [16] new for each letter: the receiver accepts each id once. */
  readonly id: Uint8Array;
}

export interface LetterContent {
  /** Order of the letter. It grows with each letter of one sender, so that the receiver can order them. */
  readonly order: number;
  readonly content: Uint8Array;
}

/** An X25519 pair that letters are sealed to. */
export interface LetterKeyPair {
  readonly publicKey: Uint8Array /* [32] */;
  readonly secretKey: Uint8Array /* [32] */;
}

export function letterKeyPair(random: RandomSource): LetterKeyPair {
  const secretKey = random.bytes(LETTER_KEY_BYTES);
  return { publicKey: nodeEngine.x25519(secretKey).publicKey, secretKey };
}

/**
 * True if letters can be sealed to this key. False for the few points with which every key agreement gives the same
 * secret.
 */
export function isLetterKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== LETTER_KEY_BYTES) return false;
  try {
    nodeEngine.x25519(new Uint8Array(LETTER_KEY_BYTES).fill(1)).agree(publicKey);
    return true;
  } catch {
    return false;
  }
}

export interface SealingKeys {
  /** Ed25519 secret key [64] of the sender's identity. */
  readonly signing: Uint8Array;
  /** X25519 public key of the receiver. */
  readonly receiver: Uint8Array;
}

/** @param keys `receiver` must pass {@link isLetterKey}. @throws FederationError LETTER_TOO_LARGE. */
export function sealLetter(
  envelope: LetterEnvelope,
  { order, content }: LetterContent,
  { signing, receiver }: SealingKeys,
  random: RandomSource,
): Uint8Array {
  if (content.length > MAX_CONTENT_BYTES) {
    throw new FederationError(
      'LETTER_TOO_LARGE',
      `a letter of ${content.length} bytes: at most ${MAX_CONTENT_BYTES}, send it in parts`,
    );
  }
  const size = sealedBytes(content.length);
  const secret = random.bytes(LETTER_KEY_BYTES);
  const agreement = nodeEngine.x25519(secret);
  secret.fill(0);
  const bound = { envelope, order, receiver, once: agreement.publicKey };
  const text = new Uint8Array(size - HEAD_BYTES - TAG_BYTES);
  const view = new DataView(text.buffer);
  view.setUint32(0, content.length);
  view.setUint32(4, order);
  text.set(nodeEngine.sign(signedBytes(bound, content), signing), 8);
  text.set(content, TEXT_HEAD_BYTES);
  const key = sealingKey(agreement.agree(receiver), bound);
  const cipher = createCipheriv(CIPHER, key, NONCE);
  const box = [cipher.update(text), cipher.final(), cipher.getAuthTag()];
  key.fill(0);
  return new Uint8Array(Buffer.concat([receiver, agreement.publicKey, ...box]));
}

/** Length of a letter with this much content: a power of two. */
export function sealedBytes(contentBytes: number): number {
  return Math.max(MIN_LETTER_BYTES, 2 ** Math.ceil(Math.log2(contentBytes + SEAL_BYTES)));
}

export interface OpeningKeys {
  /** The X25519 secret key of a public one; undefined if it is not this receiver's, or deleted. */
  secretOf(publicKey: Uint8Array): Uint8Array | undefined;
  /** Ed25519 public key of the sender's identity. */
  readonly sender: Uint8Array;
}

export interface OpenedLetter extends LetterContent {
  /** The receiver's public key that the letter was sealed to. */
  readonly key: Uint8Array;
}

/**
 * @param envelope the letter's outside, as the mailbox gives it.
 * @throws FederationError LETTER_KEY_UNKNOWN: sealed to a key that is deleted or never existed; LETTER_UNREADABLE:
 *   changed, cut, delivered under another envelope, or not signed by its sender.
 */
export function openLetter(envelope: LetterEnvelope, sealed: Uint8Array, keys: OpeningKeys): OpenedLetter {
  if (sealed.length < MIN_LETTER_BYTES || sealed.length > MAX_LETTER_BYTES) throw unreadable(envelope, 'wrong length');
  const receiver = sealed.slice(0, LETTER_KEY_BYTES);
  const secret = keys.secretOf(receiver);
  if (secret === undefined) {
    throw new FederationError(
      'LETTER_KEY_UNKNOWN',
      `a letter from "${envelope.from}" is sealed to a key that is deleted or not ours`,
    );
  }
  const once = sealed.slice(LETTER_KEY_BYTES, HEAD_BYTES);
  const text = decrypted(envelope, sealed, { receiver, once, secret });
  if (text === undefined) throw unreadable(envelope, 'changed, or another one');
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  const [length, order] = [view.getUint32(0), view.getUint32(4)];
  if (length > text.length - TEXT_HEAD_BYTES) throw unreadable(envelope, 'cut short');
  const content = new Uint8Array(text.subarray(TEXT_HEAD_BYTES, TEXT_HEAD_BYTES + length));
  const signed = signedBytes({ envelope, order, receiver, once }, content);
  if (!nodeEngine.verify(signed, text.subarray(8, TEXT_HEAD_BYTES), keys.sender)) {
    throw unreadable(envelope, 'not signed by its sender');
  }
  return { order, content, key: receiver };
}

interface Bound {
  readonly envelope: LetterEnvelope;
  readonly receiver: Uint8Array;
  /** The sender's public key of this letter. */
  readonly once: Uint8Array;
}

function decrypted(
  envelope: LetterEnvelope,
  sealed: Uint8Array,
  { receiver, once, secret }: { readonly receiver: Uint8Array; readonly once: Uint8Array; readonly secret: Uint8Array },
): Uint8Array | undefined {
  try {
    const key = sealingKey(nodeEngine.x25519(secret).agree(once), { envelope, receiver, once });
    const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES));
    decipher.final();
    key.fill(0);
    return text;
  } catch {
    return undefined;
  }
}

function sealingKey(shared: Uint8Array, bound: Bound): Uint8Array {
  const key = hkdf(nodeEngine, new Uint8Array(0), shared, boundBytes('isthmus/letter key', bound, []));
  shared.fill(0);
  return key;
}

function signedBytes({ order, ...bound }: Bound & { readonly order: number }, content: Uint8Array): Uint8Array {
  return boundBytes('isthmus/letter', bound, [order, nodeEngine.sha256(content)]);
}

function boundBytes(
  label: string,
  { envelope: { federation, from, to, id }, receiver, once }: Bound,
  more: readonly (number | Uint8Array)[],
): Uint8Array {
  return canonicalBytes(label, [federation, from, to, id, receiver, once, ...more]);
}

function unreadable({ from }: LetterEnvelope, why: string): FederationError {
  return new FederationError('LETTER_UNREADABLE', `a letter from "${from}" does not open: ${why}`);
}
