/** A platform's end against an impostor of its coordinator: the connection ends, and nothing else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { dialer, socketTransport } from '../../client/transport/socket-io.ts';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import type { Connection } from '../../core/wire/connection.ts';
import { openEnvelope, sealEnvelope } from '../../core/wire/envelope.ts';
import { connectionOf, Keys } from '../../core/wire/handshake.ts';
import { COORDINATOR_LIMITS } from '../../core/wire/transport.ts';
import { raise, testFederation, testRandom } from '../../compliance/wire-federation.ts';
import { quickClock } from '../wire/quick-clock.ts';
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

  /** Ends with the connection. @returns the frames that came through, and the reason of the end. */
  function dialled(url: string, begin: (connection: Connection) => void = () => undefined) {
    return new Promise<{ frames: Uint8Array[]; refusals: string[]; reason: string }>((resolve) => {
      const frames: Uint8Array[] = [];
      const refusals: string[] = [];
      const connection = dialer(
        url,
        MOST_FRAME,
      )({
        onFrame: (frame) => frames.push(frame),
        onRefused: ({ code }) => refusals.push(code),
        onClose: (reason) => resolve({ frames, refusals, reason }),
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

  it('4 KiB before a welcome, in one piece or in many, and no more', async () => {
    // A frame that never ends: its header promises a megabyte.
    const unfinished = Buffer.concat([Uint8Array.of(0x82, 127, 0, 0, 0, 0, 0, 0x03, 0, 0), new Uint8Array(6000)]);
    for (const pieces of [[6000], [2000, 2000, 2000], Array.from({ length: 50 }, () => 100)]) {
      const url = await websockets((socket, raw) => {
        socket.send(HANDSHAKE_TEXT);
        void (async () => {
          let at = 0;
          for (const piece of pieces) {
            raw.write(unfinished.subarray(at, (at += piece)));
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
      });
      const { frames, refusals } = await dialled(url);
      assert.deepEqual([frames, refusals], [[], ['WIRE_FRAME_TOO_LARGE']], pieces.join());
    }
    let isOver = false;
    const url = await websockets((socket, raw) => {
      socket.on('close', () => (isOver = true));
      socket.send(HANDSHAKE_TEXT);
      raw.write(unfinished.subarray(0, 3900));
      // By then the platform has read the first 4 KiB.
      setTimeout(() => {
        assert.ok(!isOver);
        socket.terminate();
      }, 100);
    });
    assert.deepEqual((await dialled(url)).refusals, []);
  });

  it('whatever the network puts in one piece with a welcome is taken, and all that follows', async () => {
    const federation = testFederation();
    const keys = new Keys(federation.of('coordinator'));
    const verifier = keys.verifierOf('alpha')!;
    const nonce = new Uint8Array(16).fill(1);
    const model = new Float32Array(10_000);
    const url = await websockets((socket, raw) => {
      const event = (frame: Uint8Array): void => {
        socket.send(EVENT_TEXT);
        socket.send(frame);
      };
      socket.send(HANDSHAKE_TEXT);
      socket.on('message', (message: Buffer, isBinary) => {
        if (!isBinary) {
          if (String(message) !== '40') return;
          socket.send(CONNECTED_TEXT);
          event(keys.word({ kind: 'challenge', nonce, limits: COORDINATOR_LIMITS, manifestVersion: 2 }, nonce));
          return;
        }
        const expected = { verifierOf: () => verifier, connection: undefined, maxFrameBytes: 1e5 };
        const hello = decodeBody(openEnvelope(message, expected).content);
        if (hello.kind !== 'hello') return;
        const connection = connectionOf(nonce, hello.nonce);
        const welcome = { kind: 'welcome', link: nonce, resumed: false, received: 0, completedRounds: 0 } as const;
        const header = { sender: 'coordinator', connection, session: new Uint8Array(0) };
        const body = encodeBody({ kind: 'attempt-start', round: 1, attempt: 1, config: new Uint8Array(0), model });
        raw.cork();
        event(keys.word(welcome, connection));
        for (let sequence = 1; sequence <= 20; sequence++)
          event(sealEnvelope({ ...header, sequence }, body, keys.signer));
        raw.uncork();
      });
    });
    const clock = quickClock();
    let bodies = 0;
    await new Promise<void>((resolve) => {
      const options = { url, identity: federation.of('alpha'), clock, random: testRandom('doors') };
      const link = socketTransport(options).connect({
        onBody: () => {
          bodies += 1;
          if (bodies === 20) resolve();
        },
        onState: (state) => {
          if (state.kind === 'offline') resolve();
        },
        onFailure: () => undefined,
        onDefect: raise,
      });
      closers.push(() => {
        void link.close();
        clock.stop();
      });
    });
    assert.equal(bodies, 20);
  });

  it('a connection that this end gives up is closed, however far it had come', async () => {
    const texts = ['', 'HTTP/1.1 10', 'HTTP/1.1 101 Switching Protocols\r\n'];
    for (const text of texts) {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      closers.push(() => server.close());
      const arrived = once(server, 'connection') as Promise<[Socket]>;
      let connection: Connection | undefined;
      void dialled(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, (begun) => (connection = begun));
      const [socket] = await arrived;
      socket.on('error', () => undefined);
      await once(socket, 'data');
      socket.write(text);
      connection!.close();
      socket.resume();
      // The connection may be reset.
      await new Promise((resolve) => socket.once('close', resolve));
    }
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
