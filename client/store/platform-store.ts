/**
 * The platform's private state: what must outlive the process so that nothing is spent, revealed or released twice.
 * Every write is durable when the call returns. Synchronous on purpose: "recorded, then sent" must have no gap in which
 * something else runs, and the state of one platform lives on its own disk.
 * @module
 */
import type { Consent } from '../../core/federation/consent.ts';
import type { VersionStore } from '../../core/federation/versions.ts';
import type { LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { EnteredAttempt } from '../../core/secagg/statement.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import type { NoiseModel } from '../../core/release/release.ts';
import type { ReleasedVector } from '../../core/transfer/decoder/report.ts';

export interface PlatformStore {
  readonly sessions: SessionStore;
  /** This platform's own ledger. */
  readonly ledger: LedgerStore;
  /** Versions of the manifest that this platform has signed or run by. */
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
  /** Frees the lock; everything after it throws STORE_CLOSED. */
  close(): void;
}

/** Which item has which coordinate in this platform's sums: from 0, in order, for good. */
export interface CoordinateStore {
  all(): readonly string[];
  /** All or none. */
  append(items: readonly string[]): void;
}

/** How the platform last started: its reading stays the same until a person changes it. */
export interface StartStore {
  get(): LastStart | undefined;
  put(start: LastStart): void;
}

export interface LastStart {
  readonly platform: string;
  /** All platforms of the federation, this one among them. */
  readonly platforms: readonly string[];
  /** Absolute. */
  readonly data: string;
  /** Absolute; its catalogue is named from there. */
  readonly readingPath: string;
  /** The text of the reading file. */
  readonly reading: string;
}

/** An attempt that this platform entered, and what became of its part. */
export interface RecordedAttempt extends EnteredAttempt {
  /** Session id that the ledger was charged under, lower-case hex; null until it is. */
  readonly session: string | null;
  /**
   * `revealed`: a choice of shares is on record, sent or not. `given-up`: no share was revealed, and the secrets are gone.
   * Null while the process that entered it may still reveal.
   */
  readonly ending: 'revealed' | 'given-up' | null;
}

/** The masked sum: an attempt is entered once, and either revealed, one choice of shares ever, or given up. */
export interface SessionStore {
  /** Before the attempt's first message leaves. @returns false when it was entered before. */
  enter(entered: EnteredAttempt): boolean;
  /** @param attempt `attemptKey`: lower-case hex. */
  find(attempt: string): RecordedAttempt | undefined;
  /** The attempt that was charged under this session id. */
  ofSession(session: string): RecordedAttempt | undefined;
  /** Whether this platform ever entered an attempt with these two public keys. */
  knows(keys: Pick<EnteredAttempt, 'sealKey' | 'maskKey'>): boolean;
  /** Which session the ledger is about to be charged under. */
  charging(attempt: string, session: string): void;
  /** Records what this platform reveals. @returns false when it gave up, or another choice is on record. */
  reveal(attempt: string, choice: Uint8Array): boolean;
  /** Records that this platform revealed nothing and never will. @returns false when a reveal is on record. */
  giveUp(attempt: string): boolean;
  /** Gives up every attempt without an ending: for a new process, since their secrets died with the old one. */
  giveUpAll(): void;
}

/** Sums released by this platform alone during `prepare`: paid for once, so a restart takes the values again. */
export interface ReleasedSumStore {
  /** @param plan fingerprint of everything the release was planned with: other noise is another release. */
  get(plan: string, repetition: number): Float64Array | undefined;
  put(plan: string, repetition: number, values: Float64Array): void;
}

/** A code as it left, or is to leave, for one person. */
export interface MemoisedCode {
  /** The platform's own id: a code is one person's, under whatever pseudonym it is sent. */
  readonly person: string;
  readonly pseudonym: string;
  /** Empty once it was deleted: that a code was drawn stays known, so that withdrawing and consenting again draws no second. */
  readonly vector: Float32Array;
  /** Mode and its parameters, dimension, plan and pseudonym scheme: a code of other ones is another release. */
  readonly mode: string;
  /** Round of the shared model whose encoder made it. */
  readonly modelRound: number;
}

/** One code a (person, epoch, target): asking again gives the same one, so averaging gains nothing. */
export interface CodeStore {
  get(epoch: number, target: string, person: string): MemoisedCode | undefined;
  /** All or none; replaces. */
  put(epoch: number, target: string, codes: readonly MemoisedCode[]): void;
  /** Pseudonyms under which codes of these persons were ever kept for this target, deleted and replaced ones too; sorted. */
  pseudonyms(target: string, persons: readonly string[]): readonly string[];
  /** Deletes the vectors of these persons for this target, in every epoch. @returns how many. */
  delete(target: string, persons: readonly string[]): number;
}

/** The pseudonym scheme that this state goes by. */
export interface PseudonymStore {
  /** Its fingerprint; undefined before the first start with one. */
  get(): string | undefined;
  put(fingerprint: string): void;
}

export interface ConsentStore {
  /** Replaces a consent in force of the same person, target and epoch; a revoked one stays, to be withdrawn. All or none. */
  add(consents: readonly Consent[]): void;
  /** By target, epoch, person. */
  list(filter?: ConsentFilter): readonly Consent[];
  /**
   * Takes consents out of force at once, for an agent to withdraw when it next runs. @param target undefined: for every
   * target. @returns how many.
   */
  revoke(persons: readonly string[], target?: string): number;
  /** Out of force and not yet withdrawn; in the order of `list`, which leaves them out. */
  revoked(): readonly Consent[];
  /** Deletes revoked ones: they are withdrawn. @param target undefined: for every target. @returns those; by target, epoch, person. */
  withdraw(persons: readonly string[], target?: string): readonly Consent[];
}

/** What a target asked of this platform. */
export interface ReleaseRequest {
  readonly target: string;
  readonly epoch: number;
  readonly modelRound: number;
}

/** Requests stand: consents that come later are answered without being asked again. One a target, the last. */
export interface RequestStore {
  /** An open one; replaces. */
  put(request: ReleaseRequest): void;
  answered(target: string): void;
  /** By target. */
  list(): readonly (ReleaseRequest & { readonly isAnswered: boolean })[];
}

export interface ConsentFilter {
  readonly target?: string;
  readonly epoch?: number;
  readonly person?: string;
}

/** What a source released to this platform: one part of a batch. */
export interface ReceivedPart {
  readonly source: string;
  readonly epoch: number;
  readonly modelRound: number;
  readonly part: number;
  readonly parts: number;
  /** Of the letter it came in: what was withdrawn by a later one is not taken. */
  readonly order: number;
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly persons: readonly string[];
  readonly expires: Uint32Array;
  readonly vectors: Float32Array /* [persons, dimension] */;
}

/** How far a source's answer has come. */
export interface ReceivedBatch {
  readonly source: string;
  readonly epoch: number;
  readonly modelRound: number;
  readonly mode: ReleaseModeName;
  readonly noiseModel: NoiseModel;
  readonly dimension: number;
  readonly parts: number;
  readonly partsReceived: number;
  /** Whose vectors are held. */
  readonly persons: number;
}

export interface ReceivedVector {
  readonly pseudonym: string;
  readonly vector: Float32Array;
}

/** Answers belong together when they were asked for in one epoch, about one shared model. */
export interface ReceivedVersion {
  readonly epoch: number;
  readonly modelRound: number;
}

/** Released vectors that this platform holds as a target; in each version one answer a source. */
export interface ReceivedStore {
  /** An answer made otherwise (mode, noise, dimension, parts) replaces that source's of the same version; a person again replaces. */
  put(part: ReceivedPart): void;
  /** By source, then version. */
  batches(): readonly ReceivedBatch[];
  /** In order of pseudonym. */
  vectors(source: string, version: ReceivedVersion): readonly ReceivedVector[];
  /** What each source released of one person. */
  person(pseudonym: string, version: ReceivedVersion): readonly ReleasedVector[];
  /** Deletes every other version. */
  keep(versions: readonly ReceivedVersion[]): void;
  /** Deletes one source's answer. */
  drop(source: string, version: ReceivedVersion): void;
  /** Withdrawn persons, in every version. Also refuses them in parts that were written before and come later. @returns deleted. */
  withdraw(source: string, order: number, pseudonyms: readonly string[]): number;
  /** Deletes what has expired at `now` (Unix seconds). @returns deleted. */
  expire(now: number): number;
}

/** Shared models that this platform accepted, by the round that made them (0: the initial one). */
export interface ModelStore {
  accept(round: number, model: Float32Array): void;
  latest(): { readonly round: number; readonly model: Float32Array } | undefined;
  at(round: number): Float32Array | undefined;
  /** What recommendations are made with; undefined before the first choice. */
  served(): ServedVersion | undefined;
  serve(version: ServedVersion): void;
}

/** A version of received vectors, and how good its decoder was. */
export interface ServedVersion extends ReceivedVersion {
  /** Held-out NDCG@10; null where it could not be judged. */
  readonly heldOut: number | null;
  /** Held-out persons. */
  readonly persons: number;
}

/** A letter on its way: kept until the mailbox says it has it, and sealed each time it is sent. */
export interface OutgoingLetter {
  /** Lower-case hex. */
  readonly id: string;
  readonly to: string;
  readonly lifetimeSeconds: number;
  /** Sealed to a key that its receiver deletes afterwards. */
  readonly namesPersons: boolean;
  readonly content: Uint8Array;
}

/** `order` grows with every letter that was ever added. */
export type WaitingLetter = OutgoingLetter & { readonly order: number };

/** Letters not yet handed to the mailbox, and ids of letters already taken from it. */
export interface Outbox {
  /** All or none, in order. @returns them as `waiting` lists them. */
  add(letters: readonly OutgoingLetter[]): readonly WaitingLetter[];
  waiting(): readonly WaitingLetter[];
  sent(id: string): void;
  /** Marks an incoming letter handled. */
  take(sender: string, id: string): void;
  isTaken(sender: string, id: string): boolean;
}

/** A pair that this platform made for one peer's letters. */
export interface OwnLetterKey {
  readonly peer: string;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
  /** Unix seconds: until then the peer may seal to it. */
  readonly until: number;
  /** Grows with every key for that peer. */
  readonly serial: number;
  /** A letter that was sealed to it was taken. */
  readonly isUsed: boolean;
  /** Ids of the letters sealed to it, once the peer has said that there will be no more. */
  readonly awaited: readonly string[] | null;
}

/** What a peer's letters are sealed to. */
export interface PeerLetterKey {
  readonly publicKey: Uint8Array;
  readonly until: number;
  readonly serial: number;
}

/** Keys of letters that name persons. */
export interface LetterKeyStore {
  /** By serial; without the deleted ones. @param peer undefined: of every peer. */
  own(peer?: string): readonly OwnLetterKey[];
  add(key: Omit<OwnLetterKey, 'isUsed' | 'awaited'>): void;
  /** Of the newest key that was ever made for this peer; 0 before the first. */
  lastSerial(peer: string): number;
  use(peer: string, publicKey: Uint8Array): void;
  awaits(peer: string, publicKey: Uint8Array, letters: readonly string[]): void;
  /** Deletes the secret halves, in a way that leaves no copy in the store's files. */
  forget(publicKeys: readonly Uint8Array[]): void;
  peer(name: string): PeerLetterKey | undefined;
  /** Forgets which letters were sealed to the one before. */
  setPeer(name: string, key: PeerLetterKey): void;
  /** A letter was sealed to this peer's key. */
  sealed(peer: string, letter: string): void;
  /** Letters that were sealed to this peer's key. */
  sealedTo(peer: string): readonly string[];
}
