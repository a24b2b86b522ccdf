/**
 * The coordinator's end over socket.io, beside HTTP on the same port: websocket only, one event, one binary frame in it.
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
import type { CoordinatorEndpoint, CoordinatorTransport } from '../../core/wire/transport.ts';
import { wireEngine } from './engine.ts';
import { STRANGER_LIMITS, Strangers } from './strangers.ts';
import type { StrangerLimits } from './strangers.ts';

/**
 * The engine drops a connection over its own limit without a word to the sender. So that limit lies far above the one
 * told in the challenge: a frame in between is refused with a typed failure.
 */
const HARD_LIMIT_FACTOR = 4;
/** A platform reads as fast as its window moves. Beyond this it does not read, and what waits for it is not kept. */
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
      // What the engine has closed owes nobody a farewell: the bytes that wait are sent, and the socket is gone.
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
      const endpoint: CoordinatorEndpoint = {
        online: () => end.online(),
        traffic: () => end.traffic(),
        send: (platform, body, session) => end.send(platform, body, session),
        broadcast: (platforms, body, session) => end.broadcast(platforms, body, session),
        drained: (platform) => end.drained(platform),
        close: async () => {
          http.off('upgrade', upgrade);
          await end.close();
          // Not server.close(): the HTTP server belongs to whoever made it.
          server.disconnectSockets(true);
          engine.close();
        },
      };
      return Promise.resolve(endpoint);
    },
  };
}

function connect(socket: Socket, end: CoordinatorEnd, strangers: Strangers): void {
  const raw = socket.conn.request.socket;
  // In the engine's own buffer, until it hands all of it to the socket.
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
  // What came in one piece with too much is read by the libraries still, and counts for nothing.
  socket.on(SOCKET_EVENT, (frame: Uint8Array) => {
    if (!raw.destroyed) events.onFrame(frame);
  });
  // What the parser refused.
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

/** What the websocket, or the guard on it, refused; they leave nothing but a text (a test watches it). */
function refusalIn(description: unknown): WireError | undefined {
  if (!(description instanceof Error) || description.message === 'write error') return undefined;
  const isTooLarge = description.message.includes('Max payload size exceeded');
  return new WireError(isTooLarge ? 'WIRE_FRAME_TOO_LARGE' : 'WIRE_MALFORMED', 'no packet of this wire');
}
