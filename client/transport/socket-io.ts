/**
 * The platform's end of the wire over socket.io. It uses only websockets, with a single event that carries one binary
 * frame. The link reconnects (core/wire/platform-end.ts), so socket.io's own reconnecting is off.
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
  /** Address in a form of {@link coordinatorAddress}. */
  readonly url: string;
}

/**
 * Ratio of the websocket's limit to the link's own. A frame over the link's limit is reported to the coordinator; only
 * a frame over the websocket's limit ends the connection.
 */
const HARD_LIMIT_FACTOR = 4;
/**
 * Most bytes that may wait for the coordinator. A coordinator with more has stopped reading, and the connection is
 * closed.
 */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024;

/** Longest header in the answer to the websocket request. */
const MOST_HEADER_BYTES = 8 * 1024;

const GuardedWebSocket = guardedWebSocket(() => new PlatformEngineReader());

/** @throws PlatformError PLATFORM_COORDINATOR. */
export function socketTransport(options: SocketTransportOptions): PlatformTransport {
  const dial = dialer(options.url, (options.limits ?? PLATFORM_LIMITS).maxFrameBytes);
  return { name: 'socket.io', connect: (handlers) => new PlatformEnd({ ...options, dial }, handlers) };
}

/** A function that opens one websocket connection per call. @throws PlatformError PLATFORM_COORDINATOR. */
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
        // Our listener must come after the library's: a sole listener would consume the bytes that came with the
        // answer, and the library would miss them.
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
