/**
 * The post sends and receives sealed letters through the coordinator's mailbox. It keeps a letter until the mailbox has
 * stored it, and seals it when it sends it. A letter that names persons waits here until its receiver offers a key that
 * will be deleted. An incoming letter is handled before the mailbox may delete it, so that a crash neither loses nor
 * doubles it.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import { FederationError } from '../../core/federation/errors.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { decodeLetter, encodeLetter, namesPersons } from '../../core/federation/letter.ts';
import type { LetterBody } from '../../core/federation/letter.ts';
import { LETTER_ID_BYTES, openLetter, sealLetter } from '../../core/federation/letter-seal.ts';
import { equalBytes } from '../../core/encoding/canonical-bytes.ts';
import { platformOf } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import type { RandomSource } from '../../core/random/source.ts';
import type { MailBody, MailReceiptBody } from '../../core/wire/body.ts';
import type { OutgoingLetter, PlatformStore, WaitingLetter } from '../store/platform-store.ts';
import type { Log } from '../../host/log.ts';
import { LETTER_LIFETIME_SECONDS, LetterKeys } from './letter-keys.ts';

/** Pause before letters are sent again to a full mailbox. */
const FULL_PAUSE_MS = 5_000;

export interface PostOptions {
  readonly manifest: Manifest;
  readonly identity: Identity;
  readonly store: Pick<PlatformStore, 'outbox' | 'letterKeys'>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Queues a message to the coordinator. It may be lost with the link; `resend` sends it again. */
  readonly send: (body: MailBody | MailReceiptBody) => void;
  /** Handles a letter. A FederationError drops it; any other error leaves it in the mailbox for the next start. */
  readonly deliver: (from: string, letter: IncomingLetter) => void;
  /** Receives an error of the store in a task that the clock started. */
  readonly onError: (error: unknown) => void;
}

/** `order` grows from letter to letter of one sender. */
export interface IncomingLetter {
  readonly order: number;
  readonly body: LetterBody;
}

export class Post {
  readonly #options: PostOptions;
  readonly #keys: LetterKeys;
  readonly #onEmpty = new Set<() => void>();
  #cancelRetry: Cancel = () => undefined;

