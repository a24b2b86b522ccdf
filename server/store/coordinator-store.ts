/**
 * The interface to the store of a coordinator's state. Two implementations (SQLite, memory) pass one compliance suite.
 * Every call is durable when it returns, or throws a StoreError and has changed nothing.
 *
 * Unstable for now: a store from outside this project must expect changes in any version.
 * @module
 */
import type { OptimiserState } from '../../core/federation/optimiser.ts';
import type { Outcome } from '../../core/secagg/outcome.ts';
import type { VersionStore } from '../../core/federation/versions.ts';
import type { LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { NamedKeys } from '../../core/secagg/messages.ts';

export interface CoordinatorStore {
  readonly rounds: RoundStore;
  readonly sessions: SessionStore;
  readonly ledger: LedgerStore;
  /** Versions of the manifest that this coordinator has used. */
  readonly versions: VersionStore;
  readonly mailbox: MailboxStore;
  /** Frees all resources. Idempotent. Every later call throws STORE_CLOSED. */
  close(): void;
}

/** The federation and the plan that a store belongs to. */
export interface StoreOwner {
  readonly federation: string;
  /** Number of parameters of the shared model. */
  readonly parameters: number;
}

export interface AttemptStarted {
  readonly round: number;
  readonly attempt: number;
  readonly cohort: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

export interface AttemptEnded {
  readonly round: number;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly text: string;
  /** Platforms whose update is in the sum; empty unless the sum was opened. */
  readonly platforms: readonly string[];
  /** True if the ledger was charged for it. */
  readonly charged: boolean;
  readonly endedAt: number;
}

export interface AttemptRecord extends AttemptStarted {
  /** The attempt's end; undefined while it is under way. */
  readonly end: Omit<AttemptEnded, 'round' | 'attempt'> | undefined;
}

export interface CompletedRound {
  readonly round: number;
  readonly model: Float32Array /* [parameters] */;
  readonly optimiser: OptimiserState;
}

/** The shared models, and a record of every attempt. */
export interface RoundStore {
  /** The last completed round; undefined before the first. */
  latest(): CompletedRound | undefined;
  /** The shared model after a completed round. */
  model(round: number): Float32Array | undefined;
  /** @throws STORE_CONFLICT if this attempt was begun before, or another is under way. */
  begin(attempt: AttemptStarted): void;
  /** Ends an attempt with any outcome but `completed`. @throws STORE_CONFLICT unless it is under way. */
  end(attempt: AttemptEnded): void;
  /**
   * Records the attempt's end and the round's model, both or neither.
   * @throws STORE_CONFLICT unless it is the next round.
   */
  complete(attempt: AttemptEnded, completed: CompletedRound): void;
  /** The last `most` attempts, in the order in which they began. */
  attempts(most: number): readonly AttemptRecord[];
  find(round: number, attempt: number): AttemptRecord | undefined;
  /** Highest attempt number used for a round, 0 for none. A number is never used twice. */
  lastAttempt(round: number): number;
  /** Number of attempts by outcome, without those under way. */
  outcomes(): ReadonlyMap<Outcome, number>;
}

/** The key list of an attempt's session, as its platforms signed it (message U1 of the masked sum). */
export interface ListedKeys {
  readonly round: number;
  readonly attempt: number;
  /** Session id, lower-case hex. */
  readonly session: string;
  readonly parametersHash: Uint8Array /* [32] */;
  readonly keys: readonly NamedKeys[];
}

/** The evidence for refunds: the key list of every attempt, and the statements of platforms that gave it up. */
export interface SessionStore {
  /**
   * Stores a key list. From then on it is the last one of every platform in it.
   * @throws STORE_CONFLICT if the attempt has a list.
   */
  list(listed: ListedKeys): void;
  listed(round: number, attempt: number): ListedKeys | undefined;
  /** The last key list that contains the platform. */
  last(platform: string): ListedKeys | undefined;
  /** Stores a platform's signature under its statement. A second one is ignored. */
  state(attempt: { readonly round: number; readonly attempt: number }, platform: string, signature: Uint8Array): void;
  /** Signatures by platform. */
  statements(attempt: { readonly round: number; readonly attempt: number }): ReadonlyMap<string, Uint8Array>;
}

export interface StoredLetter {
  /** Order of arrival. */
  readonly order: number;
  readonly id: Uint8Array /* [16] */;
  readonly from: string;
  readonly to: string;
  readonly sealed: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Sealed letters that wait for their receiver. */
export interface MailboxStore {
  /** @returns false if a letter of that sender with that id is already waiting. */
  add(letter: Omit<StoredLetter, 'order'>): boolean;
  /** The receiver's first letter after `order` in order of arrival. */
  next(to: string, order: number): StoredLetter | undefined;
  /** Number and bytes of a receiver's waiting letters. @param from count only letters of this sender. */
  load(to: string, from?: string): { readonly letters: number; readonly bytes: number };
  /** Deletes a letter. @returns its sender; undefined if the receiver has no such letter. */
  remove(to: string, id: Uint8Array): string | undefined;
  /** Deletes expired letters. @returns them. */
  expire(now: number): readonly Pick<StoredLetter, 'id' | 'from' | 'to'>[];
}
