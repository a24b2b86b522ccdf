/**
 * The content of a message after its bytes were checked: one variant per body of proto/isthmus.proto.
 * core/wire/body-codec.ts refuses wrong sizes and ranges, so code that uses these types checks only the meaning.
 * @module
 */
import type { KeyEntry } from '../secagg/messages.ts';
import type { Outcome } from '../secagg/outcome.ts';
import type { SecaggMessage } from './secagg-codec.ts';

/**
 * Messages between coordinator and platform. The link's own messages (challenge, hello, welcome, ack, fragment) stay
 * inside core/wire.
 */
export type Body =
  | StatusBody
  | AttemptStartBody
  | AttemptDeclineBody
  | AttemptEndBody
  | LedgerSyncBody
  | StatementBody
  | LastKeysBody
  | SecaggBody
  | MailBody
  | MailReceiptBody
  | FailureBody;

/** Platform to coordinator: its stage, for progress views, and if rounds may start. */
export interface StatusBody {
  readonly kind: 'status';
  readonly stage: string /* 1..64 characters */;
  /** Progress within the stage, 0 to 1. */
  readonly fraction: number;
  /** True if the encoder is ready and charged. */
  readonly prepared: boolean;
}

export interface AttemptStartBody {
  readonly kind: 'attempt-start';
  readonly round: number;
  readonly attempt: number;
  /** Canonical JSON of the session's public parameters. The session id covers it. */
  readonly config: Uint8Array;
  readonly model: Float32Array;
}

/** Platform to coordinator: it takes no part in this attempt. */
export interface AttemptDeclineBody {
  readonly kind: 'attempt-decline';
  readonly round: number;
  readonly attempt: number;
  readonly code: string;
  readonly text: string;
}

export interface AttemptEndBody {
  readonly kind: 'attempt-end';
  readonly round: number;
  /** Number of the attempt; 0: no further attempt will be made, and the rounds end without this one. */
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly text: string;
  /** The next shared model if the attempt completed, else empty. */
  readonly model: Float32Array;
  readonly completedRounds: number;
}

/** Coordinator to platform: its ledger from an index on, with one canonical entry per item. */
export interface LedgerSyncBody {
  readonly kind: 'ledger-sync';
  readonly from: number;
  readonly entries: readonly Uint8Array[];
}

/** Platform to coordinator: it gave the attempt up and revealed nothing in it; see core/secagg/statement.ts. */
export interface StatementBody {
  readonly kind: 'statement';
  readonly round: number;
  readonly attempt: number;
  readonly parametersHash: Uint8Array /* [32] */;
  /** The platform's own public keys of that attempt. */
  readonly sealKey: Uint8Array /* [32] */;
  readonly maskKey: Uint8Array /* [32] */;
  readonly signature: Uint8Array /* [64] */;
}

/**
 * Coordinator to platform, before anything else when it connects: the last keys signed by that platform that the
 * coordinator holds.
 */
export interface LastKeysBody {
  readonly kind: 'last-keys';
  readonly round: number;
  readonly attempt: number;
  readonly parametersHash: Uint8Array /* [32] */;
  /** The platform's entry in the attempt's key list. */
  readonly keys: KeyEntry;
}

/** One message of the masked sum. The envelope's session names its attempt. */
export interface SecaggBody {
  readonly kind: 'secagg';
  readonly message: SecaggMessage;
}

/** A sealed letter. The coordinator stores and relays it, and cannot open it. */
export interface MailBody {
  readonly kind: 'mail';
  readonly id: Uint8Array /* [16] */;
  readonly from: string;
  readonly to: string;
  readonly lifetimeSeconds: number;
  readonly sealed: Uint8Array;
}

export const MAIL_OUTCOMES = ['stored', 'taken', 'full', 'expired', 'unknown-platform', 'too-large'] as const;
export type MailOutcome = (typeof MAIL_OUTCOMES)[number];

/**
 * Coordinator to sender: the outcome of a letter. Receiver to coordinator: `taken`, after it stored the letter, so that
 * the coordinator deletes it.
 */
export interface MailReceiptBody {
  readonly kind: 'mail-receipt';
  readonly id: Uint8Array /* [16] */;
  readonly outcome: MailOutcome;
}

/** Either end to the sender of a message that it refused. */
export interface FailureBody {
  readonly kind: 'failure';
  readonly code: string;
  readonly text: string;
  /** Sequence of the refused message; 0 if the failure is about no numbered message. */
  readonly about: number;
}
