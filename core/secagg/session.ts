/**
 * The parameters of a masked-sum session, and the events and effects of its two pure state machines (platform.ts,
 * coordinator.ts). The driver owns sockets, clocks and stores. It feeds events and carries out effects **in order**: an effect
 * that must be durable (`persist-*`, `charge`) is durable before the next one begins.
 * @module
 */
import type { CryptoEngine } from '../crypto/engine.ts';
import type { PublicFacts } from './platform/public-facts.ts';
import type { Outcome } from './outcome.ts';
import type { RandomSource } from '../random/source.ts';
import type { SecaggError } from './errors.ts';
import type { CoordinatorMessage, MaskedChunk, NamedKeys, PlatformMessage, Reveals } from './messages.ts';
import type { EnteredAttempt } from './statement.ts';

export const PROTOCOL_VERSION = 2;

export interface CohortMember {
  readonly id: string;
  /** Ed25519 public key, from the pinned manifest. */
  readonly identity: Uint8Array /* [32] */;
}

export type GraphParameters =
  | { readonly kind: 'complete' }
  /** k-regular Harary graph over U1 in the beacon's order; `degree` is even. */
  | { readonly kind: 'harary'; readonly degree: number };

/** Everything that the session id commits to. Each platform fills it in from what it received and from its own manifest. */
export interface SessionParameters {
  readonly version: number;
  readonly federation: string;
  readonly round: number;
  readonly attempt: number;
  /** SHA-256 of the shared model as received. */
  readonly modelHash: Uint8Array /* [32] */;
  /** SHA-256 of the configuration, privacy parameters included. */
  readonly configHash: Uint8Array /* [32] */;
  /** Invited platforms, ascending by id (code units), at least three. */
  readonly cohort: readonly CohortMember[];
  readonly graph: GraphParameters;
  /** t: shares that rebuild a secret; on the complete graph also the fewest platforms in every stage. */
  readonly threshold: number;
  /** Fewest platforms in a sum that may be opened. The noise is calibrated to it. */
  readonly tNoise: number;
  /** c: platforms that may collude with the coordinator. A plan with c >= 2t - n is refused. */
  readonly colluders: number;
  /** d: parameters in an update. */
  readonly vectorLength: number;
  /** Sums are taken modulo 2^ringBits; 16 to 32. */
  readonly ringBits: number;
  /** Parameters in one chunk, a multiple of 32. 65536 at 32 bits are 256 KiB. */
  readonly chunkLength: number;
}

/** Lower bounds from a platform's own policy. It refuses sessions below them. */
export interface PlatformFloor {
  /** Fewest platforms in a cohort; three if a smaller number is given. */
  readonly platforms: number;
  /** Smallest tNoise. */
  readonly tNoise: number;
  /** Smallest c: the session must guard against at least this many colluding platforms. */
  readonly colluders: number;
}

export interface PlatformIdentity {
  readonly id: string;
  /** Ed25519 seed and public key. */
  readonly secretKey: Uint8Array /* [64] */;
}

export interface PlatformDependencies {
  readonly engine: CryptoEngine;
  readonly random: RandomSource;
  readonly floor: PlatformFloor;
  /** True if the attempt (by `attemptKey`) was entered before. The record is durable, and `persist-entered` writes it. */
  readonly isEntered: (attempt: string) => boolean;
  /** Shared by the platforms of one process. Absent: this platform finds out everything by itself. */
  readonly facts?: PublicFacts;
}

export interface CoordinatorDependencies {
  readonly engine: CryptoEngine;
  /** Uploads staged at the same time. Memory is (slots + 1) vectors for every size of cohort. Default 4. */
  readonly uploadSlots?: number;
  /** Chunks that a platform may send beyond those acknowledged. Default 8. */
  readonly uploadWindow?: number;
}

export type Step<State, Effect> = readonly [state: State, effects: readonly Effect[]];

export type PlatformEvent =
  | CoordinatorMessage
  /** The platform's clipped, noised, integer update as ring elements, once per session. Kept by reference until uploaded. */
  | { readonly kind: 'update'; readonly vector: Uint32Array /* [vectorLength] */ }
  /** The connection is back: the platform sends the last messages of this state again, byte for byte. */
  | { readonly kind: 'resume' }
  /** The driver stops the session, for example because its ledger refused the charge. */
  | { readonly kind: 'stop'; readonly error: SecaggError };

