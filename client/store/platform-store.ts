/**
 * The platform's private state: everything that must survive the process, so that nothing is spent, revealed or
 * released twice. Every write is durable when the call returns. The interface is synchronous on purpose: between
 * recording and sending, no other code may run.
 *
 * Unstable for now: a store from outside this project must expect changes in any version.
 * @module
 */
import type { Consent } from '../../core/federation/consent.ts';
import type { VersionStore } from '../../core/federation/versions.ts';
import type { LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { EnteredAttempt } from '../../core/secagg/statement.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import type { NoiseModel } from '../../core/release/release.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';

/** The platform and federation that a state belongs to. */
export interface StoreOwner {
  readonly federation: string;
  readonly platform: string;
}

export interface PlatformStore {
  readonly sessions: SessionStore;
  /** This platform's own ledger. */
  readonly ledger: LedgerStore;
  /** Versions of the manifest that this platform has signed or used. */
  readonly versions: VersionStore;
  readonly sums: ReleasedSumStore;
  readonly codes: CodeStore;
  readonly pseudonyms: PseudonymStore;
  readonly consents: ConsentStore;
  readonly requests: RequestStore;
  readonly received: ReceivedStore;
  readonly models: ModelStore;
  readonly outbox: Outbox;
  readonly letterKeys: LetterKeyStore;
  readonly starts: StartStore;
  readonly coordinates: CoordinateStore;
  /** Frees the lock. Every later call throws STORE_CLOSED. */
  close(): void;
}

/** The coordinates of the items in this platform's sums: from 0, in order, fixed for ever. */
export interface CoordinateStore {
  all(): readonly string[];
  /** Appends all items or none. */
  append(items: readonly string[]): void;
}

/** The parameters of the platform's last start. Its reading stays the same until an operator changes it. */
export interface StartStore {
  get(): LastStart | undefined;
  put(start: LastStart): void;
}

export interface LastStart {
  readonly platform: string;
  /** The platforms that a consent here may name as its target. */
  readonly platforms: readonly string[];
  /** Absolute path. */
  readonly data: string;
  /** Absolute path. The path of the catalogue is relative to it. */
  readonly readingPath: string;
  /** The text of the reading file. */
  readonly reading: string;
}

/** An attempt that this platform entered, and how its part ended. */
export interface RecordedAttempt extends EnteredAttempt {
  /** Session id in the ledger's charge, lower-case hex; null until it is charged. */
  readonly session: string | null;
  /**
   * `revealed`: a choice of shares is on record, sent or not. `given-up`: no share was revealed, and the secrets are
   * gone. Null while the process that entered it may still reveal.
   */
  readonly ending: 'revealed' | 'given-up' | null;
}

/**
 * Records of the masked sum. Each attempt is entered once, and then either revealed, with a single choice of shares, or
 * given up.
 */
export interface SessionStore {
  /** Records an attempt before its first message leaves. @returns false if it was entered before. */
  enter(entered: EnteredAttempt): boolean;
  /** @param attempt `attemptKey`: lower-case hex. */
  find(attempt: string): RecordedAttempt | undefined;
  /** The attempt that was charged under this session id. */
  ofSession(session: string): RecordedAttempt | undefined;
  /** True if this platform ever entered an attempt with these two public keys. */
  knows(keys: Pick<EnteredAttempt, 'sealKey' | 'maskKey'>): boolean;
  /** Records the session that the ledger is about to be charged for. */
  charging(attempt: string, session: string): void;
  /**
   * Records the choice of shares that this platform reveals.
   * @returns false if it gave up, or another choice is on record.
   */
  reveal(attempt: string, choice: Uint8Array): boolean;
  /** Records that this platform revealed nothing and never will. @returns false if a reveal is on record. */
  giveUp(attempt: string): boolean;
  /**
   * Gives up every attempt without an ending. A new process does this first, because the old one's secrets are gone.
   */
  giveUpAll(): void;
}

/**
 * Sums that this platform alone released during `prepare`. They are paid for once, so a restart uses the same values
 * again.
 */
export interface ReleasedSumStore {
  /** @param plan fingerprint of everything the release was planned with: with other noise it is another release. */
  get(plan: string, repetition: number): Float64Array | undefined;
  put(plan: string, repetition: number, values: Float64Array): void;
}

/** A code for one person, as it left or will leave. */
export interface MemoisedCode {
  /** The platform's own id: the code belongs to the person, under whatever pseudonym it is sent. */
  readonly person: string;
  readonly pseudonym: string;
  /**
   * The vector that was released; empty once it was deleted. The record stays, so that nobody gets a second code by withdrawing and
   * consenting again.
   */
  readonly vector: Float32Array;
  /** Mode and its parameters, dimension, plan and pseudonym scheme: with others it is another release. */
  readonly mode: string;
  /** Round of the shared model whose encoder made the code. */
  readonly modelRound: number;
}

/** One code per (person, epoch, target). A repeated request gets the same code, so averaging gains nothing. */
export interface CodeStore {
  get(epoch: number, target: string, person: string): MemoisedCode | undefined;
  /** Stores all codes, which have one dimension, or none, and replaces earlier ones. */
  put(epoch: number, target: string, codes: readonly MemoisedCode[]): void;
  /**
   * All pseudonyms under which codes of these persons were ever stored for this target, including deleted and replaced
   * codes; sorted.
   */
  pseudonyms(target: string, persons: readonly string[]): readonly string[];
  /** Deletes the vectors of these persons for this target, in every epoch. @returns number deleted. */
  delete(target: string, persons: readonly string[]): number;
}

/** The pseudonym scheme that this state is bound to. */
export interface PseudonymStore {
  /** The scheme's fingerprint; undefined before the first start with a scheme. */
  get(): string | undefined;
  put(fingerprint: string): void;
}

export interface ConsentStore {
  /**
   * Stores all consents or none. It replaces a consent in force of the same person, target and epoch. A revoked consent
   * stays until it is withdrawn.
   */
  add(consents: readonly Consent[]): void;
  /** Consents in force, sorted by target, epoch, person. */
  list(filter?: ConsentFilter): readonly Consent[];
  /**
   * Revokes consents at once. An agent withdraws them when it next runs.
   * @param target undefined: every target.
   * @returns number revoked.
   */
  revoke(persons: readonly string[], target?: string): number;
  /** Revoked consents that are not yet withdrawn, in the order of `list`, which omits them. */
  revoked(): readonly Consent[];
  /**
   * Deletes revoked consents, because they are withdrawn.
   * @param target undefined: every target.
   * @returns the deleted ones, sorted by target, epoch, person.
   */
  withdraw(persons: readonly string[], target?: string): readonly Consent[];
}

/** A target's request to this platform. */
export interface ReleaseRequest {
  readonly target: string;
  readonly epoch: number;
  readonly modelRound: number;
}

/**
 * Standing requests, so that later consents are answered without another request. Only the last request of each target
 * is stored.
 */
export interface RequestStore {
  /** Stores an open request, and replaces an earlier one. */
  put(request: ReleaseRequest): void;
  answered(target: string): void;
  /** All requests, sorted by target. */
  list(): readonly (ReleaseRequest & { readonly isAnswered: boolean })[];
}

export interface ConsentFilter {
  readonly target?: string;
  readonly epoch?: number;
  readonly person?: string;
}

/** One part of a batch that a source released to this platform. */
export interface ReceivedPart {
  readonly source: string;
  readonly epoch: number;
  readonly modelRound: number;
  readonly part: number;
  readonly parts: number;
  /** Order of its letter. A person withdrawn by a later letter is not stored. */
  readonly order: number;
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly persons: readonly string[];
  /** Unix seconds at which each person's vector expires: [persons]. */
  readonly expires: Uint32Array;
  readonly vectors: Float32Array /* [persons, dimension] */;
}

/** The state of a source's answer. */
export interface ReceivedBatch {
  readonly source: string;
  readonly epoch: number;
  readonly modelRound: number;
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly parts: number;
  readonly partsReceived: number;
  /** Number of persons whose vectors are stored. */
  readonly persons: number;
}

export interface ReceivedVector {
  readonly pseudonym: string;
  /** [dimension] */
  readonly vector: Float32Array;
}

/** The epoch and the shared model of a request. Answers with the same version belong together. */
export interface ReceivedVersion {
  readonly epoch: number;
  readonly modelRound: number;
}

/** Released vectors that this platform holds as a target, with one answer per source and version. */
export interface ReceivedStore {
  /**
   * Stores a part. An answer with another mode, noise, dimension or number of parts replaces that source's answer of
   * the same version. A vector replaces an earlier one of the same person.
   */
  put(part: ReceivedPart): void;
  /** Sorted by source, then version. */
  batches(): readonly ReceivedBatch[];
  /** Sorted by pseudonym. */
  vectors(source: string, version: ReceivedVersion): readonly ReceivedVector[];
  /** The vectors that sources released for one person. */
  person(pseudonym: string, version: ReceivedVersion): readonly ReleasedVector[];
  /** Deletes every other version. */
  keep(versions: readonly ReceivedVersion[]): void;
  /** Deletes one source's answer. */
  drop(source: string, version: ReceivedVersion): void;
  /**
   * Deletes withdrawn persons in every version, and refuses them in parts that were written before the withdrawal and
   * arrive later.
   * @returns number deleted.
   */
  withdraw(source: string, order: number, pseudonyms: readonly string[]): number;
  /** Deletes everything that has expired at `now` (Unix seconds). @returns number deleted. */
  expire(now: number): number;
}

/** Shared models that this platform accepted, by their round (0: the initial one). */
export interface ModelStore {
  accept(round: number, model: Float32Array): void;
  latest(): { readonly round: number; readonly model: Float32Array } | undefined;
  at(round: number): Float32Array | undefined;
  /** The version that recommendations are made with; undefined before the first choice. */
  served(): ServedVersion | undefined;
  serve(version: ServedVersion): void;
}

/** A version of received vectors, with the quality of its decoder. */
export interface ServedVersion extends ReceivedVersion {
  /** Held-out NDCG@10; null if it could not be measured. */
  readonly heldOut: number | null;
  /** Number of held-out persons. */
  readonly persons: number;
}

/** A letter that the mailbox has not confirmed yet. It is sealed each time it is sent. */
export interface OutgoingLetter {
  /** Lower-case hex. */
  readonly id: string;
  readonly to: string;
  readonly lifetimeSeconds: number;
  /** True if it is sealed to a key that its receiver deletes afterwards. */
  readonly namesPersons: boolean;
  readonly content: Uint8Array;
}

/** `order` grows with every letter that was ever added. */
export type WaitingLetter = OutgoingLetter & { readonly order: number };

/** Letters that the mailbox has not confirmed, and ids of letters already taken from it. */
export interface Outbox {
  /** Adds all letters or none, in order. @returns them in the form of `waiting`. */
  add(letters: readonly OutgoingLetter[]): readonly WaitingLetter[];
  waiting(): readonly WaitingLetter[];
  sent(id: string): void;
  /** Records that an incoming letter was handled. */
  take(sender: string, id: string): void;
  isTaken(sender: string, id: string): boolean;
}

/** A key pair that this platform made for one peer's letters. */
export interface OwnLetterKey {
  readonly peer: string;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
  /** Unix seconds until which the peer may seal to it. */
  readonly until: number;
  /** It grows with every key for that peer. */
  readonly serial: number;
  /** True if a letter that was sealed to it was taken. */
  readonly isUsed: boolean;
  /** Ids of the letters sealed to it, once the peer has said that there will be no more; else null. */
  readonly awaited: readonly string[] | null;
}

/** The key that letters to a peer are sealed to. */
export interface PeerLetterKey {
  readonly publicKey: Uint8Array;
  readonly until: number;
  readonly serial: number;
}

/** Keys of letters that name persons. */
export interface LetterKeyStore {
  /** Sorted by serial, without the deleted ones. @param peer undefined: every peer. */
  own(peer?: string): readonly OwnLetterKey[];
  add(key: Omit<OwnLetterKey, 'isUsed' | 'awaited'>): void;
  /** Serial of the newest key that was ever made for this peer; 0 before the first. */
  lastSerial(peer: string): number;
  use(peer: string, publicKey: Uint8Array): void;
  awaits(peer: string, publicKey: Uint8Array, letters: readonly string[]): void;
  /** Deletes the secret halves, and leaves no copy of them in the store's files. */
  forget(publicKeys: readonly Uint8Array[]): void;
  peer(name: string): PeerLetterKey | undefined;
  /** Sets the peer's key, and forgets which letters were sealed to the earlier one. */
  setPeer(name: string, key: PeerLetterKey): void;
  /** Records that a letter was sealed to this peer's key. */
  sealed(peer: string, letter: string): void;
  /** Ids of letters that were sealed to this peer's key. */
  sealedTo(peer: string): readonly string[];
}
