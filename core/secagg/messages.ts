/**
 * The messages of one masked-sum session, stage by stage (docs/masked-sum.md). Fields are flat, so that the wire frames each
 * as it is. The envelope carries the sender and the session id. A message names a platform by its *index*: its position in the
 * session's cohort, which is sorted by id.
 * @module
 */

/** Bytes of every public key, secret, share, commitment and digest on this page. */
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** One sealed share packet: 4 bytes of context, two shares of 32, 16 of authenticator. */
export const SEALED_PACKET_BYTES = 84;
/** Commitments to the two shares dealt to one holder: 16 bytes for the mask-key share, then 16 for the self-mask share. */
export const SHARE_COMMITMENT_BYTES = 32;

/** Stage 0, platform -> coordinator: fresh X25519 public keys, signed with the Ed25519 identity. */
export interface AdvertiseKeys {
  readonly kind: 'advertise-keys';
  /** c_u: seals share packets. */
  readonly sealKey: Uint8Array /* [32] */;
  /** s_u: agrees on pairwise masks. */
  readonly maskKey: Uint8Array /* [32] */;
  /** SHA-256 commitment to this platform's part of the ring-order beacon; empty on the complete graph. */
  readonly beaconCommitment: Uint8Array /* [32] or [0] */;
  readonly signature: Uint8Array /* [64] */;
}

export interface KeyEntry {
  readonly platform: number;
  readonly sealKey: Uint8Array /* [32] */;
  readonly maskKey: Uint8Array /* [32] */;
  readonly beaconCommitment: Uint8Array /* [32] or [0] */;
  readonly signature: Uint8Array /* [64] */;
}

/** An entry of the key list with its platform's id. An index means something only inside one session. */
export interface NamedKeys extends KeyEntry {
  readonly id: string;
}

/** Stage 0, coordinator -> all of U1: every key with its signature, ascending by platform. */
export interface KeyList {
  readonly kind: 'key-list';
  readonly entries: readonly KeyEntry[];
}

/** Stage 0 on a sparse graph, platform -> coordinator: it opens its beacon commitment after it has seen all commitments. */
export interface BeaconReveal {
  readonly kind: 'beacon-reveal';
  readonly nonce: Uint8Array /* [32] */;
}

/** Stage 0 on a sparse graph, coordinator -> all of U1: every opening, in the order of the key list. */
export interface BeaconList {
  readonly kind: 'beacon-list';
  readonly nonces: Uint8Array /* [|U1| x 32] */;
}

/**
 * Stage 1, platform -> coordinator: one sealed packet for each holder but itself, and commitments to the two shares of each
 * holder. Both follow each other in ascending order of the holders. On the complete graph a platform also holds shares of its
 * own secrets: it commits to them, but does not send them in stage 1.
 */
export interface ShareKeys {
  readonly kind: 'share-keys';
  readonly sealed: Uint8Array /* [holders without self x 84] */;
  readonly commitments: Uint8Array /* [holders x 32] */;
  /** SHA-256 commitment to b_u. The coordinator checks the seed that it rebuilds against it. */
  readonly selfMaskCommitment: Uint8Array /* [32] */;
}

/** Stage 1, coordinator -> each of U2: packets and commitments from the neighbours that dealt to it, ascending by dealer. */
export interface SharePackets {
  readonly kind: 'share-packets';
  readonly dealers: readonly number[];
  readonly sealed: Uint8Array /* [dealers x 84] */;
  readonly commitments: Uint8Array /* [dealers x 32] */;
}

/** Stage 2, platform -> coordinator: the update and its masks are ready, and the platform waits for a grant. */
export interface UploadRequest {
  readonly kind: 'upload-request';
}

/**
 * Stage 2, coordinator -> platform: acknowledges chunks below `next` and allows those below `limit`. If a grant does not raise
 * the limit, the platform sends again from `next` on.
 */
export interface UploadGrant {
  readonly kind: 'upload-grant';
  readonly next: number;
  readonly limit: number;
}

/** Stage 2, platform -> coordinator: one chunk of the masked update, bit-packed little-endian. */
export interface MaskedChunk {
  readonly kind: 'masked-chunk';
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Stage 3, coordinator -> U3: the platforms whose masked update is in the sum, ascending. */
export interface Survivors {
  readonly kind: 'survivors';
  readonly platforms: readonly number[];
}

/** Stage 3, platform -> coordinator: Ed25519 over (session id, U3). */
export interface ConsistencySignature {
  readonly kind: 'consistency-signature';
  readonly signature: Uint8Array /* [64] */;
}

/**
 * Stage 3, coordinator -> each of U4, the platforms that signed: the signatures of all of U4 on the complete graph, and of the
 * platform's neighbours on a sparse one. Ascending by platform.
 */
export interface ConsistencySignatures {
  readonly kind: 'consistency-signatures';
  readonly platforms: readonly number[];
  readonly signatures: Uint8Array /* [platforms x 64] */;
}

/** One share of one peer: of its self-mask seed b if the peer is in U3, else of its mask key s. A `oneof`, so never both. */
export type Reveal =
  | { readonly peer: number; readonly selfMaskShare: Uint8Array /* [32] */ }
  | { readonly peer: number; readonly maskKeyShare: Uint8Array /* [32] */ };

/** Stage 4, platform -> coordinator: one reveal for every peer whose shares it holds, ascending by peer. */
export interface Reveals {
  readonly kind: 'reveals';
  readonly reveals: readonly Reveal[];
}

/** Any stage, platform -> coordinator: this platform leaves the session, with the reason. */
export interface Leave {
  readonly kind: 'leave';
  /** A code of core/secagg/errors.ts. */
  readonly code: string;
  /** Cohort index of the platform at fault; -1 if none is. */
  readonly about: number;
  readonly text: string;
}

/**
 * Any stage, coordinator -> platform: the coordinator did not take a message. The session continues, for `SECAGG_LATE` without
 * this platform.
 */
export interface Rejection {
  readonly kind: 'rejection';
  readonly code: string;
  readonly text: string;
}

/** Coordinator -> the whole cohort: how the session ended. A platform wipes its keys on it. */
export interface SessionEnd {
  readonly kind: 'session-end';
  /** An outcome of core/secagg/outcome.ts. */
  readonly outcome: string;
  readonly text: string;
}

export type PlatformMessage =
  AdvertiseKeys | BeaconReveal | ShareKeys | UploadRequest | MaskedChunk | ConsistencySignature | Reveals | Leave;

export type CoordinatorMessage =
  KeyList | BeaconList | SharePackets | UploadGrant | Survivors | ConsistencySignatures | Rejection | SessionEnd;
