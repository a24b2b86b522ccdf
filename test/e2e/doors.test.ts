/** Real processes continue under attacks of strangers and of an impostor of the coordinator. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { ANSWER_KINDS, CONNECTED_TEXT, EVENT_KINDS, HANDSHAKE_TEXT } from '../wire/packet-kinds.ts';
import { RawWebSocket } from '../wire/raw-websocket.ts';
import { address, coordinator, found, json, platform } from './federation.ts';
import { Workplace } from './isthmus.ts';
import type { Running } from './isthmus.ts';

/** Resident memory of a process in MiB. Linux only. */
function resident({ pid }: Running): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

describe('doors', function () {
  this.timeout(120_000);
  let place: Workplace;

  before(async () => {
    place = await Workplace.make();
    await found(place, { persons: 60, items: 80 }, ['--unsafe-shared-pseudonym-key']);
  });
  after(() => place.leave());

  it('a coordinator outlives every packet there is, and holds nothing of what strangers withhold the end of', async () => {
    const running = coordinator(place, '--port', '0');
    const url = await address(running);
    for (const { messages } of EVENT_KINDS) {
      const raw = await RawWebSocket.connected(url);
      for (const message of messages) {
        if (typeof message === 'string') raw.text(message);
        else raw.binary(message);
      }
      await raw.closed;
    }
    const before = resident(running);
    const piece = new Uint8Array(2 ** 21 - 64);
    for (const step of ['open', 'connected'] as const) {
      const raws = [];
      for (let n = 0; n < 30; n++) {
        const raw = await RawWebSocket[step](url);
        raws.push(raw);
        raw.text('4510-["envelope"]');
        for (let sent = 0; sent < 9; sent++) raw.binary(piece);
      }
      await Promise.all(raws.map(({ closed }) => closed));
    }
    const grown = resident(running) - before;
    // 60 times 18 MiB were sent.
    assert.ok(grown < 100, `${grown.toFixed(0)} MiB more`);
    assert.deepEqual(await json(`${url}/healthz`), { status: 'ok' });
    const films = platform(place, 'films', url);
    await films.event(({ kind, state }) => kind === 'link' && state === 'online');
    assert.equal((await films.stop()).code, 0);
    const { code, stderr } = await running.stop();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  });

  it('a platform outlives whoever answers for its coordinator: it says so, and tries again', async () => {
    const strikes = [
      [HANDSHAKE_TEXT, CONNECTED_TEXT, ...EVENT_KINDS[1].messages],
      ...[
        'words in the place of the handshake',
        'a handshake of nothing',
        'a refusal of the CONNECT without a text',
      ].map((kind) => ANSWER_KINDS.find(({ name }) => name === kind)!.messages),
    ];
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    let next = 0;
    const struck = new Promise<void>((resolve) => {
      server.on('connection', (socket) => {
        for (const message of strikes[next] ?? []) socket.send(message);
        next += 1;
        if (next > strikes.length) resolve();
      });
    });
    const films = platform(place, 'films', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await Promise.race([struck, films.ended]);
    const { code, stderr } = await films.stop();
    for (const client of server.clients) client.terminate();
    server.close();
    assert.equal(code, 0, stderr);
    assert.equal(next, strikes.length + 1, 'it came back after each of them');
    assert.match(stderr, /the coordinator is out of reach: .*; trying again/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  });
});
