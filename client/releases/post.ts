/**
 * The post: sealed letters out and in through the coordinator's mailbox. A letter is kept until the mailbox has it; an
 * incoming one is handled before the mailbox is told to forget it, so a crash loses nothing and doubles nothing.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import { FederationError } from '../../core/federation/errors.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { LETTER_ID_BYTES, openLetter, sealLetter } from '../../core/federation/letter.ts';
import type { LetterBody } from '../../core/federation/letter.ts';
import { platformOf } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import type { RandomSource } from '../../core/random/source.ts';
import type { MailBody, MailReceiptBody } from '../../core/wire/body.ts';
import type { Outbox, OutgoingLetter } from '../store/platform-store.ts';
import type { Log } from '../../host/log.ts';

/** A letter waits this long for a platform that is away. */
export const LETTER_LIFETIME_SECONDS = 7 * 24 * 3600;
/** A full mailbox is tried again after this. */
const FULL_PAUSE_MS = 5_000;

export interface PostOptions {
  readonly manifest: Manifest;
  readonly identity: Identity;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** Queues a message to the coordinator; it may be lost with the link, which `resend` makes good. */
  readonly send: (body: MailBody | MailReceiptBody) => void;
  /** What came. A FederationError drops the letter; any other throw leaves it in the mailbox for the next start. */
  readonly deliver: (from: string, body: LetterBody) => void;
  /** A store that cannot be read, found out by the clock. */
  readonly onError: (error: unknown) => void;
}

export class Post {
  readonly #options: PostOptions;
  readonly #onEmpty = new Set<() => void>();
  #cancelRetry: Cancel = () => undefined;

  constructor(options: PostOptions) {
    this.#options = options;
  }

  /** Seals and keeps letters to one platform, then sends them. */
  write(to: string, bodies: readonly LetterBody[]): void {
    const letters = bodies.map((body) => this.#seal(to, body));
    this.#options.outbox.add(letters);
    for (const letter of letters) this.#send(letter);
  }

  /** The mailbox may not know of anything under way: a new link. */
  resend(): void {
    for (const letter of this.#options.outbox.waiting()) this.#send(letter);
  }

  /** Resolves when the mailbox has every letter. */
  empty(): Promise<void> {
    if (this.#options.outbox.waiting().length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.add(resolve));
  }

  onReceipt({ id, outcome }: MailReceiptBody): void {
    const { outbox, log, clock, onError } = this.#options;
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
        log.warn('the mailbox is full; letters wait here and are tried again', { pauseMs: FULL_PAUSE_MS });
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
    outbox.sent(letter);
    if (outbox.waiting().length > 0) return;
    for (const resolve of this.#onEmpty) resolve();
    this.#onEmpty.clear();
  }

  onMail(mail: MailBody): void {
    const { identity, outbox, log, send } = this.#options;
    const receipt: MailReceiptBody = { kind: 'mail-receipt', id: mail.id, outcome: 'taken' };
    const id = Buffer.from(mail.id).toString('hex');
    if (mail.to !== identity.name || outbox.isTaken(mail.from, id)) {
      send(receipt);
      return;
    }
    try {
      const body = this.#open(mail);
      this.#options.deliver(mail.from, body);
      outbox.take(mail.from, id);
      log.debug('a letter came', { from: mail.from, letter: body.kind });
    } catch (error) {
      // Nobody could make sense of it, now or later: it is dropped. Anything else leaves it in the mailbox.
      if (!(error instanceof FederationError)) throw error;
      log.warn('a letter was refused', { from: mail.from, code: error.code });
    }
    send(receipt);
  }

  stop(): void {
    this.#cancelRetry();
  }

  /** @throws FederationError FEDERATION_UNKNOWN_PLATFORM, LETTER_UNREADABLE, LETTER_MISDELIVERED, LETTER_INVALID. */
  #open(mail: MailBody): LetterBody {
    const { manifest, identity } = this.#options;
    const peerPublic = Buffer.from(platformOf(manifest, mail.from).seal, 'base64');
    const envelope = { federation: manifest.federation, from: mail.from, to: identity.name, id: mail.id };
    return openLetter(envelope, mail.sealed, { ownSecret: identity.seal.secretKey, peerPublic });
  }

  #seal(to: string, body: LetterBody): OutgoingLetter {
    const { manifest, identity, random } = this.#options;
    const id = random.bytes(LETTER_ID_BYTES);
    const peerPublic = Buffer.from(platformOf(manifest, to).seal, 'base64');
    const envelope = { federation: manifest.federation, from: identity.name, to, id };
    const sealed = sealLetter(envelope, body, { ownSecret: identity.seal.secretKey, peerPublic }, random);
    return { id: Buffer.from(id).toString('hex'), to, lifetimeSeconds: LETTER_LIFETIME_SECONDS, sealed };
  }

  #send({ id, to, lifetimeSeconds, sealed }: OutgoingLetter): void {
    const { identity, send } = this.#options;
    send({ kind: 'mail', id: Buffer.from(id, 'hex'), from: identity.name, to, lifetimeSeconds, sealed });
  }
}
