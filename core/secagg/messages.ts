/**
 * The messages of one masked-sum session, stage by stage (docs/masked-sum.md). Fields are flat: the wire frames them one to
 * one. Who sent a message, and the session id, stand in the envelope, not here. A platform is named by its *index*: its
 * position in the session's cohort, which is sorted by id.
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

/** An entry of the key list, its platform by name: indices mean something inside one session alone. */
export interface NamedKeys extends KeyEntry {
  readonly id: string;
}

/** Stage 0, coordinator -> all of U1: every key with its signature, ascending by platform. */
export interface KeyList {
  readonly kind: 'key-list';
  readonly entries: readonly KeyEntry[];
}

/** Stage 0 on a sparse graph, platform -> coordinator: opens its beacon commitment, once it has seen everybody's. */
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
 * Stage 1, platform -> coordinator: one sealed packet for each holder but itself, and for each holder commitments to its
 * two shares; both laid end to end, ascending by holder. On the complete graph a platform is a holder of its own shares
 * too (commitments only: its own share never travels in stage 1).
 */
export interface ShareKeys {
  readonly kind: 'share-keys';
  readonly sealed: Uint8Array /* [holders without self x 84] */;
  readonly commitments: Uint8Array /* [holders x 32] */;
  /** SHA-256 commitment to b_u, against which the coordinator checks what it rebuilds. */
  readonly selfMaskCommitment: Uint8Array /* [32] */;
}

/** Stage 1, coordinator -> each of U2: what its neighbours dealt to it, ascending by dealer, without its own. */
export interface SharePackets {
  readonly kind: 'share-packets';
  readonly dealers: readonly number[];
  readonly sealed: Uint8Array /* [dealers x 84] */;
  readonly commitments: Uint8Array /* [dealers x 32] */;
}

/** Stage 2, platform -> coordinator: its update is trained and masks are ready; it waits for a grant. */
export interface UploadRequest {
  readonly kind: 'upload-request';
}

/**
 * Stage 2, coordinator -> platform: acknowledges chunks below `next` and allows those below `limit`. A grant that does not
 * raise the limit goes back: the platform sends again from `next` on.
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

/** Stage 3, coordinator -> each of U4: its neighbours' signatures (its own among them), ascending by platform. */
export interface ConsistencySignatures {
  readonly kind: 'consistency-signatures';
  readonly platforms: readonly number[];
  readonly signatures: Uint8Array /* [platforms x 64] */;
}

/** One share of one peer: of its self-mask seed b (it is in U3) or of its mask key s (it is not). Never both: a `oneof`. */
export type Reveal =
  | { readonly peer: number; readonly selfMaskShare: Uint8Array /* [32] */ }
  | { readonly peer: number; readonly maskKeyShare: Uint8Array /* [32] */ };

/** Stage 4, platform -> coordinator: one reveal for every peer whose shares it holds, ascending by peer. */
export interface Reveals {
  readonly kind: 'reveals';
  readonly reveals: readonly Reveal[];
}

/** Any stage, platform -> coordinator: this platform leaves the session, and why. */
export interface Leave {
  readonly kind: 'leave';
  /** A code of core/secagg/errors.ts. */
  readonly code: string;
  /** The platform found at fault, -1 for none. */
  readonly about: number;
  readonly text: string;
}

/** Any stage, coordinator -> platform: a message was not taken; the session goes on. */
export interface Rejection {
  readonly kind: 'rejection';
  readonly code: string;
  readonly text: string;
}

/** Coordinator -> everyone: how the session ended. Keys are wiped on it. */
export interface SessionEnd {
  readonly kind: 'session-end';
  /** core/secagg/outcome.ts */
  readonly outcome: string;
  readonly text: string;
}

export type PlatformMessage =
  AdvertiseKeys | BeaconReveal | ShareKeys | UploadRequest | MaskedChunk | ConsistencySignature | Reveals | Leave;

export type CoordinatorMessage =
  KeyList | BeaconList | SharePackets | UploadGrant | Survivors | ConsistencySignatures | Rejection | SessionEnd;