  constructor(options: PostOptions) {
    this.#options = options;
    const { manifest, identity, store, clock, random, log, onError } = options;
    const peers = manifest.platforms.map(({ name }) => name).filter((name) => name !== identity.name);
    const astray = store.outbox.waiting().filter(({ to }) => !peers.includes(to));
    for (const { id } of astray) store.outbox.sent(id);
    if (astray.length > 0) log.warn('letters to platforms that left are dropped', { letters: astray.length });
    this.#keys = new LetterKeys({
      store: store.letterKeys,
      peers,
      clock,
      random,
      write: (to, body) => this.write(to, [body]),
      isTaken: (sender, letter) => store.outbox.isTaken(sender, letter),
      onError,
    });
  }

  start(): void {
    this.#keys.start();
  }

  /** Keeps letters to one platform, then sends them. A platform that is asked for a release first gets a key for its answer. */
  write(to: string, bodies: readonly LetterBody[]): void {
    if (bodies.some(({ kind }) => kind === 'release-request')) this.#keys.offer(to);
    const letters = bodies.map((body) => this.#letter(to, body));
    for (const letter of this.#options.store.outbox.add(letters)) this.#send(letter);
  }

  /** Sends all waiting letters, because the mailbox may not have stored those sent over an earlier link. */
  resend(): void {
    for (const letter of this.#options.store.outbox.waiting()) this.#send(letter);
  }

  /** Resolves once the mailbox has stored every letter that can be sealed. */
  empty(): Promise<void> {
    if (this.#isEmpty()) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.add(resolve));
  }

  #isEmpty(): boolean {
    return !this.#options.store.outbox.waiting().some((letter) => this.#keyOf(letter) !== undefined);
  }

  onReceipt({ id, outcome }: MailReceiptBody): void {
    const { store, log, clock, onError } = this.#options;
    const letter = Buffer.from(id).toString('hex');
    switch (outcome) {
      case 'full':
        this.#cancelRetry();
        this.#cancelRetry = clock.after(FULL_PAUSE_MS, () => {
          try {
            this.resend();
          } catch (error) {
            onError(error);
          }
        });
        log.warn('the mailbox is full; letters wait here and are sent again later', { pauseMs: FULL_PAUSE_MS });
        return;
      case 'unknown-platform':
      case 'too-large':
      case 'expired':
        log.error('a letter was not delivered', { outcome });
        break;
      case 'stored':
      case 'taken':
        break;
    }
    store.outbox.sent(letter);
    if (!this.#isEmpty()) return;
    for (const resolve of this.#onEmpty) resolve();
    this.#onEmpty.clear();
  }

  onMail(mail: MailBody): void {
    const { identity, log, send } = this.#options;
    const { outbox } = this.#options.store;
    const receipt: MailReceiptBody = { kind: 'mail-receipt', id: mail.id, outcome: 'taken' };
    const id = Buffer.from(mail.id).toString('hex');
    if (mail.to !== identity.name || outbox.isTaken(mail.from, id)) {
      send(receipt);
      return;
    }
    try {
      const { key, ...letter } = this.#open(mail);
      this.#take(mail.from, letter);
      outbox.take(mail.from, id);
      this.#keys.onTaken(mail.from, key);
      log.debug('a letter came', { from: mail.from, letter: letter.body.kind });
    } catch (error) {
      // A letter with an error of its own would never become readable, so it is dropped. Any other error leaves it in
      // the mailbox.
      if (!(error instanceof FederationError)) throw error;
      if (error.code === 'LETTER_KEY_UNKNOWN') this.#keys.onUnknownKey(mail.from);
      log.warn('a letter was refused', { from: mail.from, code: error.code });
    }
    send(receipt);
  }

  stop(): void {
    this.#cancelRetry();
    this.#keys.stop();
  }

  #take(from: string, letter: IncomingLetter): void {
    const { body } = letter;
    switch (body.kind) {
      case 'letter-key':
        this.#keys.onKey(from, body);
        for (const waiting of this.#options.store.outbox.waiting()) {
          if (waiting.to === from && waiting.namesPersons) this.#send(waiting);
        }
        return;
      case 'letter-key-closed':
        this.#keys.onClosed(from, body);
        return;
      default:
        this.#options.deliver(from, letter);
    }
  }

  /** @throws FederationError FEDERATION_UNKNOWN_PLATFORM, LETTER_KEY_UNKNOWN, LETTER_UNREADABLE, LETTER_INVALID. */
  #open(mail: MailBody): IncomingLetter & { readonly key: Uint8Array } {
    const { manifest, identity } = this.#options;
    const { publicKey, secretKey } = identity.seal;
    const isLasting = (key: Uint8Array): boolean => equalBytes(key, publicKey);
    const envelope = { federation: manifest.federation, from: mail.from, to: identity.name, id: mail.id };
    const { key, order, content } = openLetter(envelope, mail.sealed, {
      secretOf: (wanted) => (isLasting(wanted) ? secretKey : this.#keys.secretOf(mail.from, wanted)),
      sender: Buffer.from(platformOf(manifest, mail.from).identity, 'base64'),
    });
    const body = decodeLetter(content, mail.from);
    if (namesPersons(body) && isLasting(key)) {
      throw new FederationError(
        'LETTER_INVALID',
        `a letter from "${mail.from}" is not valid: it names persons, and is sealed to a key that is never deleted`,
      );
    }
    return { key, order, body };
  }

  #letter(to: string, body: LetterBody): OutgoingLetter {
    const id = Buffer.from(this.#options.random.bytes(LETTER_ID_BYTES)).toString('hex');
    const content = encodeLetter(body);
    return { id, to, lifetimeSeconds: LETTER_LIFETIME_SECONDS, namesPersons: namesPersons(body), content };
  }

  /** The receiver's key for a letter; undefined if it has offered none yet, or its last one has expired. */
  #keyOf({ to, namesPersons: needsOffered }: OutgoingLetter): Uint8Array | undefined {
    if (needsOffered) return this.#keys.ofPeer(to);
    return Buffer.from(platformOf(this.#options.manifest, to).seal, 'base64');
  }

  #send(letter: WaitingLetter): void {
    const { manifest, identity, random, send, log } = this.#options;
    const { id, to, order, content, lifetimeSeconds } = letter;
    const receiver = this.#keyOf(letter);
    if (receiver === undefined) {
      log.info('a letter waits until its receiver offers a key', { to });
      return;
    }
    if (letter.namesPersons) this.#keys.sealed(to, id);
    const envelope = { federation: manifest.federation, from: identity.name, to, id: Buffer.from(id, 'hex') };
    const signing = identity.identity.secretKey;
    const sealed = sealLetter(envelope, { order, content }, { signing, receiver }, random);
    send({ kind: 'mail', id: envelope.id, from: identity.name, to, lifetimeSeconds, sealed });
  }
}
