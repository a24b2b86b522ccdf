/** A platform's end, against whoever answers in its coordinator's place: the connection is over, and nothing else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { dialer } from '../../client/transport/socket-io.ts';
import type { Connection } from '../../core/wire/connection.ts';
import {
  ANSWER_KINDS,
  CONNECTED_TEXT,
  EVENT_KINDS,
  frameKinds,
  HANDSHAKE_TEXT,
  HTTP_ANSWERS,
} from '../wire/packet-kinds.ts';
import { EVENT_TEXT } from '../wire/raw-websocket.ts';

const MOST_FRAME = 64 * 1024;

describe('platform: what answers in the coordinator’s place', () => {
  let closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers) close();
    closers = [];
  });

  /** Ends with the connection. @returns the frames that came through, and why it ended. */
  function dialled(url: string, begin: (connection: Connection) => void = () => undefined) {
    return new Promise<{ frames: Uint8Array[]; reason: string }>((resolve) => {
      const frames: Uint8Array[] = [];
      const connection = dialer(
        url,
        MOST_FRAME,
      )({
        onFrame: (frame) => frames.push(frame),
        onRefused: () => undefined,
        onClose: (reason) => resolve({ frames, reason }),
      });
      closers.push(() => connection.close());
      begin(connection);
    });
  }

  async function websockets(answer: (socket: WebSocket, raw: Socket) => void): Promise<string> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket, { socket: raw }) => {
      socket.on('error', () => undefined);
      answer(socket, raw);
    });
    await once(server, 'listening');
    closers.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const cases = [
    ...EVENT_KINDS.map(({ name, messages }) => ({ name, messages: [HANDSHAKE_TEXT, CONNECTED_TEXT, ...messages] })),
    ...ANSWER_KINDS,
  ];
  for (const { name, messages } of cases) {
    it(`${name}: closed, and nothing of it is handed on`, async () => {
      const url = await websockets((socket) => {
        for (const message of messages) socket.send(message);
      });
      const { frames } = await dialled(url);
      const whole = messages
        .slice(0, -1)
        .filter((message, index) => message !== EVENT_TEXT && messages[index - 1] === EVENT_TEXT);
      assert.ok(frames.length <= whole.length, `${frames.length} frames of ${whole.length}`);
    });
  }

  for (const { name, bytes } of frameKinds(false)) {
    it(`${name}: closed`, async () => {
      const url = await websockets((socket, raw) => {
        socket.send(HANDSHAKE_TEXT);
        socket.send(CONNECTED_TEXT, () => raw.write(bytes));
      });
      assert.deepEqual((await dialled(url)).frames, []);
    });
  }

  it('a message far over the limit: closed before it is read', async () => {
    const url = await websockets((socket) => {
      for (const message of [HANDSHAKE_TEXT, CONNECTED_TEXT, EVENT_TEXT]) socket.send(message);
      socket.send(new Uint8Array(MOST_FRAME * 4 + 1));
    });
    assert.deepEqual((await dialled(url)).frames, []);
  });

  it('pings of the websocket are not answered: a coordinator that never reads would make them wait without bound', async () => {
    let pongs = 0;
    const url = await websockets((socket) => {
      socket.on('pong', () => pongs++);
      socket.on('message', () => {
        socket.send('9');
      });
      socket.ping();
      socket.send(HANDSHAKE_TEXT);
    });
    await dialled(url);
    assert.equal(pongs, 0);
  });

  it('a coordinator that never reads is given up once 8 MiB wait for it', async () => {
    const url = await websockets((socket, raw) => {
      raw.pause();
      for (const message of [HANDSHAKE_TEXT, CONNECTED_TEXT, EVENT_TEXT]) socket.send(message);
      socket.send(new Uint8Array(1));
    });
    let isOver = false;
    const over = new Promise<number>((resolve) => {
      let sent = 0;
      const connection = dialer(
        url,
        MOST_FRAME,
      )({
        onFrame: () => {
          const more = (): void => {
            if (isOver || sent > 64 * 2 ** 20) return;
            connection.send(new Uint8Array(2 ** 20));
            sent += 2 ** 20;
            setImmediate(more);
          };
          more();
        },
        onRefused: () => undefined,
        onClose: () => {
          isOver = true;
          resolve(sent);
        },
      });
    });
    const sent = await over;
    assert.ok(sent < 32 * 2 ** 20, `${sent} bytes were handed over`);
  });

  for (const { name, bytes } of HTTP_ANSWERS) {
    it(`${name}: no connection`, async () => {
      const server: Server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(bytes));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      closers.push(() => server.close());
      const { frames, reason } = await dialled(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      assert.deepEqual(frames, []);
      assert.match(reason, /^cannot connect to http:/);
    });
  }
});
