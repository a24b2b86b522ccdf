/**
 * Connections that nobody vouches for: from the moment TCP hands one over until a platform is welcomed on it, and again once it
 * has left. Their number, their bytes and their time are bounded here, on the sockets themselves, whatever the libraries above
 * hold. A connection that asks for a page is counted apart, so that pages never cost a platform its place.
 * @module
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../../core/time/clock.ts';
import { HANDSHAKE_FRAME_BYTES, HANDSHAKE_MS } from '../../core/wire/handshake.ts';

export interface StrangerLimits {
  /** Strangers at a time; one more closes the one that came first. */
  readonly strangers: number;
  /** Connections that ask for pages, at a time; one more closes the one that has been quiet for longest. */
  readonly pages: number;
  /** Bytes taken from a stranger after the upgrade to a websocket; one more closes it. */
  readonly bytes: number;
  /** Pieces these bytes may come in: the smallest costs as much as any. A hello needs a handful. */
  readonly pieces: number;
  /** A stranger that is not welcomed by then is closed. */
  readonly milliseconds: number;
}

export const STRANGER_LIMITS: StrangerLimits = {
  strangers: 1000,
  pages: 100,
  bytes: HANDSHAKE_FRAME_BYTES,
  pieces: 32,
  milliseconds: HANDSHAKE_MS,
};

interface Stranger {
  readonly cancelDeadline: Cancel;
  /** Since it upgraded, or since it left. */
  bytes: number;
  pieces: number;
}

export class Strangers {
  readonly #clock: Clock;
  readonly #limits: StrangerLimits;
  readonly #onTooMuch: () => void;
  /** In the order in which they came. */
  readonly #strangers = new Map<Socket, Stranger>();
  /** In the order in which they last asked. */
  readonly #pages = new Set<Socket>();

  /** @param onTooMuch told of a stranger that was closed for the bytes it sent. */
  constructor(http: Server, clock: Clock, onTooMuch: () => void, limits: StrangerLimits = STRANGER_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onTooMuch = onTooMuch;
    http.on('connection', (socket: Socket) => this.#came(socket));
    http.on('request', ({ socket }) => this.#asked(socket));
  }

  get count(): number {
    return this.#strangers.size;
  }

  /** It speaks websocket from now on; to be called before anything else listens to it. */
  upgraded(socket: Socket): void {
    if (this.#pages.delete(socket)) this.#add(socket);
    socket.on('data', (bytes: Uint8Array) => this.#received(socket, bytes.length));
  }

  /** A platform has shown who it is: the wire's own limits are enough. */
  welcomed(socket: Socket): void {
    this.#forget(socket);
  }

  /** It has nothing more to say, and may take as long to close as another to come. */
  left(socket: Socket): void {
    if (!socket.destroyed && !this.#strangers.has(socket)) this.#add(socket);
  }

  #came(socket: Socket): void {
    // The libraries listen to errors in turns, and nobody in between: a reset in such a moment would end the process.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#forget(socket);
      this.#pages.delete(socket);
    });
    this.#add(socket);
  }

  #asked(socket: Socket): void {
    this.#forget(socket);
    this.#pages.delete(socket);
    if (socket.destroyed) return;
    this.#pages.add(socket);
    if (this.#pages.size > this.#limits.pages) first(this.#pages).destroy();
  }

  #add(socket: Socket): void {
    const { milliseconds, strangers } = this.#limits;
    const cancelDeadline = this.#clock.after(milliseconds, () => socket.destroy());
    this.#strangers.set(socket, { cancelDeadline, bytes: 0, pieces: 0 });
    if (this.#strangers.size > strangers) this.#close(first(this.#strangers.keys()));
  }

  #received(socket: Socket, bytes: number): void {
    const stranger = this.#strangers.get(socket);
    if (stranger === undefined) return;
    stranger.bytes += bytes;
    stranger.pieces += 1;
    if (stranger.bytes <= this.#limits.bytes && stranger.pieces <= this.#limits.pieces) return;
    this.#close(socket);
    this.#onTooMuch();
  }

  /** At once, so that it no longer counts; the event of its closing comes later. */
  #close(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#strangers.get(socket)?.cancelDeadline();
    this.#strangers.delete(socket);
  }
}

function first<Item>(items: Iterable<Item>): Item {
  const [item] = items;
  return item;
}
