/**
 * The coordinator's end over socket.io, beside HTTP on the same port: websocket only, one event, one binary frame in it.
 * @module
 */
import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import type { ConnectionEvents } from '../../core/wire/connection.ts';
import { CoordinatorEnd } from '../../core/wire/coordinator-end.ts';
import type { CoordinatorEndOptions } from '../../core/wire/coordinator-end.ts';
import { SOCKET_EVENT, SOCKET_PATH } from '../../core/wire/socket.ts';
import { COORDINATOR_LIMITS } from '../../core/wire/transport.ts';
import type { CoordinatorEndpoint, CoordinatorTransport } from '../../core/wire/transport.ts';

/**
 * socket.io drops a connection over its own limit without a word to the sender. So that limit lies far above the one
 * told in the challenge: a frame in between is refused with a typed failure.
 */
const HARD_LIMIT_FACTOR = 4;
/** A platform that trains may keep its thread busy for long; a dead one is noticed by its closed socket. */
const PING_INTERVAL_MS = 20_000;
const PING_TIMEOUT_MS = 120_000;

export function socketTransport(http: HttpServer, options: CoordinatorEndOptions): CoordinatorTransport {
  return {
    name: 'socket.io',
    listen: (handlers) => {
      const end = new CoordinatorEnd(options, handlers);
      const limits = options.limits ?? COORDINATOR_LIMITS;
      const server = new Server(http, {
        path: SOCKET_PATH,
        transports: ['websocket'],
        serveClient: false,
        perMessageDeflate: false,
        maxHttpBufferSize: limits.maxFrameBytes * HARD_LIMIT_FACTOR,
        pingInterval: PING_INTERVAL_MS,
        pingTimeout: PING_TIMEOUT_MS,
        // The HTTP server answers everything outside the path.
        destroyUpgrade: true,
      });
      server.on('connection', (socket) => connect(socket, end));
      const endpoint: CoordinatorEndpoint = {
        online: () => end.online(),
        traffic: () => end.traffic(),
        send: (platform, body, session) => end.send(platform, body, session),
        broadcast: (platforms, body, session) => end.broadcast(platforms, body, session),
        drained: (platform) => end.drained(platform),
        close: async () => {
          await end.close();
          // Not server.close(): the HTTP server belongs to whoever made it.
          server.disconnectSockets(true);
          server.engine.close();
        },
      };
      return Promise.resolve(endpoint);
    },
  };
}

function connect(socket: Socket, end: CoordinatorEnd): void {
  const events: ConnectionEvents = end.accept({
    send: (frame) => socket.emit(SOCKET_EVENT, frame),
    close: () => socket.disconnect(true),
  });
  // Other events, or no bytes: an empty frame is refused as malformed.
  socket.onAny((event: string, frame: unknown) => {
    events.onFrame(event === SOCKET_EVENT && frame instanceof Uint8Array ? frame : new Uint8Array(0));
  });
  socket.on('disconnect', (reason, description) => {
    if (isTooLarge(description)) events.onOverrun();
    events.onClose(reason);
  });
}

/** Whether the websocket library gave up over its own limit; it leaves nothing but this text (a test watches it). */
function isTooLarge(description: unknown): boolean {
  return description instanceof Error && description.message.includes('Max payload size exceeded');
}
