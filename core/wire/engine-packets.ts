/**
 * The packets of engine.io that this wire uses. Besides the messages that core/wire/socket-packets.ts reads, each end
 * sends the other two kinds of text. The readers below refuse everything else before the library reads it, because the
 * library throws at some packets and answers others.
 * @module
 */
import { WireError } from './errors.ts';

/** Longer than any text that the two ends send to each other. */
const MOST_TEXT = 160;
/**
 * The handshake, which engine.io parses as JSON and takes timers from. It must have exactly the form that its own
 * server writes.
 */
const HANDSHAKE =
  /^0\{"sid":"[\w-]{20}","upgrades":\[\],"pingInterval":[1-9]\d{0,6},"pingTimeout":[1-9]\d{0,6},"maxPayload":[1-9]\d{0,9}\}$/;
const PING = '2';
const PONG = '3';
const MESSAGE = '4';

/** Reads the packets that one connection receives, in order. */
export interface EngineReader {
  /** @throws WireError WIRE_MALFORMED. The connection must then be closed, and no part of the packet used. */
  take(message: string | Uint8Array): void;
}

/** A coordinator receives answers to its pings, and messages. */
export class CoordinatorEngineReader implements EngineReader {
  take(message: string | Uint8Array): void {
    if (message === PONG || isMessage(message)) return;
    throw new WireError('WIRE_MALFORMED', 'no packet that a platform sends');
  }
}

/** A platform receives one handshake first, and then pings and messages. */
export class PlatformEngineReader implements EngineReader {
  #isOpen = false;

  take(message: string | Uint8Array): void {
    if (this.#isOpen ? message === PING || isMessage(message) : isHandshake(message)) {
      this.#isOpen = true;
      return;
    }
    throw new WireError('WIRE_MALFORMED', 'no packet that a coordinator sends');
  }
}

function isMessage(message: string | Uint8Array): boolean {
  return typeof message !== 'string' || (message.startsWith(MESSAGE) && message.length <= MOST_TEXT);
}

function isHandshake(message: string | Uint8Array): boolean {
  return typeof message === 'string' && message.length <= MOST_TEXT && HANDSHAKE.test(message);
}
