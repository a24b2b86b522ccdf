/**
 * The engine under socket.io at the coordinator's end. It takes only websockets, puts a guard on each, and limits the
 * size of a message.
 * @module
 */
import { Server as Engine } from 'engine.io';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import { CoordinatorEngineReader } from '../../core/wire/engine-packets.ts';
import { guardedOptions, guardedWebSocket } from '../../host/guarded-websocket.ts';

/** Long, because a platform that trains may block its thread for minutes. The closed socket reveals a dead one. */
const PING_INTERVAL_MS = 20_000;
const PING_TIMEOUT_MS = 120_000;

/** @param maxMessageBytes a longer message closes the connection without an error message. */
export function wireEngine(maxMessageBytes: number): Engine {
  const guarded = {
    ...guardedOptions(maxMessageBytes),
    WebSocket: guardedWebSocket(() => new CoordinatorEngineReader()),
  };
  return new Engine({
    transports: ['websocket'],
    allowUpgrades: false,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    maxHttpBufferSize: maxMessageBytes,
    wsEngine: class extends WebSocketServer {
      constructor(options: ServerOptions) {
        super({ ...options, ...guarded });
      }
    },
  });
}
