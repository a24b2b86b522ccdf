/**
 * Limits for strangers: connections from the moment that TCP accepts them until a platform is welcomed on them, and
 * again once it has left. The limits of number, bytes and time apply to the sockets themselves, whatever the libraries
 * above buffer. Connections that ask for pages are counted separately, so that pages never cost a platform its place.
 * @module
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Cancel, Clock } from '../../core/time/clock.ts';
import { HANDSHAKE_FRAME_BYTES, HANDSHAKE_MS } from '../../core/wire/handshake.ts';

export interface StrangerLimits {
  /** Most strangers at a time. One more closes the oldest. */
  readonly strangers: number;
  /** Most connections that ask for pages at a time. One more closes the one that has been idle for longest. */
  readonly pages: number;
  /** Most bytes from a stranger after the upgrade to a websocket. More closes it. */
  readonly bytes: number;
  /** Most pieces in which these bytes may arrive: the smallest piece costs as much work as any. A hello needs a few. */
  readonly pieces: number;
  /** A stranger that is not welcomed within this time is closed. */
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
  /** Counted since it upgraded, or since it left. */
  bytes: number;
  pieces: number;
}

export class Strangers {
  readonly #clock: Clock;
  readonly #limits: StrangerLimits;
  readonly #onTooMuch: () => void;
  /** Connections on which no platform is welcomed, in the order of arrival. */
  readonly #strangers = new Map<Socket, Stranger>();
  /** Connections that ask for pages, in the order of their last request. */
  readonly #pages = new Set<Socket>();

  /** @param onTooMuch called after a stranger was closed because it sent too much. */
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

  /** The connection speaks websocket from now on. Must be called before anything else listens to it. */
  upgraded(socket: Socket): void {
    if (this.#pages.delete(socket)) this.#add(socket);
    socket.on('data', (bytes: Uint8Array) => this.#received(socket, bytes.length));
  }

  /** The platform has proved its identity: the wire's own limits are enough. */
  welcomed(socket: Socket): void {
    this.#forget(socket);
  }

  /** The platform has left. Its connection may take as long to close as a new one may take for its hello. */
  left(socket: Socket): void {
    if (!socket.destroyed && !this.#strangers.has(socket)) this.#add(socket);
  }

  #came(socket: Socket): void {
    // The libraries attach and remove their error listeners. Without this one, a reset in between would end the
    // process.
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

  /** Forgets the socket at once, so that it no longer counts. Its close event comes later. */
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
