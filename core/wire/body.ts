/**
 * What a message says once its bytes are checked: one variant per body of proto/isthmus.proto. Sizes and ranges hold by
 * construction (core/wire/body-codec.ts refuses the rest), so a reader of these types checks meaning alone.
 * @module
 */
import type { KeyEntry } from '../secagg/messages.ts';
import type { Outcome } from '../secagg/outcome.ts';
import type { SecaggMessage } from './secagg-codec.ts';

/** Messages between the application halves; the link's own (challenge, hello, welcome, ack, fragment) stay below. */
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

export type BodyKind = Body['kind'];

/** Platform to coordinator: where it stands, for progress, and whether rounds may start. */
export interface StatusBody {
  readonly kind: 'status';
  readonly stage: string /* 1..64 characters */;
  /** 0 to 1. */
  readonly fraction: number;
  /** The encoder is made and charged. */
  readonly prepared: boolean;
}

export interface AttemptStartBody {
  readonly kind: 'attempt-start';
  readonly round: number;
  readonly attempt: number;
  /** Canonical JSON of the session's public parameters, as it goes into the session id. */
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
  /** 0: no further attempt will be made; the rounds are over with this round not completed. */
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly text: string;
  /** The next shared model where the attempt completed, else empty. */
  readonly model: Float32Array;
  readonly completedRounds: number;
}

/** Coordinator to platform: its ledger from an index on, one canonical entry each. */
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
  /** Its own public keys of that attempt. */
  readonly sealKey: Uint8Array /* [32] */;
  readonly maskKey: Uint8Array /* [32] */;
  readonly signature: Uint8Array /* [64] */;
}

/** Coordinator to platform, at connect and before all else: the last keys signed by that platform which it holds. */
export interface LastKeysBody {
  readonly kind: 'last-keys';
  readonly round: number;
  readonly attempt: number;
  readonly parametersHash: Uint8Array /* [32] */;
  /** As they stood in the attempt's key list. */
  readonly keys: KeyEntry;
}

/** One message of the masked sum; the envelope's session names the attempt it belongs to. */
export interface SecaggBody {
  readonly kind: 'secagg';
  readonly message: SecaggMessage;
}

/** A sealed box: the coordinator stores and relays it, and cannot open it. */
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
 * Coordinator to sender: what became of a letter. Receiver to coordinator: `taken` (it is safe at the receiver; the
 * coordinator forgets it).
 */
export interface MailReceiptBody {
  readonly kind: 'mail-receipt';
  readonly id: Uint8Array /* [16] */;
  readonly outcome: MailOutcome;
}

/** Told to the sender of a message that could not be taken. */
export interface FailureBody {
  readonly kind: 'failure';
  readonly code: string;
  readonly text: string;
  /** Sequence of the message it answers, 0 for none. */
  readonly about: number;
}
