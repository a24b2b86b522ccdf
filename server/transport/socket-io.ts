/**
 * The coordinator's end of the wire over socket.io, on the same port as HTTP. It takes only websockets, with a single
 * event that carries one binary frame.
 * @module
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { CoordinatorEnd } from '../../core/wire/coordinator-end.ts';
import type { CoordinatorEndOptions } from '../../core/wire/coordinator-end.ts';
import { WireError } from '../../core/wire/errors.ts';
import { HANDSHAKE_MS } from '../../core/wire/handshake.ts';
import { coordinatorPackets } from '../../core/wire/socket-packets.ts';
import { SOCKET_EVENT, SOCKET_TARGET } from '../../core/wire/socket.ts';
import { COORDINATOR_LIMITS } from '../../core/wire/transport.ts';
import type { CoordinatorTransport } from '../../core/wire/transport.ts';
import { wireEngine } from './engine.ts';
import { STRANGER_LIMITS, Strangers } from './strangers.ts';
import type { StrangerLimits } from './strangers.ts';

/**
 * Ratio of the engine's limit to the limit in the challenge. The engine drops a connection over its own limit without
 * telling the sender. With a higher limit, the coordinator can refuse a frame in between with a typed failure.
 */
const HARD_LIMIT_FACTOR = 4;
/**
 * Most bytes that may wait for one platform. A platform with more has stopped reading, and its connection is closed.
 */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024;

export interface SocketTransportOptions extends CoordinatorEndOptions {
  /** Default {@link STRANGER_LIMITS}. */
  readonly strangers?: StrangerLimits;
}

export function socketTransport(http: HttpServer, options: SocketTransportOptions): CoordinatorTransport {
  return {
    name: 'socket.io',
    listen: (handlers) => {
      const end = new CoordinatorEnd(options, handlers);
      const limits = options.limits ?? COORDINATOR_LIMITS;
      const tooMuch = (): void => {
        const { code, message: text } = new WireError('WIRE_FRAME_TOO_LARGE', 'before a hello');
        handlers.onFailure(null, { code, text, seen: 'here' });
      };
      const strangers = new Strangers(http, options.clock, tooMuch, options.strangers ?? STRANGER_LIMITS);
      const engine = wireEngine(limits.maxFrameBytes * HARD_LIMIT_FACTOR);
      const server = new Server({ parser: coordinatorPackets, connectTimeout: HANDSHAKE_MS, serveClient: false });
      server.bind(engine);
      // After the engine has closed a connection, the waiting bytes are sent and the socket is closed. Nobody needs a
      // closing handshake.
      engine.on('connection', (connection: EngineSocket) => {
        connection.once('close', () => connection.request.socket.destroySoon());
      });
      server.on('connection', (socket) => {
        try {
          connect(socket, end, strangers);
        } catch (error) {
          handlers.onDefect(error);
          socket.conn.request.socket.destroy();
        }
      });
      const upgrade = (request: IncomingMessage, socket: NetSocket, head: Buffer): void => {
        strangers.upgraded(socket);
        if (request.url === SOCKET_TARGET) engine.handleUpgrade(request, socket, head);
        else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      };
      http.on('upgrade', upgrade);
      const endpoint = end.carriedBy(async () => {
        http.off('upgrade', upgrade);
        await end.close();
        // `server.close()` would close the HTTP server, which belongs to the caller.
        server.disconnectSockets(true);
        engine.close();
      });
      return Promise.resolve(endpoint);
    },
  };
}

function connect(socket: Socket, end: CoordinatorEnd, strangers: Strangers): void {
  const raw = socket.conn.request.socket;
  // Bytes in the engine's own buffer. `drain` says that the engine gave all of them to the socket.
  let unsent = 0;
  socket.conn.on('drain', () => (unsent = 0));
  const events = end.accept({
    send: (frame) => {
      unsent += frame.length;
      socket.emit(SOCKET_EVENT, frame);
      if (unsent + raw.writableLength > MOST_UNSENT_BYTES) raw.destroy();
    },
    welcomed: () => strangers.welcomed(raw),
    close: () => {
      strangers.left(raw);
      socket.disconnect(true);
    },
  });
  // The libraries still parse the rest of a piece after the socket was destroyed. Such frames are ignored.
  socket.on(SOCKET_EVENT, (frame: Uint8Array) => {
    if (!raw.destroyed) events.onFrame(frame);
  });
  // The parser refused a packet.
  socket.on('error', (error: unknown) => {
    if (!raw.destroyed && error instanceof WireError) events.onRefused(error);
    raw.destroy();
  });
  socket.on('disconnect', (reason, description) => {
    const refusal = raw.destroyed ? undefined : refusalIn(description);
    if (refusal !== undefined) events.onRefused(refusal);
    events.onClose(reason);
  });
}

/** The error of the websocket, or of the guard on it. Both leave only a text; a test notices if that text changes. */
function refusalIn(description: unknown): WireError | undefined {
  if (!(description instanceof Error) || description.message === 'write error') return undefined;
  const isTooLarge = description.message.includes('Max payload size exceeded');
  return new WireError(isTooLarge ? 'WIRE_FRAME_TOO_LARGE' : 'WIRE_MALFORMED', 'no packet of this wire');
}
