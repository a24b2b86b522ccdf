/**
 * The link's own messages. They never leave core/wire.
 * @module
 */
import type { WireLimits } from './transport.ts';

export type LinkBody = ChallengeBody | HelloBody | WelcomeBody | AckBody | FragmentBody;

/** The coordinator's first message on a connection. */
export interface ChallengeBody {
  readonly kind: 'challenge';
  readonly nonce: Uint8Array /* [16] */;
  readonly limits: WireLimits;
  /** Version of the manifest that the coordinator runs by. */
  readonly manifestVersion: number;
}

/** The platform's answer: its federation, and the link that it wants to resume. */
export interface HelloBody {
  readonly kind: 'hello';
  readonly federation: string;
  readonly manifestHash: Uint8Array /* [32] */;
  readonly manifestVersion: number;
  readonly nonce: Uint8Array /* [16] */;
  /** Id of the link to resume, 16 bytes from an earlier Welcome; empty for a new link. */
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

/** The receiver has handled all messages up to this one, so the sender's window moves. */
export interface AckBody {
  readonly kind: 'ack';
  readonly handled: number;
}

/** A piece of an encoded message that is longer than a chunk. */
export interface FragmentBody {
  readonly kind: 'fragment';
  /** Sequence of the first fragment. It identifies the transfer. */
  readonly transfer: number;
  readonly index: number;
  readonly count: number;
  readonly totalBytes: number;
  readonly sha256: Uint8Array /* [32], of the whole */;
  readonly bytes: Uint8Array;
}
