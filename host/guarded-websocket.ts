/**
 * The websocket of both ends, with a guard in front of the libraries that listen to it. The guard refuses messages that this wire
 * does not have before the libraries see them. An error that they throw ends their connection, and never the process.
 * @module
 */
import { WebSocket } from 'ws';
import type { ClientOptions, ServerOptions } from 'ws';
import type { EngineReader } from '../core/wire/engine-packets.ts';

/** Most fragments per message. Each costs an object, however small it is, and neither end of this wire fragments messages. */
const MOST_FRAGMENTS = 16;
/** Most unread chunks as the network delivers them. 2 MiB in segments of 536 bytes are fewer. */
const MOST_CHUNKS = 4096;

/** The types of the library lack `closeTimeout`. */
type WebSocketOptions = ClientOptions & ServerOptions & { readonly closeTimeout: number };

/** Options of the library for the websockets of both ends. @param maxMessageBytes a longer message closes its connection. */
export function guardedOptions(maxMessageBytes: number): WebSocketOptions {
  return {
    maxPayload: maxMessageBytes,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: MOST_CHUNKS,
    // This wire uses neither. Compressed messages would grow when they are read, and answers to pings would queue without bound
    // for a peer that does not read.
    perMessageDeflate: false,
    autoPong: false,
    closeTimeout: 2000,
  };
}

/** Makes a class of websockets. @param makeReader makes for each websocket the reader of the messages that it receives. */
export function guardedWebSocket(makeReader: () => EngineReader): typeof WebSocket {
  return class extends WebSocket {
    readonly #reader = makeReader();
    #isOver = false;
    #isResting = false;

    /** Everything that arrives passes here, because this method calls the libraries' listeners. */
    override emit(event: string | symbol, ...given: unknown[]): boolean {
      try {
        if (event === 'message') {
          // Ignores the rest of a piece that contained a refused message.
          if (this.#isOver) return true;
          this.#rest();
          const [message, isBinary] = given as [Buffer, boolean];
          this.#reader.take(isBinary ? message : message.toString());
        }
        return super.emit(event, ...given);
      } catch (error) {
        this.#isOver = true;
        // The error is reported like any other of the connection, unless reporting an error is what failed.
        if (event !== 'error') this.emit('error', error);
        this.terminate();
        return true;
      }
    }

    /** Handles one piece from the network per turn: a sender that never pauses would otherwise block the process. */
    #rest(): void {
      if (this.#isResting) return;
      this.#isResting = true;
      this.pause();
      setImmediate(() => {
        this.#isResting = false;
        this.resume();
      });
    }
  };
}