export type PlatformEffect =
  /** Record the attempt durably before its first message leaves. */
  | { readonly kind: 'persist-entered'; readonly entered: EnteredAttempt }
  | { readonly kind: 'send'; readonly message: PlatformMessage }
  /** The iterable makes each chunk when it is taken. Take the next one once the transport has accepted the last. */
  | { readonly kind: 'upload'; readonly chunks: Iterable<MaskedChunk> }
  /**
   * Charge the platform's own ledger durably, once per session. The first masked chunk leaves next, and from then on this
   * platform's data may be in an opened sum. If the ledger refuses, feed `stop` and drop the effects that follow.
   */
  | { readonly kind: 'charge'; readonly sessionId: Uint8Array }
  /** Record the revealed shares durably before they are sent. The store refuses this for an attempt that was given up. */
  | { readonly kind: 'persist-reveal'; readonly attempt: string; readonly reveals: Reveals }
  /** The session did not take a message (late, duplicate, unexpected). The driver logs it; it is never fatal. */
  | { readonly kind: 'ignored'; readonly error: SecaggError }
  /** The session is over for this platform and its keys are wiped, so that it can reveal nothing more. */
  | { readonly kind: 'done'; readonly outcome: string }
  | { readonly kind: 'abort'; readonly error: SecaggError };

/** Stages, named after what the platforms send in them. All but `opening` and `ended` have a deadline of their own. */
export type CoordinatorStage =
  'keys' | 'beacon' | 'shares' | 'masked-input' | 'consistency' | 'unmask' | 'opening' | 'ended';

export type CoordinatorEvent =
  | { readonly kind: 'message'; readonly from: string; readonly message: PlatformMessage }
  /** The deadline of `stage` has passed. Ignored unless it is the current stage. */
  | { readonly kind: 'deadline'; readonly stage: CoordinatorStage }
  /** The platform's connection broke, and it may come back within the stage. Its upload slot is freed when others wait. */
  | { readonly kind: 'disconnected'; readonly platform: string }
  /** The platform holds an upload slot and sends nothing. It loses the slot and starts over at the end of the queue. */
  | { readonly kind: 'stalled'; readonly platform: string }
  /** The platform came back: the current stage's message is sent to it again. */
  | { readonly kind: 'reconnected'; readonly platform: string }
  /** The platform will not come back in this session. */
  | { readonly kind: 'lost'; readonly platform: string }
  /** The time that a `grace` effect set is over. Platforms that have not asked to upload are no longer waited for. */
  | { readonly kind: 'grace' }
  /** The answer to a `continue` effect. */
  | { readonly kind: 'continue' }
  /** The driver ends the attempt, because an operator asked for it or the ledger refused the charge. */
  | { readonly kind: 'abandon'; readonly outcome: Exclude<Outcome, 'completed'>; readonly text: string };

/** A platform's fault, for the log and the operator. */
export interface Fault {
  readonly platform: string;
  readonly code: string;
  readonly text: string;
}

/** A platform of the cohort that dropped out, or was silent until a stage's deadline. */
export interface Missing {
  readonly platform: string;
  /** Reason in words, as part of a sentence. It says what was seen, not whose fault it is: a bad dealer makes others leave. */
  readonly because: string;
}

export type CoordinatorEffect =
  | { readonly kind: 'send'; readonly to: string; readonly message: CoordinatorMessage }
  | { readonly kind: 'broadcast'; readonly to: readonly string[]; readonly message: CoordinatorMessage }
  /** A stage began: set its deadline. */
  | { readonly kind: 'stage'; readonly stage: CoordinatorStage; readonly expected: readonly string[] }
  /**
   * U1 is closed: keep its keys durably before they are broadcast. Refunds are proved with them, and a platform whose state was
   * brought back from an old copy recognises that by the keys it signed.
   */
  | {
      readonly kind: 'persist-keys';
      readonly sessionId: Uint8Array;
      readonly parametersHash: Uint8Array;
      readonly keys: readonly NamedKeys[];
    }
  /** Enough platforms have asked to upload: give the others some time, then feed `grace`. */
  | { readonly kind: 'grace' }
  /** Charge the coordinator's ledger durably: the first upload is granted next. Feed `abandon` if the ledger refuses. */
  | { readonly kind: 'charge'; readonly sessionId: Uint8Array }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** Long work pauses after a slice of about 10 ms: feed `continue` once the event loop has turned. */
  | { readonly kind: 'continue' }
  /** The sum over `platforms`, as ring elements below 2^ringBits. */
  | { readonly kind: 'sum'; readonly sum: Uint32Array; readonly platforms: readonly string[] }
  | {
      readonly kind: 'end';
      readonly outcome: Outcome;
      readonly text: string;
      readonly charged: boolean;
      readonly missing: readonly Missing[];
    };

export type { Reveal } from './messages.ts';
