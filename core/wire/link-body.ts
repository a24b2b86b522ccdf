/**
 * The link's own messages: they never leave core/wire.
 * @module
 */
import type { WireLimits } from './transport.ts';

export type LinkBody = ChallengeBody | HelloBody | WelcomeBody | AckBody | FragmentBody;

/** Coordinator's first word on a connection. */
export interface ChallengeBody {
  readonly kind: 'challenge';
  readonly nonce: Uint8Array /* [16] */;
  readonly limits: WireLimits;
  /** Version of the manifest that the coordinator runs by. */
  readonly manifestVersion: number;
}

/** The platform's answer: who it is, and which link it would take up again. */
export interface HelloBody {
  readonly kind: 'hello';
  readonly federation: string;
  readonly manifestHash: Uint8Array /* [32] */;
  readonly manifestVersion: number;
  readonly nonce: Uint8Array /* [16] */;
  /** Empty, or the 16 bytes of an earlier Welcome. */
  readonly link: Uint8Array;
  /** Highest sequence received in order on that link. */
  readonly received: number;
}

export interface WelcomeBody {
  readonly kind: 'welcome';
  readonly link: Uint8Array /* [16] */;
  readonly resumed: boolean;
  readonly received: number;
  readonly completedRounds: number;
}

/** All messages up to this one are handled: the window moves on. */
export interface AckBody {
  readonly kind: 'ack';
  readonly handled: number;
}

/** A piece of an encoded message that is longer than a chunk. */
export interface FragmentBody {
  readonly kind: 'fragment';
  /** Sequence of the first fragment: names the transfer. */
  readonly transfer: number;
  readonly index: number;
  readonly count: number;
  readonly totalBytes: number;
  readonly sha256: Uint8Array /* [32], of the whole */;
  readonly bytes: Uint8Array;
}
