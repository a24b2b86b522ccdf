/**
 * The engine under socket.io at the coordinator's end: websocket only, with a guard on each, bounded in what one message may be.
 * @module
 */
import { Server as Engine } from 'engine.io';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import { CoordinatorEngineReader } from '../../core/wire/engine-packets.ts';
import { guardedOptions, guardedWebSocket } from '../../host/guarded-websocket.ts';

/** A platform that trains may keep its thread busy for long; a dead one is noticed by its closed socket. */
const PING_INTERVAL_MS = 20_000;
const PING_TIMEOUT_MS = 120_000;

/** @param maxMessageBytes beyond it a connection is closed without a word. */
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
