/** A running coordinator against everything that its wire does not have: it ends that connection, and nothing else. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { socketTransport } from '../../client/transport/socket-io.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { CONNECT_KINDS, EVENT_KINDS, frameKinds, PLATFORM_KINDS } from '../wire/packet-kinds.ts';
import type { Kind } from '../wire/packet-kinds.ts';
import { RawMember } from '../wire/raw-member.ts';
import { EVENT_TEXT, RawWebSocket, WIRE_URL } from '../wire/raw-websocket.ts';
import { House } from './house.ts';
import { tinyFederation } from './tiny-federation.ts';

describe('coordinator: what strangers send, and members', () => {
  let house: House;
  let url: string;

  before(async () => {
    house = new House(tinyFederation({ rounds: { count: 2 } }));
    const coordinator = await house.start({ carrier: { kind: 'sockets', host: '127.0.0.1', port: 0 } });
    url = coordinator.address!;
  });
  after(() => house.tearDown());

  const failures = (): readonly string[] =>
    house.events.flatMap((event) => (event.kind === 'failure' ? [event.code] : []));

  async function strike(raw: RawWebSocket, { messages }: Kind): Promise<void> {
    for (const message of messages) {
      if (typeof message === 'string') raw.text(message);
      else raw.binary(message);
    }
    await raw.closed;
  }

  for (const kind of [...EVENT_KINDS, ...PLATFORM_KINDS]) {
    it(`${kind.name}: closed, and told as malformed at most`, async () => {
      const before = failures().length;
      await strike(await RawWebSocket.connected(url), kind);
      await settled();
      // After a refused first frame, or a farewell, nobody reads the connection any more.
      const isHeard = kind.messages.length === 1;
      const isLong = kind.messages.some(({ length }) => length > 4000);
      const told = failures().slice(before);
      assert.deepEqual(told, isHeard || told.length > 0 ? [isLong ? 'WIRE_FRAME_TOO_LARGE' : 'WIRE_MALFORMED'] : []);
    });

    it(`${kind.name}, from a platform that is welcomed: closed`, async () => {
      const { manifest, platforms } = house.federation;
      const { raw } = await RawMember.join(url, wireIdentity(manifest, platforms[0]));
      await strike(raw, kind);
    });
  }

  for (const kind of CONNECT_KINDS) {
    it(`${kind.name}: closed`, async () => strike(await RawWebSocket.open(url), kind));
  }

  for (const { name, bytes } of frameKinds(true)) {
    it(`${name}: closed`, async () => {
      const raw = await RawWebSocket.connected(url);
      raw.bytes(bytes);
      await raw.closed;
    });
  }

  for (const [name, path] of [
    ['another transport', '/wire/?EIO=4&transport=polling'],
    ['an older version of the engine', '/wire/?EIO=3&transport=websocket'],
    ['the session of another', '/wire/?EIO=4&transport=websocket&sid=aaaaaaaaaaaaaaaaaaaa'],
    ['another path', '/socket.io/?EIO=4&transport=websocket'],
    ['a path that is none', '/wire/?%zz=%'],
    ['a path of its own prototype', '/wire/?__proto__=1&EIO=4&transport=websocket'],
    ['a page', '/healthz'],
  ] as const) {
    it(`an upgrade to ${name}: closed`, async () => {
      const raw = await RawWebSocket.dial(url);
      raw.upgrade(path);
      await raw.until(() => false);
      assert.equal(raw.texts.length, 0);
    });
  }

  it('takes 8 KiB of headers, and no more', async () => {
    const header = (bytes: number): string => `x: ${'y'.repeat(bytes)}\r\n`;
    const raw = await RawWebSocket.dial(url);
    raw.upgrade(WIRE_URL, header(7_500));
    await raw.until(() => raw.texts.length > 0);
    assert.equal(raw.texts.length, 1);
    raw.end();
    const more = await RawWebSocket.dial(url);
    more.upgrade(WIRE_URL, header(8_500));
    await more.closed;
    assert.equal(more.texts.length, 0);
  });

  it('takes 4 KiB after the upgrade before a welcome, in one piece or in many, and no more', async () => {
    const pieces: readonly Uint8Array[][] = [
      [new Uint8Array(5000).fill(0x81)],
      // A frame that never ends: its header promises two megabytes.
      [Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0, 0x1f, 0xff, 0xff, 0, 0, 0, 0), new Uint8Array(4090)],
    ];
    for (const bytes of pieces) {
      const before = failures().length;
      const raw = await RawWebSocket.connected(url);
      for (const piece of bytes) raw.bytes(piece);
      await raw.closed;
      await settled();
      assert.ok(['WIRE_FRAME_TOO_LARGE', 'WIRE_MALFORMED'].includes(failures()[before]), failures().join());
    }
    const slow = await RawWebSocket.connected(url);
    slow.socket.setNoDelay(true);
    slow.text(EVENT_TEXT);
    for (let n = 0; n < 60 && !slow.isClosed; n++) {
      slow.bytes(Uint8Array.of(0x82));
      // One byte at a time on the network as well.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await slow.closed;
  });

  it('a connection that is reset in the middle of anything ends nothing', async () => {
    for (const stage of ['dial', 'open', 'connected'] as const) {
      for (let n = 0; n < 20; n++) {
        const raw = await RawWebSocket[stage](url);
        if (stage === 'dial') raw.upgrade();
        else raw.text(EVENT_TEXT);
        raw.socket.resetAndDestroy();
        await raw.closed;
      }
    }
  });

  it('goes on: platforms come, and their rounds complete', async () => {
    house.joinAll({ transport: (options) => socketTransport({ ...options, url }) });
    assert.equal(await house.coordinator.roundsOver, 'completed');
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  /** Resolves once the events under way at a closed connection have been emitted. */
  async function settled(): Promise<void> {
    const raw = await RawWebSocket.connected(url);
    await raw.until(() => raw.texts.includes(EVENT_TEXT));
    raw.text('41');
    raw.end();
    await once(raw.socket, 'close');
  }
});
