/**
 * Keys for letters that name persons. The receiver makes a key pair for each sender and offers the public half. It
 * makes another pair after a letter was sealed to the first. The sender says which letters it sealed to the earlier
 * key. Once those letters were taken, or can wait nowhere any more, the receiver deletes the secret half. From then on
 * nobody can open a recording of them.
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

/** Longest time that a letter waits for an absent platform. */
export const LETTER_LIFETIME_SECONDS = 7 * 24 * 3600;
/** Lifetime of an offered key. A sender that hears of no later key stops using it then. */
const KEY_LIFETIME_SECONDS = 7 * 24 * 3600;
/** Age at which an unused key is renewed, so that a sender always has a valid one. */
const RENEWAL_SECONDS = 24 * 3600;
/** Period of the check that renews and deletes keys. A used key is replaced no sooner. */
const PERIOD_MS = 60_000;

export interface LetterKeysOptions {
  readonly store: LetterKeyStore;
  /** Platforms that this one can write to. */
  readonly peers: readonly string[];
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly write: (to: string, body: LetterBody) => void;
  /** True if the letter was taken from the mailbox. */
  readonly isTaken: (sender: string, letter: string) => boolean;
  /** Receives an error of the store in a task that the clock started. */
  readonly onError: (error: unknown) => void;
}

export class LetterKeys {
  readonly #options: LetterKeysOptions;
  /** Peers that seal to a key which this state does not know, e.g. because the state was restored from a copy. */
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

  /** Makes sure that a peer has a key for its answer, before this platform sends it a request. */
  offer(peer: string): void {
    const newest = this.#options.store.own(peer).at(-1);
    if (newest === undefined || this.#isDue(newest)) this.#make(peer);
  }

  /** The secret half of a key that this platform offered to a peer; undefined once it is deleted. */
  secretOf(peer: string, publicKey: Uint8Array): Uint8Array | undefined {
    return this.#options.store.own(peer).find((key) => equalBytes(key.publicKey, publicKey))?.secretKey;
  }

  /** The key for letters to this peer; undefined if the peer has offered no key that is still valid. */
  ofPeer(peer: string): Uint8Array | undefined {
    const { store, clock } = this.#options;
    const key = store.peer(peer);
    return key === undefined || key.until <= unixSeconds(clock) ? undefined : key.publicKey;
  }

  /** Records that a letter was sealed, before it leaves. */
  sealed(peer: string, letter: string): void {
    this.#options.store.sealed(peer, letter);
  }

  /** Takes a key that a peer offers. */
  onKey(peer: string, { publicKey, until, serial }: LetterKey): void {
    const { store, write } = this.#options;
    const known = store.peer(peer);
    if (known !== undefined) {
      if (serial < known.serial || equalBytes(publicKey, known.publicKey)) return;
      const letters = store.sealedTo(peer);
      // One closing letter can name only a limited number of letters. With more, the receiver deletes the key once its letters can wait
      // nowhere any more.
      if (letters.length <= LETTER_LIMITS.letters) {
        write(peer, { kind: 'letter-key-closed', publicKey: known.publicKey, letters });
      }
    }
    store.setPeer(peer, { publicKey, until, serial });
  }

  /** A peer says that it seals nothing more to a key of this platform. */
  onClosed(peer: string, { publicKey, letters }: ClosedLetterKey): void {
    this.#options.store.awaits(peer, publicKey, letters);
    this.#deleteTaken(peer);
  }

  /** A letter that was sealed to this key was taken. */
  onTaken(peer: string, publicKey: Uint8Array): void {
    this.#options.store.use(peer, publicKey);
    this.#deleteTaken(peer);
  }

  /** A letter arrived that is sealed to an unknown key. The peer is offered another key. */
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
    // Serials follow the clock, so that a platform that lost its state does not start below the serials that its peers
    // know.
    const now = unixSeconds(clock);
    const serial = Math.max(now, store.lastSerial(peer) + 1);
    const until = now + KEY_LIFETIME_SECONDS;
    store.add({ peer, publicKey, secretKey, until, serial });
    write(peer, { kind: 'letter-key', publicKey, until, serial });
  }
}
