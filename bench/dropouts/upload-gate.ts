/**
 * A gate between one platform and the coordinator. It passes bytes both ways, counts the masked chunks, and can shut exactly
 * after one of them, so that the platform's death at that point is certain.
 * @module
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Only a masked chunk is at least this long; all other messages of a platform are shorter. */
const CHUNK_BYTES_AT_LEAST = 8_000;

export class UploadGate {
  readonly #server: Server;
  readonly #to: URL;
  readonly #sockets = new Set<Socket>();
  #passed = 0;
  #shutAfter = Number.POSITIVE_INFINITY;
  #onShut: () => void = () => undefined;

  private constructor(to: URL) {
    this.#to = to;
    this.#server = createServer((socket) => this.#join(socket));
  }

  static async before(coordinator: string): Promise<UploadGate> {
    const gate = new UploadGate(new URL(coordinator));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Restarts the count. @param shutAfter number of chunks that pass; then the gate shuts and calls `onShut`. */
  expect(shutAfter: number, onShut: () => void): void {
    this.#passed = 0;
    this.#shutAfter = shutAfter;
    this.#onShut = onShut;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(platform: Socket): void {
    const coordinator = connect(Number(this.#to.port), this.#to.hostname);
    for (const socket of [platform, coordinator]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        platform.destroy();
        coordinator.destroy();
      });
    }
    coordinator.on('data', (bytes: Buffer) => void platform.write(bytes));
    const frames = new FrameEnds();
    let isShut = false;
    platform.on('data', (bytes: Buffer) => {
      if (isShut) return;
      let end = bytes.length;
      for (const frame of frames.in(bytes)) {
        if (frame.length < CHUNK_BYTES_AT_LEAST) continue;
        this.#passed += 1;
        if (this.#passed < this.#shutAfter) continue;
        isShut = true;
        end = frame.end;
        break;
      }
      coordinator.write(bytes.subarray(0, end));
      if (!isShut) return;
      this.#shutAfter = Number.POSITIVE_INFINITY;
      this.#onShut();
    });
  }
}

/** Finds the ends of a websocket client's frames in its stream (RFC 6455, section 5.2), after the upgrade request. */
class FrameEnds {
  #head = Buffer.alloc(0);
  #isUpgraded = false;
  /** Bytes of the current frame that have not arrived yet, and its length. */
  #left = 0;
  #length = 0;

  /** The frames that end within these bytes: payload length, and position of the end. */
  *in(bytes: Buffer): Generator<{ readonly length: number; readonly end: number }> {
    let at = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        if (this.#left === 0) yield { length: this.#length, end: at };
        continue;
      }
      this.#head = Buffer.concat([this.#head, bytes.subarray(at, at + 1)]);
      at += 1;
      if (!this.#isUpgraded) {
        if (!this.#head.subarray(-4).equals(Buffer.from('\r\n\r\n'))) continue;
        this.#isUpgraded = true;
        this.#head = Buffer.alloc(0);
        continue;
      }
      const length = frameLength(this.#head);
      if (length === undefined) continue;
      this.#head = Buffer.alloc(0);
      this.#length = length;
      this.#left = length;
    }
  }
}

/** Payload length; known once the whole header of a client's frame has arrived. */
function frameLength(head: Buffer): number | undefined {
  if (head.length < 2) return undefined;
  const short = head[1] & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  // Two bytes, the length, and the mask, which every client's frame has.
  if (head.length < 2 + extended + 4) return undefined;
  if (extended === 0) return short;
  return extended === 2 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
}
