/**
 * engine.io's packets, as far as this wire has any: each end sends the other two kinds of text beside the messages that
 * core/wire/socket-packets.ts reads. Everything else is refused before the library sees it, which throws at some and answers others.
 * @module
 */
import { WireError } from './errors.ts';

/** Longer than any text that the two ends send each other. */
const MOST_TEXT = 160;
/** What engine.io parses as JSON, and makes timers of: only as its own server writes it. */
const HANDSHAKE =
  /^0\{"sid":"[\w-]{20}","upgrades":\[\],"pingInterval":[1-9]\d{0,6},"pingTimeout":[1-9]\d{0,6},"maxPayload":[1-9]\d{0,9}\}$/;
const PING = '2';
const PONG = '3';
const MESSAGE = '4';

/** Reads what one connection receives, in order. */
export interface EngineReader {
  /** @throws WireError WIRE_MALFORMED: this connection must be closed, and nothing of it handed on. */
  take(message: string | Uint8Array): void;
}

/** A coordinator hears answers to its pings, and messages. */
export class CoordinatorEngineReader implements EngineReader {
  take(message: string | Uint8Array): void {
    if (message === PONG || isMessage(message)) return;
    throw new WireError('WIRE_MALFORMED', 'no packet that a platform sends');
  }
}

/** A platform hears one handshake, before anything else; then pings, and messages. */
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
