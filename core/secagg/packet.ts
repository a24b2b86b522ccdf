/**
 * Share packets: the shares that u deals to v in stage 1, sealed so that only v can open them, and only in this session.
 *
 * The seal is nacl.box under the pair's fresh stage-0 keys. Its nonce is a hash of (sid, sender, receiver), which binds all
 * three as associated data would, at no cost in bytes. Sender and receiver are in the plaintext as well.
 * @module
 */
import { canonicalBytes, equalBytes } from '../encoding/canonical-bytes.ts';
import type { CryptoEngine } from '../crypto/engine.ts';
import { SecaggError } from './errors.ts';

/** The two shares that v holds of u's secrets. */
export interface DealtShares {
  readonly maskKeyShare: Uint8Array /* [32] */;
  readonly selfMaskShare: Uint8Array /* [32] */;
}

const CONTEXT_BYTES = 4;
const PLAINTEXT_BYTES = CONTEXT_BYTES + 64;

/** Sender and receiver in 16 bits each, which suffice because a cohort has at most 65535 platforms. */
function context(from: number, to: number): Uint8Array {
  return Uint8Array.of(from & 0xff, from >>> 8, to & 0xff, to >>> 8);
}

function nonce(engine: CryptoEngine, sessionId: Uint8Array, from: number, to: number): Uint8Array {
  return engine.sha256(canonicalBytes('isthmus/packet', [sessionId, from, to])).subarray(0, 24);
}

/** Seals one packet. @param key the pair's box key, 32 bytes. @returns 84 bytes. */
export function sealPacket(
  engine: CryptoEngine,
  sessionId: Uint8Array,
  from: number,
  to: number,
  shares: DealtShares,
  key: Uint8Array,
): Uint8Array {
  const plaintext = new Uint8Array(PLAINTEXT_BYTES);
  plaintext.set(context(from, to));
  plaintext.set(shares.maskKeyShare, CONTEXT_BYTES);
  plaintext.set(shares.selfMaskShare, CONTEXT_BYTES + 32);
  const sealed = engine.seal(plaintext, nonce(engine, sessionId, from, to), key);
  plaintext.fill(0);
  return sealed;
}

/** Opens one packet. @throws SecaggError SECAGG_SEALED_PACKET naming the sender. */
export function openPacket(
  engine: CryptoEngine,
  sessionId: Uint8Array,
  from: number,
  to: number,
  sealed: Uint8Array,
  key: Uint8Array,
): DealtShares {
  const plaintext = engine.open(sealed, nonce(engine, sessionId, from, to), key);
  if (plaintext?.length !== PLAINTEXT_BYTES) {
    throw new SecaggError('SECAGG_SEALED_PACKET', `from platform ${from} to platform ${to}`, from);
  }
  if (!equalBytes(plaintext.subarray(0, CONTEXT_BYTES), context(from, to))) {
    throw new SecaggError('SECAGG_SEALED_PACKET', `platform ${from} sealed it for another place`, from);
  }
  return {
    maskKeyShare: plaintext.slice(CONTEXT_BYTES, CONTEXT_BYTES + 32),
    selfMaskShare: plaintext.slice(CONTEXT_BYTES + 32),
  };
}

export type ShareKind = 'mask-key' | 'self-mask';

/** The dealer's commitment to one share, 16 bytes. A holder would need a second preimage (2^128) to reveal another share. */
export function commitShare(
  engine: CryptoEngine,
  sessionId: Uint8Array,
  dealer: number,
  holder: number,
  kind: ShareKind,
  share: Uint8Array,
): Uint8Array {
  return engine.sha256(canonicalBytes('isthmus/share', [sessionId, dealer, holder, kind, share])).subarray(0, 16);
}

/** Commitment to b_u, 32 bytes. The seed that the coordinator rebuilds must open it. */
export function commitSelfMask(
  engine: CryptoEngine,
  sessionId: Uint8Array,
  platform: number,
  seed: Uint8Array,
): Uint8Array {
  return engine.sha256(canonicalBytes('isthmus/self-mask-commitment', [sessionId, platform, seed]));
}

export function commitBeacon(
  engine: CryptoEngine,
  parametersHash: Uint8Array,
  platform: number,
  nonce32: Uint8Array,
): Uint8Array {
  return engine.sha256(canonicalBytes('isthmus/beacon', [parametersHash, platform, nonce32]));
}
