/**
 * The seam to whatever keeps a coordinator's state. Two implementations (SQLite, memory) run one compliance suite. Every
 * call is durable when it returns, or throws a StoreError and has changed nothing.
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
  /** Versions of the manifest that this coordinator has run by. */
  readonly versions: VersionStore;
  readonly mailbox: MailboxStore;
  /** Frees whatever is held. Idempotent; every later call throws STORE_CLOSED. */
  close(): void;
}

/** Whose state it is. */
export interface StoreOwner {
  readonly federation: string;
  /** Parameters of the shared model. */
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
  /** Platforms whose update is in the sum; empty unless it was opened. */
  readonly platforms: readonly string[];
  /** Whether the ledger was charged for it. */
  readonly charged: boolean;
  readonly endedAt: number;
}

export interface AttemptRecord extends AttemptStarted {
  /** Undefined while under way. */
  readonly end: Omit<AttemptEnded, 'round' | 'attempt'> | undefined;
}

export interface CompletedRound {
  readonly round: number;
  readonly model: Float32Array /* [parameters] */;
  readonly optimiser: OptimiserState;
}

/** Shared models, and how every attempt went. */
export interface RoundStore {
  /** The last completed round; undefined before the first. */
  latest(): CompletedRound | undefined;
  /** The shared model after a completed round. */
  model(round: number): Float32Array | undefined;
  /** @throws STORE_CONFLICT when this attempt was begun before, or another is under way. */
  begin(attempt: AttemptStarted): void;
  /** Any outcome but `completed`. @throws STORE_CONFLICT unless it is under way. */
  end(attempt: AttemptEnded): void;
  /** The attempt's end and the round's model, together or not at all. @throws STORE_CONFLICT unless it is the next round. */
  complete(attempt: AttemptEnded, completed: CompletedRound): void;
  /** In the order they began, the last `most`. */
  attempts(most: number): readonly AttemptRecord[];
  find(round: number, attempt: number): AttemptRecord | undefined;
  /** Highest attempt number used for a round, 0 for none: a number is never used twice. */
  lastAttempt(round: number): number;
  /** Attempts by outcome, those under way not counted. */
  outcomes(): ReadonlyMap<Outcome, number>;
}

/** U1 of an attempt's session, as its platforms signed it. */
export interface ListedKeys {
  readonly round: number;
  readonly attempt: number;
  /** Session id, lower-case hex. */
  readonly session: string;
  readonly parametersHash: Uint8Array /* [32] */;
  readonly keys: readonly NamedKeys[];
}

/** What a refund is proved with: the key list of every attempt, and the statements of platforms that gave it up. */
export interface SessionStore {
  /** From then on these are the last keys of every platform in it. @throws STORE_CONFLICT when the attempt has a list. */
  list(listed: ListedKeys): void;
  listed(round: number, attempt: number): ListedKeys | undefined;
  /** The last key list that the platform stands in. */
  last(platform: string): ListedKeys | undefined;
  /** Keeps a platform's signature under its statement; the first one stays. */
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
  /** False when a letter of that sender with that id waits already. */
  add(letter: Omit<StoredLetter, 'order'>): boolean;
  /** The receiver's first letter after `order` in order of arrival. */
  next(to: string, order: number): StoredLetter | undefined;
  /** What waits for a receiver. @param from of this sender alone. */
  load(to: string, from?: string): { readonly letters: number; readonly bytes: number };
  /** The letter's sender; undefined when the receiver has no such letter waiting. */
  remove(to: string, id: Uint8Array): string | undefined;
  /** Drops what has expired. */
  expire(now: number): readonly Pick<StoredLetter, 'id' | 'from' | 'to'>[];
}
