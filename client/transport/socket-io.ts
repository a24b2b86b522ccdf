/**
 * The platform's end over socket.io: websocket only, one event, one binary frame in it. Reconnecting is the link's
 * business (core/wire/platform-end.ts), so socket.io's own is off.
 * @module
 */
import { io } from 'socket.io-client';
import type { Dial } from '../../core/wire/connection.ts';
import { PlatformEnd } from '../../core/wire/platform-end.ts';
import type { PlatformEndOptions } from '../../core/wire/platform-end.ts';
import { SOCKET_EVENT, SOCKET_PATH } from '../../core/wire/socket.ts';
import type { PlatformTransport } from '../../core/wire/transport.ts';

export interface SocketTransportOptions extends Omit<PlatformEndOptions, 'dial'> {
  /** http(s) or ws(s) address of the coordinator, without a path. */
  readonly url: string;
}

export function socketTransport(options: SocketTransportOptions): PlatformTransport {
  const dial = dialer(options.url);
  return { name: 'socket.io', connect: (handlers) => new PlatformEnd({ ...options, dial }, handlers) };
}

/** Opens one websocket connection at each call. */
export function dialer(url: string): Dial {
  return (events) => {
    const socket = io(url, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      perMessageDeflate: { threshold: Number.MAX_SAFE_INTEGER },
    });
    let isOver = false;
    const over = (reason: string): void => {
      if (isOver) return;
      isOver = true;
      events.onClose(reason);
    };
    socket.on('connect_error', (error) => {
      socket.disconnect();
      over(`cannot connect to ${url}: ${error.message}`);
    });
    socket.on('disconnect', (reason) => over(reason));
    socket.on(SOCKET_EVENT, (frame: unknown) => {
      // Not bytes: an empty frame is refused as malformed.
      if (!isOver) events.onFrame(frame instanceof Uint8Array ? frame : new Uint8Array(0));
    });
    return {
      send: (frame) => {
        if (!isOver) socket.emit(SOCKET_EVENT, frame);
      },
      close: () => {
        isOver = true;
        socket.disconnect();
      },
    };
  };
}
