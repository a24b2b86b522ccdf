/**
 * The receiving half of a link. It checks the order, refuses repetitions and gaps, reassembles fragments, and gives one
 * message at a time to its reader. Once the reader is done, the message counts as handled and the sender's window
 * moves.
 * @module
 */
import { messageOf } from '../errors/coded-error.ts';
import type { isthmus } from '../../proto/gen/isthmus.js';
import { decodeBody } from './body-codec.ts';
import type { Body } from './body.ts';
import type { OpenedEnvelope } from './envelope.ts';
import { WireError } from './errors.ts';
import { Assembly } from './fragments.ts';
import { isLinkBody } from './link-body-codec.ts';
import type { WireLimits } from './transport.ts';

export interface InboxReader {
  deliver(body: Body, session: Uint8Array): void | Promise<void>;
  /** A message was refused. The link tells its sender. */
  refused(error: WireError, about: number): void;
  /** All messages up to `sequence` are handled. @param idle true if nothing else waits. */
  handled(sequence: number, idle: boolean): void;
}

interface Waiting {
  readonly sequence: number;
  readonly bytes: number;
  readonly session: Uint8Array;
  /** Undefined for a fragment that does not complete a message, and for a refused message. */
  readonly body: Body | undefined;
}

export class Inbox {
  readonly #limits: WireLimits;
  readonly #reader: InboxReader;
  readonly #assembly: Assembly;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #received = 0;
  #handled = 0;
  #isReading = false;
  #isClosed = false;

  constructor(limits: WireLimits, reader: InboxReader) {
    this.#limits = limits;
    this.#reader = reader;
    this.#assembly = new Assembly(limits.maxMessageBytes);
  }

  /** Highest sequence received in order. */
  get received(): number {
    return this.#received;
  }

  get handled(): number {
    return this.#handled;
  }

  /**
   * Takes a numbered message.
   * @throws WireError WIRE_DUPLICATE (ignored; harmless), WIRE_SEQUENCE_GAP, WIRE_WINDOW_EXCEEDED (refused).
   */
  take(envelope: OpenedEnvelope, frameBytes: number): void {
    const { sequence, session } = envelope;
    if (sequence <= this.#received) throw new WireError('WIRE_DUPLICATE', `message ${sequence}`);
    if (sequence !== this.#received + 1) {
      throw new WireError('WIRE_SEQUENCE_GAP', `message ${sequence} came after ${this.#received}`);
    }
    const { window, windowBytes, maxFrameBytes } = this.#limits;
    if (this.#waiting.length >= window || this.#waitingBytes > windowBytes + maxFrameBytes) {
      throw new WireError('WIRE_WINDOW_EXCEEDED', `${this.#waiting.length} messages, ${this.#waitingBytes} bytes`);
    }
    this.#received = sequence;
    this.#waiting.push({ sequence, session, bytes: frameBytes, body: this.#bodyOf(envelope) });
    this.#waitingBytes += frameBytes;
    this.#read();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
    this.#assembly.drop();
  }

  /** Decodes the body. The sequence is already used, so the inbox reports an error and continues with the next message. */
  #bodyOf(envelope: OpenedEnvelope): Body | undefined {
    try {
      const body = decodeBody(envelope.content);
      if (body.kind === 'fragment') {
        const whole = this.#assembly.take(body, envelope.sequence);
        return whole === undefined ? undefined : applicationBody(whole);
      }
      if (this.#assembly.underWay) {
        this.#assembly.drop();
        throw new WireError('WIRE_FRAGMENT', 'another message came before its last fragment');
      }
      return applicationBody(envelope.content);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#reader.refused(error, envelope.sequence);
      return undefined;
    }
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    for (let next = this.#waiting.at(0); next !== undefined && !this.#isClosed; next = this.#waiting.at(0)) {
      const pending = this.#deliver(next);
      if (pending !== undefined) {
        void pending.finally(() => {
          this.#done(next);
          this.#isReading = false;
          this.#read();
        });
        return;
      }
      this.#done(next);
    }
    this.#isReading = false;
  }

  /** Gives the message to the reader. Returns a promise, which never rejects, if the reader needs time. */
  #deliver({ body, session, sequence }: Waiting): Promise<void> | undefined {
    if (body === undefined) return undefined;
    const failed = (error: unknown): void => {
      if (this.#isClosed) return;
      const detail = messageOf(error);
      this.#reader.refused(error instanceof WireError ? error : new WireError('LINK_HANDLER', detail), sequence);
    };
    try {
      const pending = this.#reader.deliver(body, session);
      return pending instanceof Promise ? pending.catch(failed) : undefined;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  #done(message: Waiting): void {
    if (this.#isClosed) return;
    this.#waiting.shift();
    this.#waitingBytes -= message.bytes;
    this.#handled = message.sequence;
    this.#reader.handled(message.sequence, this.#waiting.length === 0);
  }
}

function applicationBody(envelope: isthmus.Envelope.$Properties): Body {
  const body = decodeBody(envelope);
  if (isLinkBody(body)) throw new WireError('WIRE_UNEXPECTED', `a numbered ${body.kind}`);
  return body;
}
