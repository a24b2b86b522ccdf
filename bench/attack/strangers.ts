/**
 * Attacks on a coordinator by strangers who can reach its port.
 * @module
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Prng } from '../../core/random/prng.ts';
import { EVENT_KINDS, frameKinds } from '../../test/wire/packet-kinds.ts';
import { frameOf, RawWebSocket, TEXT } from '../../test/wire/raw-websocket.ts';
import { lanes, pause, STRIKE_MS, until } from './attack.ts';
import type { Attack } from './attack.ts';
import type { Scene } from './scene.ts';

const MIB = 2 ** 20;
const list = (elements: number): string => `42["envelope"${',1'.repeat(elements)}]`;
const attack = (name: string, strike: Attack['strike']): Attack => ({
  name,
  stage: 'rounds',
  victim: 'coordinator',
  strike,
});

export const STRANGERS: readonly Attack[] = [
  attack('nothing', async () => {
    await pause(STRIKE_MS);
    return '';
  }),
  ...[125_000, 900_000].map((elements) =>
    attack(`one event of ${elements} elements, ${(elements / 5e5).toFixed(2)} MB`, async ({ url }) => {
      const raw = await RawWebSocket.connected(url);
      raw.text(list(elements));
      await until(() => raw.isClosed, 3000);
      return '';
    }),
  ),
  attack('10 attachments announced, 9 of 2 MiB sent, on 60 connections before CONNECT', (scene) =>
    withheld(scene, 'open'),
  ),
  attack('the same after CONNECT', (scene) => withheld(scene, 'connected')),
  attack('frames of 520 KB that hold 260,000 empty fields, 8 lanes', async ({ url }) => {
    const frame = manyFields(260_000);
    const times = await lanes(8, async () => {
      await struckWith(url, frame);
    });
    return `${times} frames`;
  }),
  attack('one bad frame a connection, 16 lanes', async (scene) => {
    const before = scene.logBytes('coordinator');
    const times = await lanes(16, async () => {
      await struckWith(scene.url, Buffer.from('garbage'));
    });
    const logged = (scene.logBytes('coordinator') - before) / 1024;
    return `${times} connections, log ${logged.toFixed(1)} KiB`;
  }),
  attack('3,000 idle TCP connections', async (scene) => held(scene, 3000)),
  attack('500 requests whose headers come a byte a second', async (scene) =>
    held(scene, 500, (socket) => {
      socket.write('GET / HTTP/1.1\r\nX: ');
      const timer = setInterval(() => socket.write('x'), 1000);
      socket.on('close', () => clearInterval(timer));
    }),
  ),
  attack('100 requests whose bodies never come', async (scene) =>
    held(scene, 100, (socket) => {
      socket.write(
        'POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );
    }),
  ),
  attack('2,000 websockets without a CONNECT', async ({ url }) => {
    const raws: RawWebSocket[] = [];
    await lanes(16, async () => {
      if (raws.length < 2000) raws.push(await RawWebSocket.open(url));
      else await pause(100);
    });
    const stay = raws.filter(({ isClosed }) => !isClosed).length;
    for (const raw of raws) raw.end();
    return `${raws.length} opened, ${stay} held`;
  }),
  attack('20,000 namespaces on one connection', async ({ url }) => {
    const raw = await RawWebSocket.connected(url);
    for (let n = 0; n < 20_000 && !raw.isClosed; n++) {
      raw.text(`40/${n},`);
      if (n % 500 === 0) await pause(1);
    }
    await until(() => raw.isClosed, 2000);
    const how = raw.isClosed ? 'closed' : 'open';
    raw.end();
    return how;
  }),
  attack('strangers without a hello, redialled at once in 64 lanes, and a platform that comes', async (scene) => {
    const [name] = scene.options.run;
    const platform = scene.running.get(name)!;
    await platform.stop('SIGKILL');
    const striking = lanes(
      64,
      async () => {
        const raw = await RawWebSocket.connected(scene.url);
        await Promise.race([raw.closed, pause(2000)]);
        raw.end();
      },
      8000,
    );
    const began = performance.now();
    await scene.revive();
    const seconds = (performance.now() - began) / 1000;
    const times = await striking;
    return `${times} dials; the platform is in ${seconds.toFixed(1)} s after its process started`;
  }),
  attack('messages of 600 KiB, 1.9, 3 and 9 MiB', async ({ url }) => {
    let closed = 0;
    for (const size of [0.6, 1.9, 3, 9]) {
      const raw = await RawWebSocket.connected(url);
      raw.event(new Uint8Array(size * MIB));
      closed += (await until(() => raw.isClosed, 3000)) ? 1 : 0;
      raw.end();
    }
    return `${closed} of 4 closed`;
  }),
  attack(
    `${EVENT_KINDS.length} kinds of other packets, ${frameKinds(true).length} of bytes that are no frame`,
    async ({ url }) => {
      let closed = 0;
      const count = async (raw: RawWebSocket): Promise<void> => {
        closed += (await until(() => raw.isClosed, 500)) ? 1 : 0;
        raw.end();
      };
      // The list that ends an earlier version is a separate attack.
      const kinds = EVENT_KINDS.filter(({ messages }) => !messages.some((message) => message === list(125_000)));
      for (const { messages } of kinds) {
        const raw = await RawWebSocket.connected(url);
        for (const message of messages) {
          if (typeof message === 'string') raw.text(message);
          else raw.binary(message);
        }
        await count(raw);
      }
      for (const { bytes } of frameKinds(true)) {
        const raw = await RawWebSocket.connected(url);
        raw.bytes(bytes);
        await count(raw);
      }
      return `${closed} of ${kinds.length + frameKinds(true).length} closed`;
    },
  ),
  attack('500 upgrades that are half, wrong or elsewhere', async ({ url }) => {
    const paths = [
      '/',
      '/wire/?EIO=3&transport=websocket',
      '/wire/?EIO=4&transport=polling',
      '/socket.io/?EIO=4',
      '/%zz',
    ];
    const times = await lanes(16, async (lane) => {
      const raw = await RawWebSocket.dial(url);
      if (lane % 2 === 0) raw.socket.write('GET /wire/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\n');
      else raw.upgrade(paths[lane % paths.length]);
      await Promise.race([raw.closed, pause(200)]);
      raw.end();
    });
    return `${times} upgrades`;
  }),
  attack('16 lanes of /v1/status and /metrics', async ({ url }) => {
    const times = await lanes(16, async () => {
      await (await fetch(`${url}/v1/status`)).text();
      await (await fetch(`${url}/metrics`)).text();
    });
    return `${times} pairs`;
  }),
];

/**
 * The same message as in the first attack, sent each time an outsider sees that a sum is about to be opened. It uses up
 * the budget.
 */
