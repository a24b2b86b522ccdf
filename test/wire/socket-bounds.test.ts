/**
 * Limits of the sockets that a coordinator holds: of strangers, of clients that only ask for pages, of platforms that
 * do not read.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { CoordinatorEndpoint, WireFailure } from '../../core/wire/transport.ts';
import { PLATFORM_LIMITS } from '../../core/wire/transport.ts';
import { STRANGER_LIMITS } from '../../server/transport/strangers.ts';
import type { StrangerLimits } from '../../server/transport/strangers.ts';
import { socketTransport } from '../../server/transport/socket-io.ts';
import type { SocketTransportOptions } from '../../server/transport/socket-io.ts';
import { raise, testFederation, testRandom } from '../../compliance/wire-federation.ts';
import { quickClock } from './quick-clock.ts';
import { RawMember } from './raw-member.ts';
import { EVENT_TEXT, frameOf, RawWebSocket, TEXT } from './raw-websocket.ts';

describe('the coordinator’s sockets', () => {
  const federation = testFederation();
  let http: Server;
  let url: string;
  let endpoint: CoordinatorEndpoint;
  let failures: (WireFailure & { readonly platform: string | null })[];
  let clock: ReturnType<typeof quickClock>;

  async function listen(strangers: Partial<StrangerLimits>, more: Partial<SocketTransportOptions> = {}): Promise<void> {
    clock = quickClock();
    failures = [];
    http = createServer((_request, response) => response.end('a page'));
    const options = { clock, random: testRandom('bounds'), identity: federation.of('coordinator'), ...more };
    endpoint = await socketTransport(http, { ...options, strangers: { ...STRANGER_LIMITS, ...strangers } }).listen({
      onBody: () => undefined,
      onPresence: () => undefined,
      onFailure: (platform, failure) => failures.push({ platform, ...failure }),
      completedRounds: () => 0,
      onDefect: raise,
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    await endpoint.close();
    clock.stop();
    http.closeAllConnections();
    http.close();
  });

  const open = (raws: readonly RawWebSocket[]): readonly boolean[] => raws.map(({ isClosed }) => !isClosed);
  /** The number of connections of the server, once it has that many. */
  async function connections(until: number): Promise<void> {
    const count = promisify<number>((done) => http.getConnections(done));
    while ((await count()) !== until) await new Promise((resolve) => setImmediate(resolve));
  }
  /** An HTTP client that keeps its connection open. */
  async function page(): Promise<RawWebSocket> {
    const raw = await RawWebSocket.dial(url);
    raw.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await Promise.race([once(raw.socket, 'data'), raw.closed]);
    return raw;
  }

  it('holds so many strangers: one more closes the first, whatever it has said so far', async () => {
    await listen({ strangers: 4 });
    const raws = [
      await RawWebSocket.dial(url),
      await RawWebSocket.open(url),
      await RawWebSocket.connected(url),
      await RawWebSocket.dial(url),
    ];
    raws[0].socket.write('GET /wire/ HTTP/1.1\r\n');
    for (let n = 0; n < 3; n++) {
      const another = await RawWebSocket.open(url);
      await raws[n].closed;
      assert.deepEqual(
        open([...raws.slice(n + 1), another]),
        [...raws.slice(n + 1), another].map(() => true),
      );
    }
  });

  it('lets a platform in at once however many strangers there are, and never closes it for one of them', async () => {
    await listen({ strangers: 4 });
    for (let n = 0; n < 8; n++) await RawWebSocket.connected(url);
    const alpha = await RawMember.join(url, federation.of('alpha'));
    const later = [];
    for (let n = 0; n < 8; n++) later.push(await RawWebSocket.connected(url));
    await later[3].closed;
    assert.deepEqual(endpoint.online(), ['alpha']);
    assert.ok(!alpha.raw.isClosed);
    alpha.raw.end();
  });

  it('counts those who ask for pages apart: they close each other, and cost no stranger its place', async () => {
    await listen({ strangers: 3, pages: 2 });
    const strangers = [await RawWebSocket.open(url), await RawWebSocket.connected(url)];
    const pages: RawWebSocket[] = [];
    for (let n = 0; n < 10; n++) pages.push(await page());
    await Promise.all(pages.slice(0, 8).map(({ closed }) => closed));
    assert.deepEqual(open([...strangers, ...pages.slice(8)]), [true, true, true, true]);
    // The connection that asked last stays, because the other has been idle for longer.
    pages[8].socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(pages[8].socket, 'data');
    pages.push(await page());
    await pages[9].closed;
    assert.deepEqual(open([...strangers, pages[8], pages[10]]), [true, true, true, true]);
    // A connection that upgrades counts as a stranger from then on.
    pages[10].upgrade();
    await once(pages[10].socket, 'data');
    pages.push(await page(), await page());
    await pages[8].closed;
    assert.ok(!pages[10].isClosed);
    await RawWebSocket.dial(url);
    await strangers[0].closed;
  });

  it('gives a stranger its time from the first moment on, whatever it does with it', async () => {
    await listen({ milliseconds: 300 });
    const alpha = await RawMember.join(url, federation.of('alpha'));
    const raws = [await RawWebSocket.dial(url), await RawWebSocket.open(url), await RawWebSocket.connected(url)];
    const started = performance.now();
    const dripping = await RawWebSocket.dial(url);
    dripping.socket.write('GET / HTTP/1.1\r\nX: ');
    await Promise.all([...raws, dripping].map(({ closed }) => closed));
    assert.ok(performance.now() - started < 5000);
    assert.deepEqual(endpoint.online(), ['alpha']);
    alpha.say({ kind: 'status', stage: 'x', fraction: 0, prepared: false }, 1);
    await alpha.heard('ack');
    alpha.raw.end();
  });

  it('takes so many bytes, in so many pieces; closed beyond either, and told', async () => {
    await listen({ bytes: 1000, pieces: 10 });
    const unfinished = frameOf(TEXT, 'x'.repeat(4000));
    const raw = await RawWebSocket.open(url);
    raw.bytes(unfinished.subarray(0, 900));
    await RawWebSocket.open(url);
    assert.ok(!raw.isClosed);
    raw.bytes(unfinished.subarray(0, 200));
    await raw.closed;
    assert.deepEqual(
      failures.map(({ platform, code }) => [platform, code]),
      [[null, 'WIRE_FRAME_TOO_LARGE']],
    );
    // Together with the request itself, in one segment.
    const hasty = await RawWebSocket.dial(url);
    hasty.socket.cork();
    hasty.upgrade();
    hasty.bytes(unfinished.subarray(0, 1100));
    hasty.socket.uncork();
    await hasty.closed;
    const slow = await RawWebSocket.open(url);
    for (let n = 0; n < 200 && !slow.isClosed; n++) {
      slow.bytes(unfinished.subarray(n, n + 1));
      // One byte at a time on the network as well.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await slow.closed;
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['WIRE_FRAME_TOO_LARGE', 'WIRE_FRAME_TOO_LARGE', 'WIRE_FRAME_TOO_LARGE'],
    );
  });

  it('closes a connection that was left at once, also one that neither reads nor closes', async () => {
    await listen({});
    const first = await RawMember.join(url, federation.of('alpha'));
    first.raw.socket.pause();
    const second = await RawMember.join(url, federation.of('alpha'));
    await connections(1);
    second.raw.socket.pause();
    // Garbage from a member as well.
    second.raw.text('42["envelope"]');
    await connections(0);
    first.raw.end();
    second.raw.end();
  });

  it('gives up a platform that never reads once 8 MiB wait for it', async () => {
    const platformLimits = { ...PLATFORM_LIMITS, window: 1000, windowBytes: 256 * 2 ** 20 };
    await listen({}, { platformLimits });
    const alpha = await RawMember.join(url, federation.of('alpha'));
    alpha.raw.socket.pause();
    const mail = {
      kind: 'mail',
      id: new Uint8Array(16),
      from: 'beta',
      to: 'alpha',
      lifetimeSeconds: 60,
      sealed: new Uint8Array(2 ** 20),
    } as const;
    let sent = 0;
    while (endpoint.online().length > 0 && sent < 100) {
      void endpoint.send('alpha', mail);
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(sent < 60, `${sent} MiB were handed over`);
    await connections(0);
    alpha.raw.end();
  });

  it('answers no ping of a websocket: one who does not read would make the answers wait without bound', async () => {
    await listen({});
    const raw = await RawWebSocket.open(url);
    let opcodes = 0;
    raw.socket.on('data', (bytes: Buffer) => {
      if ((bytes[0] & 0x0f) === 10) opcodes += 1;
    });
    raw.bytes(frameOf(9, 'are you there?'));
    raw.text('40');
    await raw.until(() => raw.texts.includes(EVENT_TEXT));
    assert.equal(opcodes, 0);
  });
});
