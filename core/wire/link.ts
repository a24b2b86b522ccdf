/**
 * A link: two ordered streams of messages between a platform and its coordinator. It outlives connections. It does no
 * I/O: the caller passes connections in, and both ends run the same code.
 * @module
 */
import { decodeBody, encodeBody } from './body-codec.ts';
import type { Body } from './body.ts';
import type { Connection } from './connection.ts';
import { FRAME_OVERHEAD_BYTES, sealEnvelope } from './envelope.ts';
import type { OpenedEnvelope } from './envelope.ts';
import { WireError } from './errors.ts';
import type { EncodedBody } from './fragments.ts';
import { Inbox } from './inbox.ts';
import type { LinkBody } from './link-body.ts';
import { Outbox } from './outbox.ts';
import type { Numbered, SendingLimits } from './outbox.ts';
import type { FrameSigner } from './signing.ts';
import type { WireFailure, WireLimits } from './transport.ts';

export interface LinkOptions {
  /** This end's name. */
  readonly name: string;
  readonly signer: FrameSigner;
  /** Limits of this end. */
  readonly takes: WireLimits;
  /** Limits of the other end, as far as they are known. */
  readonly gives: WireLimits;
  deliver(body: Body, session: Uint8Array): void | Promise<void>;
  failed(failure: WireFailure): void;
}

const NO_SESSION = new Uint8Array(0);
/** Most refused messages of either end on one connection before it is closed. */
export const MOST_FAILURES = 64;

export class Link {
  readonly #options: LinkOptions;
  readonly #outbox: Outbox;
  #gives: WireLimits;
  readonly #inbox: Inbox;
  #connection: Connection | undefined;
  #connectionId: Uint8Array = NO_SESSION;
  #acknowledged = 0;
  #closedBy: WireError | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#gives = options.gives;
    this.#outbox = new Outbox(sendingLimits(options.gives));
    this.#inbox = new Inbox(options.takes, {
      deliver: (body, session) => this.#deliver(body, session),
      refused: (error, about) => this.refuse(error, about),
      handled: (sequence, idle) => this.#acknowledge(sequence, idle),
    });
  }

  /** Sets the limits of the other end. Call it before the first {@link attach}, once they are known. */
  set gives(limits: WireLimits) {
    this.#gives = limits;
    this.#outbox.limits = sendingLimits(limits);
  }

  /** Highest sequence received in order, for the handshake of the next connection. */
  get received(): number {
    return this.#inbox.received;
  }

  /** Highest sequence sent. */
  get sent(): number {
    return this.#outbox.sequence;
  }

  get queuedBytes(): number {
    return this.#outbox.queuedBytes;
  }

  /** @throws (rejects) WireError WIRE_MESSAGE_TOO_LARGE; WireError LINK_CLOSED, LINK_RESET, LINK_TOO_SLOW. */
  send(message: EncodedBody, session: Uint8Array = NO_SESSION): Promise<void> {
    if (this.#closedBy !== undefined) return rejected(this.#closedBy);
    const { maxMessageBytes } = this.#gives;
    if (message.bytes.length > maxMessageBytes) {
      const detail = `${message.bytes.length} bytes, the other end takes ${maxMessageBytes}`;
      return rejected(new WireError('WIRE_MESSAGE_TOO_LARGE', detail));
    }
    const placed = this.#outbox.push(message, session);
    this.#pump();
    return placed;
  }

  drained(): Promise<void> {
    return this.#closedBy === undefined ? this.#outbox.drained() : rejected(this.#closedBy);
  }

  /**
   * Continues over this connection.
   * @param received highest sequence that the other end says it has.
   * @throws WireError WIRE_FALSE_ACK if that sequence was never sent.
   */
  attach(connection: Connection, connectionId: Uint8Array, received: number): void {
    if (received > this.#outbox.sequence) {
      throw new WireError('WIRE_FALSE_ACK', `${received} of ${this.#outbox.sequence} sent`);
    }
    this.#connection = connection;
    this.#connectionId = connectionId;
    for (const numbered of this.#outbox.again(received)) this.#sendNumbered(numbered);
    this.#acknowledged = 0;
    this.#acknowledge(this.#inbox.handled, true);
    this.#pump();
  }

  detach(): void {
    this.#connection = undefined;
  }

  /**
   * Takes an opened envelope of the attached connection.
   * @throws the error of a refused frame. The caller tells the other end ({@link refuse}).
   */
  receive(envelope: OpenedEnvelope, frameBytes: number): void {
    if (envelope.sequence > 0) {
      this.#inbox.take(envelope, frameBytes);
      return;
    }
    const body = decodeBody(envelope.content);
    switch (body.kind) {
      case 'ack':
        this.#outbox.handled(body.handled);
        this.#pump();
        return;
      case 'failure':
        this.#options.failed({ code: body.code, text: body.text, seen: 'there' });
        return;
      default:
        throw new WireError('WIRE_UNEXPECTED', `${body.kind} without a number`);
    }
  }

  /** Tells the other end, and this end's owner, that a message was refused. */
  refuse(error: WireError, about: number): void {
    this.#options.failed({ code: error.code, text: error.message, seen: 'here' });
    this.sendUnnumbered({ kind: 'failure', code: error.code, text: error.text, about });
  }

  sendUnnumbered(body: Body | LinkBody): void {
    this.#sendNumbered({ sequence: 0, session: NO_SESSION, body: encodeBody(body) });
  }

  /** Drops everything, and rejects all waiting promises with the error. */
  close(error: WireError): void {
    this.#closedBy ??= error;
    this.#connection = undefined;
    this.#inbox.close();
    this.#outbox.fail(error);
  }

  #deliver(body: Body, session: Uint8Array): void | Promise<void> {
    if (body.kind === 'failure') {
      this.#options.failed({ code: body.code, text: body.text, seen: 'there' });
      return;
    }
    return this.#options.deliver(body, session);
  }

  /** Acknowledges once nothing waits, and before that per quarter of the window, so that the sender need not stop. */
  #acknowledge(handled: number, idle: boolean): void {
    if (handled === this.#acknowledged || this.#connection === undefined) return;
    if (!idle && handled - this.#acknowledged < this.#options.takes.window / 4) return;
    this.#acknowledged = handled;
    this.sendUnnumbered({ kind: 'ack', handled });
  }

  #pump(): void {
    if (this.#connection === undefined) return;
    for (let next = this.#outbox.take(); next !== undefined; next = this.#outbox.take()) this.#sendNumbered(next);
  }

  /** Signs a message and sends it. It signs as late as this because the signature covers the connection that carries it. */
  #sendNumbered({ sequence, session, body }: Numbered): void {
    const { name, signer } = this.#options;
    const header = { sender: name, connection: this.#connectionId, sequence, session };
    this.#connection?.send(sealEnvelope(header, body, signer));
  }
}

function sendingLimits(limits: WireLimits): SendingLimits {
  const { window, windowBytes, maxFrameBytes } = limits;
  const frameBytes = maxFrameBytes - FRAME_OVERHEAD_BYTES;
  return { window, windowBytes, frameBytes, chunkBytes: Math.min(limits.chunkBytes, frameBytes) };
}

function rejected(error: WireError): Promise<void> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}