export const TIMED: Attack = {
  name: 'the event of 125,000 elements, timed by /v1/status, for 20 s',
  stage: 'rounds',
  victim: 'coordinator',
  ruins: true,
  strike: async (scene) => {
    const until = performance.now() + 20_000;
    const random = new Prng('an attacker who cannot see');
    let [seen, strikes] = [0, 0];
    while (performance.now() < until) {
      if (!scene.running.has('coordinator')) await scene.restart();
      const status = await fetch(`${scene.url}/v1/status`).then(
        (answer) => answer.json() as Promise<{ rounds: { underWay?: { stage: string } | null } }>,
        () => undefined,
      );
      const stage = status?.rounds.underWay?.stage;
      if (stage !== undefined) seen += 1;
      // An attacker who cannot see the stage strikes at random.
      const isTime = stage === undefined ? random.uniform() < 0.02 : stage === 'consistency' || stage === 'unmask';
      if (!isTime) {
        await pause(5);
        continue;
      }
      strikes += 1;
      const raw = await RawWebSocket.connected(scene.url).catch(() => undefined);
      raw?.text(list(125_000));
      await pause(100);
    }
    if (!scene.running.has('coordinator')) await scene.restart();
    const { attempts } = await scene.status();
    const lost = attempts.filter(({ end }) => end?.outcome === 'abandoned' && end.charged).length;
    const which = `${lost} of the last ${attempts.length} attempts charged and lost`;
    return `${seen > 0 ? 'stages seen' : 'no stage seen'}, ${strikes} strikes, ${which}`;
  },
};

/** An envelope without a valid sender, whose key list holds this many empty entries of two bytes each. */
function manyFields(count: number): Uint8Array {
  const field = (number: number, bytes: Uint8Array): Buffer =>
    Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
  const entries = Buffer.alloc(2 * count, Uint8Array.of(0x0a, 0));
  const [secagg, keyList] = [40, 20];
  const sender = Buffer.from('nobody');
  return Buffer.concat([
    Buffer.from([8, 1]),
    field(2, sender),
    field(secagg, field(keyList, entries)),
    field(15, new Uint8Array(64)),
  ]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Uint8Array.from([...bytes, left]);
    bytes.push((left & 127) | 128);
  }
}

async function struckWith(url: string, frame: Uint8Array): Promise<void> {
  const raw = await RawWebSocket.connected(url);
  raw.event(frame);
  await Promise.race([raw.closed, pause(500)]);
  raw.end();
}

async function withheld({ url }: Scene, step: 'open' | 'connected'): Promise<string> {
  const piece = frameOf(2, new Uint8Array(2 * MIB - 64));
  const raws: RawWebSocket[] = [];
  const until = performance.now() + STRIKE_MS;
  for (let n = 0; n < 60 && performance.now() < until; n++) {
    const raw = await RawWebSocket[step](url);
    raws.push(raw);
    raw.bytes(frameOf(TEXT, '4510-["envelope"]'));
    for (let sent = 0; sent < 9; sent++) raw.bytes(piece);
  }
  await pause(2000);
  const stay = raws.filter(({ isClosed }) => !isClosed).length;
  for (const raw of raws) raw.end();
  return `${stay} of ${raws.length} held after 2 s`;
}

/** Connections that stay as long as they are allowed. */
async function held({ url }: Scene, count: number, begin: (socket: Socket) => void = () => undefined): Promise<string> {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n++) {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    socket.on('connect', () => begin(socket));
    sockets.push(socket);
    if (n % 100 === 99) await pause(20);
  }
  await pause(STRIKE_MS);
  const stay = sockets.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length;
  for (const socket of sockets) socket.destroy();
  return `${stay} held after ${STRIKE_MS / 1000} s`;
}
