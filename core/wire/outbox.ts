/**
 * The sending half of a link. It numbers messages, respects the receiver's window, and keeps unacknowledged messages,
 * so that it can send them again on the next connection.
 * @module
 */
import { WireError } from './errors.ts';
import type { EncodedBody, PieceSizes } from './fragments.ts';
import type { WireLimits } from './transport.ts';

/** One numbered frame. */
export interface Numbered {
  readonly sequence: number;
  readonly session: Uint8Array;
  readonly body: Uint8Array;
}

interface Waiting {
  readonly message: EncodedBody;
  readonly session: Uint8Array;
  /** The next piece to number, and the sequence of the first piece. */
  piece: number;
  transfer: number;
  readonly resolve: () => void;
  readonly reject: (error: WireError) => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: WireError) => void;
}

export type SendingLimits = PieceSizes & Pick<WireLimits, 'window' | 'windowBytes'>;

export class Outbox {
  /** May change only before anything is numbered. */
  limits: SendingLimits;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #underWay: Numbered[] = [];
  #underWayBytes = 0;
  #sequence = 0;
  #drained: Waiter[] = [];

  constructor(limits: SendingLimits) {
    this.limits = limits;
  }

  /** Highest sequence numbered so far. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Number of bytes that wait for room in the window. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Resolves once the whole message is numbered. The caller may ignore a rejection. */
  push(message: EncodedBody, session: Uint8Array): Promise<void> {
    const placed = new Promise<void>((resolve, reject) => {
      this.#queue.push({ message, session, piece: 0, transfer: 0, resolve, reject });
    });
    this.#queuedBytes += message.bytes.length;
    return quiet(placed);
  }

  /** The next frame that fits into the window. */
  take(): Numbered | undefined {
    const next = this.#queue.at(0);
    if (next === undefined) return undefined;
    const { chunkBytes, window, windowBytes } = this.limits;
    if (this.#underWay.length >= window) return undefined;
    const { length } = next.message.bytes;
    const pieces = next.message.pieces(this.limits);
    const pieceBytes = pieces === 1 ? length : Math.min(length - next.piece * chunkBytes, chunkBytes);
    if (this.#underWay.length > 0 && this.#underWayBytes + pieceBytes > windowBytes) return undefined;
    this.#sequence += 1;
    if (next.piece === 0) next.transfer = this.#sequence;
    const body = next.message.piece(next.piece, this.limits, next.transfer);
    const numbered: Numbered = { sequence: this.#sequence, session: next.session, body };
    this.#underWay.push(numbered);
    this.#underWayBytes += body.length;
    this.#queuedBytes -= pieceBytes;
    next.piece += 1;
    if (next.piece === pieces) {
      this.#queue.shift();
      next.resolve();
    }
    return numbered;
  }

  /** The receiver has handled everything up to `sequence`. @throws WireError WIRE_FALSE_ACK. */
  handled(sequence: number): void {
    if (sequence > this.#sequence) {
      throw new WireError('WIRE_FALSE_ACK', `${sequence} of ${this.#sequence} sent`);
    }
    let count = 0;
    while (count < this.#underWay.length && this.#underWay[count].sequence <= sequence) {
      this.#underWayBytes -= this.#underWay[count].body.length;
      count += 1;
    }
    this.#underWay.splice(0, count);
    this.#settle();
  }

  /** Frames to send again on a new connection, if the receiver has everything up to `received`. */
  again(received: number): readonly Numbered[] {
    return this.#underWay.filter((numbered) => numbered.sequence > received);
  }

  /** Resolves once nothing waits and nothing is under way. The caller may ignore a rejection. */
  drained(): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => this.#drained.push({ resolve, reject }));
    this.#settle();
    return quiet(promise);
  }

  /** Drops everything, and rejects all waiting promises. */
  fail(error: WireError): void {
    const waiting = [...this.#queue, ...this.#drained];
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#underWay = [];
    this.#underWayBytes = 0;
    this.#drained = [];
    for (const { reject } of waiting) reject(error);
  }

  #settle(): void {
    if (this.#queue.length > 0 || this.#underWay.length > 0) return;
    const waiting = this.#drained;
    this.#drained = [];
    for (const { resolve } of waiting) resolve();
  }
}

/** A sender may ignore the promise: a lost link must not end the process through an unhandled rejection. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}
