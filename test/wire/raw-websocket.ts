/** A websocket client made of bytes: it can send what no library would, piece by piece. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export const WIRE_URL = '/wire/?EIO=4&transport=websocket';
export const TEXT = 1;
export const BINARY = 2;
/** The header of the only event, as engine.io carries it. */
export const EVENT_TEXT = '451-["envelope",{"_placeholder":true,"num":0}]';

/** One websocket frame. A client's frame is masked with zeros, which do not change the payload. */
export function frameOf(opcode: number, payload: Uint8Array | string, isLast = true, isMasked = true): Buffer {
  const body = Buffer.from(payload);
  const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
  const mask = isMasked ? 0x80 : 0;
  head[0] = (isLast ? 0x80 : 0) | opcode;
  if (head.length === 2) head[1] = mask | body.length;
  else if (head.length === 4) {
    head[1] = mask | 126;
    head.writeUInt16BE(body.length, 2);
  } else {
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), body]);
}

export class RawWebSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  /** Texts that the server sent. */
  readonly texts: string[] = [];
  readonly frames: Buffer[] = [];
  isClosed = false;
  #received = Buffer.alloc(0);
  #isOpen = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    // A refused connection may be reset. Only its end matters.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.isClosed = true;
        this.#wake();
        resolve();
      });
    });
    socket.on('data', (chunk) => this.#take(chunk));
  }

  /** A TCP connection on which nothing was sent yet. */
  static async dial(url: string): Promise<RawWebSocket> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const raw = new RawWebSocket(socket);
    await Promise.race([once(socket, 'connect').catch(() => undefined), raw.closed]);
    return raw;
  }

  /** Upgraded to a websocket, with the engine's handshake received. */
  static async open(url: string, path = WIRE_URL): Promise<RawWebSocket> {
    const raw = await RawWebSocket.dial(url);
    raw.upgrade(path);
    await raw.until(() => raw.texts.length > 0);
    return raw;
  }

  /** A socket.io connection in the state before a platform's hello. */
  static async connected(url: string): Promise<RawWebSocket> {
    const raw = await RawWebSocket.open(url);
    raw.text('40');
    await raw.until(() => raw.texts.some((text) => text.startsWith('40')));
    return raw;
  }

  upgrade(path = WIRE_URL, headers = ''): void {
    const key = randomBytes(16).toString('base64');
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${headers}\r\n`,
    );
  }

  text(text: string): boolean {
    return this.bytes(frameOf(TEXT, text));
  }

  binary(payload: Uint8Array): boolean {
    return this.bytes(frameOf(BINARY, payload));
  }

  /** Sends the bytes as they are, without a frame. */
  bytes(bytes: Uint8Array): boolean {
    return this.socket.writable && this.socket.write(bytes);
  }

  /** Resolves once the condition holds, or the connection is over. */
  async until(holds: () => boolean): Promise<boolean> {
    while (!holds() && !this.isClosed) await new Promise<void>((resolve) => (this.#wake = resolve));
    return holds();
  }

  /** Sends one event of the wire. */
  event(frame: Uint8Array): boolean {
    this.text(EVENT_TEXT);
    return this.binary(frame);
  }

  end(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (!this.#isOpen) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      this.#isOpen = this.#received.subarray(0, 12).toString() === 'HTTP/1.1 101';
      this.#received = this.#received.subarray(end + 4);
      if (!this.#isOpen) return;
    }
    for (;;) {
      if (this.#received.length < 2) break;
      const short = this.#received[1] & 0x7f;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (this.#received.length < head) break;
      const length =
        short === 127
          ? Number(this.#received.readBigUInt64BE(2))
          : short === 126
            ? this.#received.readUInt16BE(2)
            : short;
      if (this.#received.length < head + length) break;
      const payload = this.#received.subarray(head, head + length);
      if ((this.#received[0] & 0x0f) === TEXT) this.texts.push(payload.toString());
      else if ((this.#received[0] & 0x0f) === BINARY) this.frames.push(Buffer.from(payload));
      this.#received = this.#received.subarray(head + length);
    }
    this.#wake();
  }
}
