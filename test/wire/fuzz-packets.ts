/**
 * Both ends' readers of engine.io and parsers of socket.io, fed random connections. What they must do is said here a second time, as
 * regular expressions over whole connections: every message is passed on as it should be, or refused with the one code for it.
 */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { CoordinatorEngineReader, PlatformEngineReader } from '../../core/wire/engine-packets.ts';
import { coordinatorPackets, platformPackets } from '../../core/wire/socket-packets.ts';
import type { SocketPacket } from '../../core/wire/socket-packets.ts';
import { WireError } from '../../core/wire/errors.ts';
import { anyMessage } from './packet-grammar.ts';
import { CONNECTED_TEXT, HANDSHAKE_TEXT } from './packet-kinds.ts';
import type { Message } from './packet-kinds.ts';
import { EVENT_TEXT } from './raw-websocket.ts';

const BYTES = Uint8Array.of(1, 2, 3);
const MOST_MESSAGES = 24;

export interface End {
  readonly makeReader: () => { take(message: Message): void };
  readonly packets: typeof coordinatorPackets | typeof platformPackets;
  /** Each message as one letter. `x` is a message that this end never accepts. */
  readonly letterOf: (message: Message) => string;
  /** Valid connections, up to any message. */
  readonly grammar: RegExp;
  /** Mostly a message that is valid at this letter's place. */
  readonly good: readonly Message[];
}

/** Handshake o, connect c, ping p, header h, bytes b, disconnect d. */
export const COORDINATOR: End = {
  makeReader: () => new CoordinatorEngineReader(),
  packets: coordinatorPackets,
  letterOf: (message) =>
    typeof message !== 'string' ? 'b' : ({ '40': 'c', '41': 'd', '3': 'p', [EVENT_TEXT]: 'h' }[message] ?? 'x'),
  grammar: /^p*(c(p|hp*b)*(hp*|dp*)?)?$/,
  good: ['40', EVENT_TEXT, BYTES, EVENT_TEXT, BYTES, '3', '41'],
};
const PLATFORM: End = {
  makeReader: () => new PlatformEngineReader(),
  packets: platformPackets,
  letterOf: (message) => {
    if (typeof message !== 'string') return 'b';
    if (isHandshake(message)) return 'o';
    if (isConnected(message)) return 'c';
    return { '41': 'd', '2': 'p', [EVENT_TEXT]: 'h' }[message] ?? 'x';
  },
  grammar: /^(op*(c(p|hp*b)*(hp*|dp*)?)?)?$/,
  good: [HANDSHAKE_TEXT, CONNECTED_TEXT, EVENT_TEXT, BYTES, EVENT_TEXT, BYTES, '2', '41'],
};

const isSid = (sid: unknown): sid is string => typeof sid === 'string' && /^[\w-]{20}$/.test(sid);

function isHandshake(text: string): boolean {
  const read = jsonAfter(text, '0', 160);
  if (read === undefined || !isSid(read.sid)) return false;
  const { sid, pingInterval, pingTimeout, maxPayload } = read;
  const isWhole = (number: unknown, digits: number): boolean =>
    Number.isInteger(number) && (number as number) >= 1 && (number as number) < 10 ** digits;
  if (!isWhole(pingInterval, 7) || !isWhole(pingTimeout, 7) || !isWhole(maxPayload, 10)) return false;
  // JSON exactly as a program writes it.
  return text === `0${JSON.stringify({ sid, upgrades: [], pingInterval, pingTimeout, maxPayload })}`;
}

function isConnected(text: string): boolean {
  const read = jsonAfter(text, '40', 65);
  return read !== undefined && isSid(read.sid) && text === `40${JSON.stringify({ sid: read.sid })}`;
}

