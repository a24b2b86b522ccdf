/**
 * Keys for letters that name persons. The receiver makes a pair for each sender, offers the public half, and makes another one
 * when something was sealed to it. The sender says which letters it sealed to the one before; once they are taken, or can
 * wait nowhere any more, the secret half is deleted. From then on nobody can open what was recorded of them.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import { equalBytes } from '../../core/encoding/canonical-bytes.ts';
import { LETTER_LIMITS } from '../../core/federation/letter.ts';
import type { ClosedLetterKey, LetterBody, LetterKey } from '../../core/federation/letter.ts';
import { letterKeyPair } from '../../core/federation/letter-seal.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { unixSeconds } from '../clock.ts';
import type { LetterKeyStore, OwnLetterKey } from '../store/platform-store.ts';

/** A letter waits this long for a platform that is away. */
export const LETTER_LIFETIME_SECONDS = 7 * 24 * 3600;
/** A key is offered for this long: a sender that hears of no later one stops using it then. */
const KEY_LIFETIME_SECONDS = 7 * 24 * 3600;
/** A key is renewed at this age though nothing was sealed to it, so that a sender always has one it may use. */
const RENEWAL_SECONDS = 24 * 3600;
/** Keys are looked after this often; one that was used is replaced no sooner. */
const PERIOD_MS = 60_000;

export interface LetterKeysOptions {
  readonly store: LetterKeyStore;
  /** Platforms that can be written to. */
  readonly peers: readonly string[];
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly write: (to: string, body: LetterBody) => void;
  /** Whether a letter was taken from the mailbox. */
  readonly isTaken: (sender: string, letter: string) => boolean;
  /** A store that cannot be written, found out by the clock. */
  readonly onError: (error: unknown) => void;
}

export class LetterKeys {
  readonly #options: LetterKeysOptions;
  /** Peers that seal to a key which this state does not know, as one brought back from a copy. */
  readonly #unknownTo = new Set<string>();
  #cancel: Cancel = () => undefined;

  constructor(options: LetterKeysOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, onError } = this.#options;
    this.#cancel = clock.after(PERIOD_MS, () => {
      try {
        this.#lookAfter();
      } catch (error) {
        onError(error);
        return;
      }
      this.start();
    });
  }

  stop(): void {
    this.#cancel();
  }

  /** A peer is about to be asked: it must have a key for its answer. */
  offer(peer: string): void {
    const newest = this.#options.store.own(peer).at(-1);
    if (newest === undefined || this.#isDue(newest)) this.#make(peer);
  }

  /** Secret half of a key that this platform offered to a peer; undefined once it is deleted. */
  secretOf(peer: string, publicKey: Uint8Array): Uint8Array | undefined {
    return this.#options.store.own(peer).find((key) => equalBytes(key.publicKey, publicKey))?.secretKey;
  }

  /** What a letter to this peer is sealed to; undefined: it offered none that may still be used. */
  ofPeer(peer: string): Uint8Array | undefined {
    const { store, clock } = this.#options;
    const key = store.peer(peer);
    return key === undefined || key.until <= unixSeconds(clock) ? undefined : key.publicKey;
  }

  /** Before the letter leaves. */
  sealed(peer: string, letter: string): void {
    this.#options.store.sealed(peer, letter);
  }

  /** A peer offers a key. */
  onKey(peer: string, { publicKey, until, serial }: LetterKey): void {
    const { store, write } = this.#options;
    const known = store.peer(peer);
    if (known !== undefined) {
      if (serial < known.serial || equalBytes(publicKey, known.publicKey)) return;
      const letters = store.sealedTo(peer);
      // More than one closing may name: then the key is deleted when its letters cannot wait anywhere any more.
      if (letters.length <= LETTER_LIMITS.letters) {
        write(peer, { kind: 'letter-key-closed', publicKey: known.publicKey, letters });
      }
    }
    store.setPeer(peer, { publicKey, until, serial });
  }

  /** A peer says that it seals no more to a key of this platform. */
  onClosed(peer: string, { publicKey, letters }: ClosedLetterKey): void {
    this.#options.store.awaits(peer, publicKey, letters);
    this.#deleteTaken(peer);
  }

  /** A letter was taken that was sealed to this key. */
  onTaken(peer: string, publicKey: Uint8Array): void {
    this.#options.store.use(peer, publicKey);
    this.#deleteTaken(peer);
  }

  /** A letter came that is sealed to a key which is not here: the peer is offered another one. */
  onUnknownKey(peer: string): void {
    this.#unknownTo.add(peer);
  }

  #deleteTaken(peer: string): void {
    const { store, isTaken } = this.#options;
    const over = store
      .own(peer)
      .filter(({ awaited }) => awaited !== null && awaited.every((letter) => isTaken(peer, letter)));
    if (over.length > 0) store.forget(over.map(({ publicKey }) => publicKey));
  }

  #lookAfter(): void {
    const { store, peers, clock } = this.#options;
    const now = unixSeconds(clock);
    const dead = store.own().filter(({ until }) => until + LETTER_LIFETIME_SECONDS <= now);
    if (dead.length > 0) store.forget(dead.map(({ publicKey }) => publicKey));
    for (const peer of peers) {
      if (store.lastSerial(peer) === 0) continue;
      const newest = store.own(peer).at(-1);
      if (newest === undefined || this.#isDue(newest) || this.#unknownTo.delete(peer)) this.#make(peer);
    }
  }

  #isDue({ isUsed, until }: OwnLetterKey): boolean {
    return isUsed || until <= unixSeconds(this.#options.clock) + KEY_LIFETIME_SECONDS - RENEWAL_SECONDS;
  }

  #make(peer: string): void {
    const { store, random, clock, write } = this.#options;
    const { publicKey, secretKey } = letterKeyPair(random);
    // By the clock, so that a state that was lost does not begin below what its peers know.
    const now = unixSeconds(clock);
    const serial = Math.max(now, store.lastSerial(peer) + 1);
    const until = now + KEY_LIFETIME_SECONDS;
    store.add({ peer, publicKey, secretKey, until, serial });
    write(peer, { kind: 'letter-key', publicKey, until, serial });
  }
}
