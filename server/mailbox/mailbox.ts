/**
 * The mailbox: sealed letters that the coordinator cannot open, kept until their receiver has them. Bounded for each receiver
 * and, by equal shares, for each sender to it, so that none shuts another out; expiring, durable, relayed in order of arrival.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { MailBody, MailOutcome, MailReceiptBody } from '../../core/wire/body.ts';
import { WireError } from '../../core/wire/errors.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { MailboxStore } from '../store/coordinator-store.ts';

export interface MailboxLimits {
  /** For each receiver; shared evenly among those who may write to it. */
  readonly letters: number;
  readonly bytes: number;
  readonly letterBytes: number;
  /** Longer lifetimes are cut to this. */
  readonly lifetimeSeconds: number;
  readonly sweepMs: number;
}

export const DEFAULT_MAILBOX_LIMITS: MailboxLimits = {
  letters: 10_000,
  bytes: 512 * 1024 * 1024,
  letterBytes: 4 * 1024 * 1024,
  lifetimeSeconds: 30 * 24 * 3600,
  sweepMs: 60_000,
};

export interface MailboxOptions {
  readonly store: MailboxStore;
  readonly clock: Clock;
  readonly limits: MailboxLimits;
  readonly platforms: readonly string[];
  /** Resolves when the platform's window has room; rejects when it has no link. */
  readonly send: (to: string, body: MailBody | MailReceiptBody) => Promise<void>;
  readonly emit: (event: CoordinatorEvent) => void;
  readonly onError: (error: unknown) => void;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  /** By receiver with a link: the last letter sent on it. */
  readonly #relays = new Map<string, { order: number; isBusy: boolean }>();
  #cancelSweep: Cancel = () => undefined;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sweep();
  }

  stop(): void {
    this.#cancelSweep();
    this.#relays.clear();
  }

  /** What waits for a platform. */
  load(platform: string): { readonly letters: number; readonly bytes: number } {
    return this.#options.store.load(platform);
  }

  /** A new link: everything that waits is sent on it, in order. */
  connected(platform: string): void {
    this.#relays.set(platform, { order: 0, isBusy: false });
    void this.#relay(platform);
  }

  disconnected(platform: string): void {
    this.#relays.delete(platform);
  }

  /** A letter came. Its sender is told what became of it. @throws WireError WIRE_UNEXPECTED for a false sender. */
  onMail(from: string, mail: MailBody): void {
    if (mail.from !== from) throw new WireError('WIRE_UNEXPECTED', 'a letter in the name of another platform');
    const outcome = this.#store(mail);
    this.#receipt(from, mail.to, mail.id, outcome, mail.sealed.length);
    if (outcome === 'stored') void this.#relay(mail.to);
  }

  /** The receiver has a letter safe: it is forgotten here. */
  onReceipt(from: string, { id, outcome }: MailReceiptBody): void {
    if (outcome !== 'taken') throw new WireError('WIRE_UNEXPECTED', `a receipt that says ${outcome}`);
    const sender = this.#options.store.remove(from, id);
    if (sender !== undefined) this.#receipt(sender, from, id, 'taken', 0);
  }

  #store(mail: MailBody): MailOutcome {
    const { store, limits, platforms, clock } = this.#options;
    if (!platforms.includes(mail.to)) return 'unknown-platform';
    if (mail.sealed.length > limits.letterBytes) return 'too-large';
    const share = shareOf(limits, platforms.length - 1);
    const { letters, bytes } = store.load(mail.to, mail.from);
    if (letters >= share.letters || bytes + mail.sealed.length > share.bytes) return 'full';
    const { id, from, to, sealed } = mail;
    const seconds = Math.min(mail.lifetimeSeconds, limits.lifetimeSeconds);
    // The same letter again is stored already: its sender did not hear of it.
    store.add({ id, from, to, sealed, expiresAt: clock.now() + 1000 * seconds });
    return 'stored';
  }

  #receipt(sender: string, receiver: string, id: Uint8Array, outcome: MailOutcome, bytes: number): void {
    const { send, emit } = this.#options;
    emit({ kind: 'mail', from: sender, to: receiver, outcome, bytes });
    send(sender, { kind: 'mail-receipt', id, outcome }).catch(ignoreAbsent);
  }

  /** One letter after the other, each when the receiver's window has room: memory holds one at a time. */
  async #relay(platform: string): Promise<void> {
    const relay = this.#relays.get(platform);
    if (relay === undefined || relay.isBusy) return;
    const { store, send, clock, onError } = this.#options;
    relay.isBusy = true;
    try {
      for (;;) {
        const letter = store.next(platform, relay.order);
        if (letter === undefined) break;
        relay.order = letter.order;
        const { id, from, to, sealed, expiresAt } = letter;
        const lifetimeSeconds = Math.ceil((expiresAt - clock.now()) / 1000);
        if (lifetimeSeconds < 1) continue;
        const isSent = await send(to, { kind: 'mail', id, from, to, lifetimeSeconds, sealed }).then(
          () => true,
          () => false,
        );
        // The link is gone: the next one begins at the first letter again.
        if (!isSent || this.#relays.get(platform) !== relay) return;
      }
    } catch (error) {
      onError(error);
    } finally {
      relay.isBusy = false;
    }
  }

  #sweep(): void {
    const { store, clock, limits, onError } = this.#options;
    try {
      for (const { id, from, to } of store.expire(clock.now())) this.#receipt(from, to, id, 'expired', 0);
    } catch (error) {
      onError(error);
      return;
    }
    this.#cancelSweep = clock.after(limits.sweepMs, () => this.#sweep());
  }
}

/** What of one receiver's box a sender may fill: a letter of any size at least, however many senders there are. */
function shareOf(limits: MailboxLimits, senders: number): Pick<MailboxLimits, 'letters' | 'bytes'> {
  return {
    letters: Math.max(1, Math.floor(limits.letters / senders)),
    bytes: Math.max(limits.letterBytes, Math.floor(limits.bytes / senders)),
  };
}

/** Who is not there is told by nobody; it sends its letters again when it comes back. */
function ignoreAbsent(): void {
  // Nothing to do.
}