function jsonAfter(text: string, prefix: string, most: number): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith(`${prefix}{`) || text.length > most) return undefined;
  try {
    return JSON.parse(text.slice(prefix.length)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** The packet type that the library gets for each letter; none for a ping, a header and a handshake. */
const HANDED: Readonly<Partial<Record<string, SocketPacket['type']>>> = { c: 0, d: 1, b: 2 };

/** @returns how many of `messages` were taken and refused, at each end. */
export function fuzzPackets(messages: number, seed: string | number): Readonly<Record<string, number>> {
  const random = new Prng(seed);
  const counts: Record<string, number> = {};
  let left = messages;
  while (left > 0) {
    const end = random.integer(2) === 0 ? COORDINATOR : PLATFORM;
    left -= connection(end, random, (what) => {
      const name = `${end === COORDINATOR ? 'coordinator' : 'platform'}, ${what}`;
      counts[name] = (counts[name] ?? 0) + 1;
    });
  }
  writers(random);
  return counts;
}

/** One connection, up to the first refused message. @returns its messages. */
function connection(end: End, random: Prng, count: (what: string) => void): number {
  const reader = end.makeReader();
  const decoder = new end.packets.Decoder();
  const heard: SocketPacket[] = [];
  decoder.on('decoded', (packet) => heard.push(packet));
  // Prepared as the library does it.
  if (random.integer(2) === 0) decoder.destroy();
  let letters = '';
  let next = 0;
  for (let sent = 1; sent <= MOST_MESSAGES; sent++) {
    // Mostly valid messages, so that connections get far.
    const message = random.integer(5) < 4 ? end.good[next++ % end.good.length] : anyMessage(random);
    letters += end.letterOf(message);
    const isRight = end.grammar.test(letters);
    const before = heard.length;
    const refusal = take(reader, decoder, message);
    try {
      if (!isRight) {
        assert.ok(refusal?.code === 'WIRE_MALFORMED');
        // The library may give more to the parser before the connection is closed.
        if (refusal.by === 'parser') {
          const more = random.integer(2) === 0 ? anyMessage(random) : end.good[random.integer(end.good.length)];
          assert.equal(refusalOf(() => decoder.add(more))?.code, 'WIRE_MALFORMED');
        }
        assert.equal(heard.length, before);
        letGo(decoder, heard, random);
        count('refused');
        return sent;
      }
      assert.equal(refusal, undefined);
      const handed = HANDED[letters.at(-1)!];
      assert.equal(heard.length, before + (handed === undefined ? 0 : 1));
      if (handed !== undefined) assert.ok(heard[before].type === handed && heard[before].nsp === '/');
      if (handed === 2) assert.ok(isEvent(heard[before].data, message));
    } catch (cause) {
      const about = typeof message === 'string' ? JSON.stringify(message) : `${message.length} bytes`;
      throw new Error(`connection ${letters}: ${about}`, { cause });
    }
    count('taken');
  }
  return MOST_MESSAGES;
}

/** At the end the library removes its listeners. */
function letGo(decoder: InstanceType<End['packets']['Decoder']>, heard: readonly unknown[], random: Prng): void {
  decoder.destroy();
  decoder[random.integer(2) === 0 ? 'off' : 'removeListener']();
  const before = heard.length;
  refusalOf(() => decoder.add(random.integer(2) === 0 ? '0' : CONNECTED_TEXT.slice(1)));
  assert.equal(heard.length, before);
}

function isEvent(data: unknown, frame: Message): boolean {
  return Array.isArray(data) && data.length === 2 && data[0] === 'envelope' && data[1] === frame;
}

interface Refusal {
  readonly code: string;
  readonly by?: 'reader' | 'parser';
}

/** Messages are passed on as by engine.io. */
function take(
  reader: { take(message: Message): void },
  decoder: { add(message: unknown): void },
  message: Message,
): Refusal | undefined {
  const refusal = refusalOf(() => reader.take(message));
  if (refusal !== undefined) return { ...refusal, by: 'reader' };
  if (typeof message === 'string' && !message.startsWith('4')) return undefined;
  const second = refusalOf(() => decoder.add(typeof message === 'string' ? message.slice(1) : message));
  return second && { ...second, by: 'parser' };
}

function refusalOf(work: () => void): Refusal | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
    return { code: error.code };
  }
}

/** Everything that one end writes, the other reads. Anything else is never written. */
function writers(random: Prng): void {
  for (const { Encoder } of [coordinatorPackets, platformPackets]) {
    const encoder = new Encoder();
    const frame = Uint8Array.from({ length: random.integer(99) }, () => random.integer(256));
    assert.deepEqual(encoder.encode({ type: 2, nsp: '/', data: ['envelope', frame] }), [EVENT_TEXT.slice(1), frame]);
    assert.deepEqual(encoder.encode({ type: 1, nsp: '/' }), ['1']);
    assert.deepEqual(encoder.encode({ type: 0, nsp: '/' }), ['0']);
    assert.deepEqual(encoder.encode({ type: 0, nsp: '/', data: { sid: 'x' } }), ['0{"sid":"x"}']);
    for (const data of [['message', frame], ['envelope', 'text'], ['envelope']]) {
      assert.throws(() => encoder.encode({ type: 2, nsp: '/', data }), TypeError);
    }
    assert.throws(() => encoder.encode({ type: 3 + random.integer(5), nsp: '/', data: [] }), TypeError);
  }
}
