/**
 * The platform's end over socket.io: websocket only, one event, one binary frame in it. Reconnecting is the link's
 * business (core/wire/platform-end.ts), so socket.io's own is off.
 * @module
 */
import type { Socket as NetSocket } from 'node:net';
import { NodeWebSocket } from 'engine.io-client';
import { io } from 'socket.io-client';
import type { WebSocket } from 'ws';
import type { Dial } from '../../core/wire/connection.ts';
import { PlatformEngineReader } from '../../core/wire/engine-packets.ts';
import { WireError } from '../../core/wire/errors.ts';
import { HANDSHAKE_FRAME_BYTES } from '../../core/wire/handshake.ts';
import { PlatformEnd } from '../../core/wire/platform-end.ts';
import type { PlatformEndOptions } from '../../core/wire/platform-end.ts';
import { platformPackets } from '../../core/wire/socket-packets.ts';
import { SOCKET_EVENT } from '../../core/wire/socket.ts';
import { PLATFORM_LIMITS } from '../../core/wire/transport.ts';
import type { PlatformTransport } from '../../core/wire/transport.ts';
import { guardedOptions, guardedWebSocket } from '../../host/guarded-websocket.ts';
import { boundEarlyBytes } from './early-bytes.ts';
import { coordinatorAddress, unreachable } from './coordinator-address.ts';

export interface SocketTransportOptions extends Omit<PlatformEndOptions, 'dial'> {
  /** {@link coordinatorAddress} says which there are. */
  readonly url: string;
}

/** A frame over the link's own limit is told to the coordinator; only what lies far above ends the connection. */
const HARD_LIMIT_FACTOR = 4;
/** A coordinator reads as fast as its window moves. Beyond this it does not read, and the connection is given up. */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024;

/** Of an answer to the request for a websocket. */
const MOST_HEADER_BYTES = 8 * 1024;

const GuardedWebSocket = guardedWebSocket(() => new PlatformEngineReader());

/** @throws PlatformError PLATFORM_COORDINATOR. */
export function socketTransport(options: SocketTransportOptions): PlatformTransport {
  const dial = dialer(options.url, (options.limits ?? PLATFORM_LIMITS).maxFrameBytes);
  return { name: 'socket.io', connect: (handlers) => new PlatformEnd({ ...options, dial }, handlers) };
}

/** Opens one websocket connection at each call. @throws PlatformError PLATFORM_COORDINATOR. */
export function dialer(url: string, maxFrameBytes: number): Dial {
  const { origin, path } = coordinatorAddress(url);
  const limits = { ...guardedOptions(maxFrameBytes * HARD_LIMIT_FACTOR), maxHeaderSize: MOST_HEADER_BYTES };
  return (events) => {
    let welcomed: () => void = () => undefined;
    const bound = (raw: NetSocket): void => {
      welcomed = boundEarlyBytes(raw, HANDSHAKE_FRAME_BYTES, () => {
        if (!isOver) events.onRefused(new WireError('WIRE_FRAME_TOO_LARGE', 'before a welcome'));
      });
    };
    class Carrier extends NodeWebSocket {
      override createSocket(...[address, , given]: Parameters<NodeWebSocket['createSocket']>): WebSocket {
        const socket = new GuardedWebSocket(address, { ...given, ...limits });
        // Not before the library listens: who listens alone is given what came with the answer, and the library misses it.
        return socket.once('upgrade', ({ socket: raw }) => socket.once('open', () => bound(raw)));
      }

      override doWrite(...written: Parameters<NodeWebSocket['doWrite']>): void {
        super.doWrite(...written);
        const socket = this.ws as WebSocket;
        if (socket.bufferedAmount > MOST_UNSENT_BYTES) socket.terminate();
      }
    }
    const socket = io(origin, {
      path,
      transports: [Carrier],
      parser: platformPackets,
      reconnection: false,
      forceNew: true,
    });
    let isOver = false;
    const over = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      events.onClose(reason);
    };
    socket.on('connect_error', (error) => {
      socket.disconnect();
      over(unreachable(url, error));
    });
    socket.on('disconnect', (reason) => over(reason));
    socket.on(SOCKET_EVENT, (frame: Uint8Array) => {
      if (!isOver) events.onFrame(frame);
    });
    return {
      send: (frame) => {
        if (!isOver) socket.emit(SOCKET_EVENT, frame);
      },
      welcomed: () => welcomed(),
      close: () => {
        isOver = true;
        socket.disconnect();
      },
    };
  };
}
