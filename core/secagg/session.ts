/**
 * What one masked-sum session is: its parameters, and the events and effects of its two pure state machines
 * (platform.ts, coordinator.ts). The driver owns sockets, clocks and stores; it feeds events and carries out effects
 * **in order**, and an effect that must be durable (`persist-*`, `charge`) is durable before the next one begins.
 * @module
 */
import type { CryptoEngine } from '../crypto/engine.ts';
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

/** Everything the session id commits to. Each platform fills it from what it received and from its own manifest. */
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
  /** t: shares that rebuild a secret, and (complete graph) least platforms in every stage. */
  readonly threshold: number;
  /** Least platforms in a sum that may be opened: the noise is calibrated to it. */
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

/** What a platform will not go below, from its own policy. */
export interface PlatformFloor {
  /** Least platforms in a cohort; never below three. */
  readonly platforms: number;
  /** Least tNoise. */
  readonly tNoise: number;
  /** c it wants to be safe against. */
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
  /** Whether an attempt (by `attemptKey`) was entered before: durable on the platform, filled by `persist-entered`. */
  readonly isEntered: (attempt: string) => boolean;
}

export interface CoordinatorDependencies {
  readonly engine: CryptoEngine;
  /** Uploads staged at the same time; memory is (slots + 1) vectors whatever the cohort. Default 4. */
  readonly uploadSlots?: number;
  /** Chunks a platform may have under way. Default 8. */
  readonly uploadWindow?: number;
}

export type Step<State, Effect> = readonly [state: State, effects: readonly Effect[]];

export type PlatformEvent =
  | CoordinatorMessage
  /** The platform's clipped, noised, integer update as ring elements; once a session. Kept by reference until uploaded. */
  | { readonly kind: 'update'; readonly vector: Uint32Array /* [vectorLength] */ }
  /** The connection came back: what this state last sent is sent again, byte for byte. */
  | { readonly kind: 'resume' }
  /** The driver stops, e.g. because its ledger refused the charge. */
  | { readonly kind: 'stop'; readonly error: SecaggError };

export type PlatformEffect =
  /** Durable before the first message of the attempt leaves. */
  | { readonly kind: 'persist-entered'; readonly entered: EnteredAttempt }
  | { readonly kind: 'send'; readonly message: PlatformMessage }
  /** Chunks made as they are taken; take the next one when the last has been handed to the transport. */
  | { readonly kind: 'upload'; readonly chunks: Iterable<MaskedChunk> }
  /**
   * Charge the platform's own ledger durably: the first masked chunk leaves next, and from there on this platform's data may
   * be in an opened sum. Once a session. Feed `stop` when it refuses, and drop what follows.
   */
  | { readonly kind: 'charge'; readonly sessionId: Uint8Array }
  /** The choice of shares, durable before it is sent. Refused for an attempt that was given up. */
  | { readonly kind: 'persist-reveal'; readonly attempt: string; readonly reveals: Reveals }
  /** A message was not taken (late, duplicate, unexpected): counted, never fatal. */
  | { readonly kind: 'ignored'; readonly error: SecaggError }
  /** The session is over for this platform and its keys are wiped: what it never revealed it never will. */
  | { readonly kind: 'done'; readonly outcome: string }
  | { readonly kind: 'abort'; readonly error: SecaggError };

/** Stages by the platforms' side of them; each has its own deadline. */
export type CoordinatorStage =
  'keys' | 'beacon' | 'shares' | 'masked-input' | 'consistency' | 'unmask' | 'opening' | 'ended';

export type CoordinatorEvent =
  | { readonly kind: 'message'; readonly from: string; readonly message: PlatformMessage }
  /** The current stage's time is over. Ignored when it names another stage than the current one. */
  | { readonly kind: 'deadline'; readonly stage: CoordinatorStage }
  /** The connection broke; the platform may come back within the stage. Frees its upload slot when others wait. */
  | { readonly kind: 'disconnected'; readonly platform: string }
  /** It holds an upload slot and sends nothing: the slot goes to the next, and it starts over at the end of the queue. */
  | { readonly kind: 'stalled'; readonly platform: string }
  /** It came back: the current stage's message is sent to it again. */
  | { readonly kind: 'reconnected'; readonly platform: string }
  /** It will not come back in this session. */
  | { readonly kind: 'lost'; readonly platform: string }
  /** The time is over that a `grace` effect set: who has not asked to upload by then is not waited for. */
  | { readonly kind: 'grace' }
  /** The answer to a `continue` effect. */
  | { readonly kind: 'continue' }
  /** The driver ends the attempt: an operator, a refused charge. */
  | { readonly kind: 'abandon'; readonly outcome: Exclude<Outcome, 'completed'>; readonly text: string };

/** What a platform did wrong, for the log and the operator. */
export interface Fault {
  readonly platform: string;
  readonly code: string;
  readonly text: string;
}

/** A platform of the cohort that fell out, or was silent until a stage's deadline. */
export interface Missing {
  readonly platform: string;
  /** In words, as part of a sentence. It says what was seen, not whose fault it is: a bad dealer makes others leave. */
  readonly because: string;
}

export type CoordinatorEffect =
  | { readonly kind: 'send'; readonly to: string; readonly message: CoordinatorMessage }
  | { readonly kind: 'broadcast'; readonly to: readonly string[]; readonly message: CoordinatorMessage }
  /** A stage began: set its deadline. */
  | { readonly kind: 'stage'; readonly stage: CoordinatorStage; readonly expected: readonly string[] }
  /**
   * U1 is closed: keep its keys durably before they are broadcast. A refund is proved with them, and a platform whose state
   * was brought back from an old copy is shown its own.
   */
  | {
      readonly kind: 'persist-keys';
      readonly sessionId: Uint8Array;
      readonly parametersHash: Uint8Array;
      readonly keys: readonly NamedKeys[];
    }
  /** Enough platforms have asked to upload: feed `grace` after a time for the others. */
  | { readonly kind: 'grace' }
  /** Charge the coordinator's ledger durably: the first upload is granted next. Feed `abandon` when it refuses. */
  | { readonly kind: 'charge'; readonly sessionId: Uint8Array }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** Long work was cut (about 10 ms a slice): feed `continue` once the event loop has turned. */
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
