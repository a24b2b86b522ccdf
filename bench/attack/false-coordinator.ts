/**
 * Attacks on a platform by an impostor at its coordinator's address.
 * @module
 */
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import {
  ANSWER_KINDS,
  CONNECTED_TEXT,
  EVENT_KINDS,
  HANDSHAKE_TEXT,
  HTTP_ANSWERS,
} from '../../test/wire/packet-kinds.ts';
import type { Kind } from '../../test/wire/packet-kinds.ts';
import { pause, STRIKE_MS } from './attack.ts';
import type { Attack } from './attack.ts';

/** The platform of the scene whose process connects here. */
const STRUCK = 'struck';
const list = (elements: number): string => `42["envelope"${',1'.repeat(elements)}]`;
const isOther = ({ messages }: Kind): boolean => !messages.includes(list(125_000));

export const FALSE_COORDINATOR: readonly Attack[] = [
  ...[125_000, 900_000].map((elements) =>
    answering(`one event of ${elements} elements from whoever answers a platform`, [
      [HANDSHAKE_TEXT, CONNECTED_TEXT, list(elements)],
    ]),
  ),
  answering('all other kinds of packets from whoever answers, one a connection', [
    ...ANSWER_KINDS.filter(isOther).map(({ messages }) => messages),
    ...EVENT_KINDS.filter(isOther).map(({ messages }) => [HANDSHAKE_TEXT, CONNECTED_TEXT, ...messages]),
  ]),
  against('a frame of 500 MB from whoever answers', () =>
    websockets((_socket, { socket }) => {
      // A header that promises 500 MB.
      socket.write(Uint8Array.of(0x82, 127, 0, 0, 0, 0, 0x1d, 0xcd, 0x65, 0));
      const piece = new Uint8Array(2 ** 20);
      const more = (): void => {
        if (!socket.destroyed) socket.write(piece, () => setImmediate(more));
      };
      more();
    }),
  ),
  against('answers that are no websocket', () => {
    let next = 0;
    return (socket) => {
      const { bytes } = HTTP_ANSWERS[next++ % HTTP_ANSWERS.length];
      socket.once('data', () => socket.end(bytes));
    };
  }),
];

/** Handles each connection of the platform. */
type Take = (socket: Socket) => void;

/** A server that keeps connections waiting until the attack begins. */
class Waylay {
  readonly #server: Server;
  readonly #waiting = new Set<Socket>();
  #take: Take | undefined;
  connections = 0;

  constructor() {
    this.#server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (this.#take === undefined) {
        this.#waiting.add(socket);
        return;
      }
      this.connections += 1;
      this.#take(socket);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  begin(take: Take): void {
    this.#take = take;
    for (const socket of this.#waiting) socket.destroy();
  }

  close(): void {
    this.#server.close();
  }
}

function against(name: string, make: () => Take): Attack {
  let waylay: Waylay;
  return {
    name,
    stage: 'letters',
    victim: STRUCK,
    prepare: async (scene) => {
      waylay = new Waylay();
      await scene.start(STRUCK, await waylay.listen());
      await pause(2000);
    },
    strike: async (scene) => {
      waylay.begin(make());
      await Promise.race([pause(2 * STRIKE_MS), scene.running.get(STRUCK)!.ended]);
      waylay.close();
      return `${waylay.connections} connections`;
    },
  };
}

/** Gives each connection the next of `answers`. After the last one it stays silent. */
function answering(name: string, answers: readonly (readonly (string | Uint8Array)[])[]): Attack {
  return against(name, () => {
    let next = 0;
    return websockets((socket) => {
      for (const message of answers[next++] ?? []) socket.send(message);
    });
  });
}

function websockets(begin: (socket: WebSocket, request: IncomingMessage) => void): Take {
  const http = createHttp();
  const server = new WebSocketServer({ server: http });
  server.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    begin(socket, request);
  });
  return (socket) => void http.emit('connection', socket);
}
