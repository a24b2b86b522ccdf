/**
 * The mailbox: it keeps sealed letters, which the coordinator cannot open, until their receiver has stored them. Each
 * receiver has a limited box. Each sender gets an equal part of it, so that no sender shuts out another. Letters
 * expire, survive a restart, and are relayed in the order of arrival.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { MailBody, MailOutcome, MailReceiptBody } from '../../core/wire/body.ts';
import { WireError } from '../../core/wire/errors.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { MailboxStore } from '../store/coordinator-store.ts';

export interface MailboxLimits {
  /** Limits per receiver. The platforms that may write to it share them evenly. */
  readonly letters: number;
  readonly bytes: number;
  readonly letterBytes: number;
  /** Longest lifetime. The mailbox cuts longer ones to it. */
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
  /** Resolves when the platform's window has room. Rejects if the platform has no link. */
  readonly send: (to: string, body: MailBody | MailReceiptBody) => Promise<void>;
  readonly emit: (event: CoordinatorEvent) => void;
  readonly onError: (error: unknown) => void;
}

export class Mailbox {
  readonly #options: MailboxOptions;
  /** Per receiver with a link: the last letter that was sent on it. */
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

  /** The number and bytes of letters that wait for a platform. */
  load(platform: string): { readonly letters: number; readonly bytes: number } {
    return this.#options.store.load(platform);
  }

  /** A platform has a new link: sends all its letters on it, in order. */
  connected(platform: string): void {
    this.#relays.set(platform, { order: 0, isBusy: false });
    void this.#relay(platform);
  }

  disconnected(platform: string): void {
    this.#relays.delete(platform);
  }

  /** Stores a letter and tells its sender the outcome. @throws WireError WIRE_UNEXPECTED for a false sender. */
  onMail(from: string, mail: MailBody): void {
    if (mail.from !== from) throw new WireError('WIRE_UNEXPECTED', 'a letter in the name of another platform');
    const outcome = this.#store(mail);
    this.#receipt(from, mail.to, mail.id, outcome, mail.sealed.length);
    if (outcome === 'stored') void this.#relay(mail.to);
  }

  /** The receiver has stored a letter: deletes it here, and tells its sender. */
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
    // A letter that is stored already is no error: its sender may not have heard of it.
    store.add({ id, from, to, sealed, expiresAt: clock.now() + 1000 * seconds });
    return 'stored';
  }

  #receipt(sender: string, receiver: string, id: Uint8Array, outcome: MailOutcome, bytes: number): void {
    const { send, emit } = this.#options;
    emit({ kind: 'mail', from: sender, to: receiver, outcome, bytes });
    send(sender, { kind: 'mail-receipt', id, outcome }).catch(ignoreAbsent);
  }

  /**
   * Sends one letter after the other, each once the receiver's window has room. So memory holds one letter at a time.
   */
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
        // The link is gone. The next link starts with the first letter again.
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

/**
 * The part of a receiver's box that one sender may fill. It has room for one letter of any size, however many senders
 * there are.
 */
function shareOf(limits: MailboxLimits, senders: number): Pick<MailboxLimits, 'letters' | 'bytes'> {
  return {
    letters: Math.max(1, Math.floor(limits.letters / senders)),
    bytes: Math.max(limits.letterBytes, Math.floor(limits.bytes / senders)),
  };
}

/** Ignores that a sender is absent. It sends its letters again when it comes back. */
function ignoreAbsent(): void {
  // Nothing to do.
}
