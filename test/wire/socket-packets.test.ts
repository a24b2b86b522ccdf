/** The parsers of both ends in one process: the packets that they pass on, and those that they refuse. */
import assert from 'node:assert/strict';
import { CoordinatorEngineReader, PlatformEngineReader } from '../../core/wire/engine-packets.ts';
import type { EngineReader } from '../../core/wire/engine-packets.ts';
import { coordinatorPackets, PACKET, platformPackets } from '../../core/wire/socket-packets.ts';
import type { SocketPacket } from '../../core/wire/socket-packets.ts';
import {
  CONNECT_KINDS,
  CONNECTED_TEXT,
  ANSWER_KINDS,
  EVENT_KINDS,
  HANDSHAKE_TEXT,
  PLATFORM_KINDS,
} from './packet-kinds.ts';
import type { Message } from './packet-kinds.ts';
import { EVENT_TEXT } from './raw-websocket.ts';

const refused = { name: 'WireError', code: 'WIRE_MALFORMED' };
const frame = Uint8Array.of(1, 2, 3);

/** One connection's way through reader and parser, as a message takes it. */
function ears(reader: EngineReader, packets: typeof coordinatorPackets | typeof platformPackets) {
  const decoder = new packets.Decoder();
  const heard: SocketPacket[] = [];
  decoder.on('decoded', (packet) => heard.push(packet));
  const take = (message: Message): void => {
    reader.take(message);
    if (typeof message !== 'string') decoder.add(message);
    else if (message.startsWith('4')) decoder.add(message.slice(1));
  };
  return { heard, take, decoder };
}
const coordinator = () => ears(new CoordinatorEngineReader(), coordinatorPackets);
const platform = () => ears(new PlatformEngineReader(), platformPackets);

describe('socket.io parser', () => {
  it('passes on what this wire has, as the library would', () => {
    const [here, there] = [coordinator(), platform()];
    for (const message of ['40', '3', EVENT_TEXT, frame, EVENT_TEXT, new Uint8Array(0), '41']) here.take(message);
    const event = (data: Uint8Array): SocketPacket => ({ type: PACKET.event, nsp: '/', data: ['envelope', data] });
    const end = { type: PACKET.disconnect, nsp: '/' };
    const start = { type: PACKET.connect, nsp: '/', data: undefined };
    assert.deepEqual(here.heard, [start, event(frame), event(new Uint8Array(0)), end]);
    for (const message of [HANDSHAKE_TEXT, CONNECTED_TEXT, '2', EVENT_TEXT, frame, '41']) there.take(message);
    assert.deepEqual(there.heard, [{ ...start, data: { sid: 'b'.repeat(20) } }, event(frame), end]);
  });

  it('writes what the other end reads', () => {
    const messages = (from: typeof coordinatorPackets, packets: readonly SocketPacket[]): Message[] =>
      packets.flatMap((packet) =>
        new from.Encoder().encode(packet).map((part) => (typeof part === 'string' ? `4${part}` : part)),
      );
    const event = { type: PACKET.event, nsp: '/', data: ['envelope', frame] };
    const end = { type: PACKET.disconnect, nsp: '/' };
    const sent = messages(platformPackets, [{ type: PACKET.connect, nsp: '/' }, event, end]);
    assert.deepEqual(sent, ['40', EVENT_TEXT, frame, '41']);
    const here = coordinator();
    for (const message of sent) here.take(message);
    assert.equal(here.heard.length, 3);
    const data = { sid: 'c'.repeat(20), pid: undefined };
    const answered = messages(coordinatorPackets, [{ type: PACKET.connect, nsp: '/', data }, event, end]);
    const there = platform();
    for (const message of [HANDSHAKE_TEXT, ...answered]) there.take(message);
    assert.deepEqual(
      there.heard.map(({ type }) => type),
      [PACKET.connect, PACKET.event, PACKET.disconnect],
    );
  });

  it('refuses to write anything else: that is a defect of this end', () => {
    const wrong: readonly SocketPacket[] = [
      { type: PACKET.event, nsp: '/', data: ['other', frame] },
      { type: PACKET.event, nsp: '/', data: ['envelope', 'text'] },
      { type: 3, nsp: '/', data: [] },
      { type: 4, nsp: '/', data: { message: 'x' } },
    ];
    for (const packet of wrong) assert.throws(() => new coordinatorPackets.Encoder().encode(packet), TypeError);
  });

  const opened = { coordinator: ['40'], platform: [HANDSHAKE_TEXT, CONNECTED_TEXT] };
  const cases = [
    ...EVENT_KINDS.map((kind) => ({ end: 'coordinator', make: coordinator, before: opened.coordinator, kind })),
    ...PLATFORM_KINDS.map((kind) => ({ end: 'coordinator', make: coordinator, before: opened.coordinator, kind })),
    ...CONNECT_KINDS.map((kind) => ({ end: 'coordinator', make: coordinator, before: [], kind })),
    ...EVENT_KINDS.map((kind) => ({ end: 'platform', make: platform, before: opened.platform, kind })),
    ...ANSWER_KINDS.map((kind) => ({ end: 'platform', make: platform, before: [], kind })),
  ];
  for (const { end, make, before, kind } of cases) {
    it(`${end}: refuses ${kind.name}`, () => {
      const { heard, take } = make();
      const good = [...before, ...kind.messages.slice(0, -1)];
      for (const message of good) take(message);
      const passed = heard.length;
      assert.throws(() => take(kind.messages.at(-1)!), refused);
      assert.equal(heard.length, passed);
    });
  }

  // The library keeps a connection until its farewell is sent, and nothing may come through in between.
  it('once it has refused a packet, it refuses all', () => {
    const { decoder, heard } = coordinator();
    decoder.add('0');
    assert.throws(() => decoder.add('2["envelope"]'), refused);
    for (const message of [EVENT_TEXT.slice(1), frame, '1', '0', undefined, 7, null, { base64: true, data: 'x' }]) {
      assert.throws(() => decoder.add(message), refused);
    }
    assert.equal(heard.length, 1);
  });

  it('starts anew when the library makes it ready, and listens to nobody once it has let go', () => {
    const { decoder, heard } = coordinator();
    decoder.add('0');
    decoder.destroy();
    decoder.add('0');
    decoder.off();
    decoder.add(EVENT_TEXT.slice(1));
    decoder.add(frame);
    decoder.removeListener();
    assert.equal(heard.length, 2);
  });
});
