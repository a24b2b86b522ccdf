/**
 * The websocket of either end, with a guard in front of the libraries that listen to it: what this wire does not have is refused
 * before they see it, and whatever they throw ends that connection, never the process.
 * @module
 */
import { WebSocket } from 'ws';
import type { ClientOptions, ServerOptions } from 'ws';
import type { EngineReader } from '../core/wire/engine-packets.ts';

/** Each piece of a message costs an object, however small it is. Neither end of this wire cuts messages into fragments. */
const MOST_FRAGMENTS = 16;
/** As the network delivers them: 2 MiB in segments of 536 bytes are fewer. */
const MOST_CHUNKS = 4096;

/** The types of the library lack `closeTimeout`. */
type WebSocketOptions = ClientOptions & ServerOptions & { readonly closeTimeout: number };

/** Options of the library for either end's websockets. @param maxMessageBytes beyond it a connection is closed. */
export function guardedOptions(maxMessageBytes: number): WebSocketOptions {
  return {
    maxPayload: maxMessageBytes,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: MOST_CHUNKS,
    // Compressed messages would grow, and answers to pings wait without bound for one who does not read. Neither is of this wire.
    perMessageDeflate: false,
    autoPong: false,
    closeTimeout: 2000,
  };
}

/** A class of websockets; `makeReader` gives each one the reader of what it receives. */
export function guardedWebSocket(makeReader: () => EngineReader): typeof WebSocket {
  return class extends WebSocket {
    readonly #reader = makeReader();

    /** Everything that arrives comes this way: the libraries' listeners are called in here. */
    override emit(event: string | symbol, ...given: unknown[]): boolean {
      try {
        if (event === 'message') {
          const [message, isBinary] = given as [Buffer, boolean];
          this.#reader.take(isBinary ? message : message.toString());
        }
        return super.emit(event, ...given);
      } catch (error) {
        // Told as any other error of the connection; not again where telling is what failed.
        if (event !== 'error') this.emit('error', error);
        this.terminate();
        return true;
      }
    }
  };
}
