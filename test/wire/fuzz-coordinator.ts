/** Random traffic against a coordinator over loopback, from strangers and from members with a hostile program. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Prng } from '../../core/random/prng.ts';
import { encodeBody } from '../../core/wire/body-codec.ts';
import type { WireIdentity } from '../../core/wire/transport.ts';
import { anyBody } from './arbitrary-body.ts';
import { COORDINATOR } from './fuzz-packets.ts';
import { anyMessage } from './packet-grammar.ts';
import { frameKinds } from './packet-kinds.ts';
import type { Message } from './packet-kinds.ts';
import { RawMember } from './raw-member.ts';
import { EVENT_TEXT, RawWebSocket, WIRE_URL } from './raw-websocket.ts';

const STRANGERS = 4;
/** Longest time until a connection that must be closed is closed, on a busy machine. */
const CLOSE_MS = 30_000;

/** Bodies as they are sent. Some are changed, so that fields are cut, repeated and out of range. */
export function fuzzedBodies(seed: number): (random: Prng) => Uint8Array {
  const pool = fc.sample(anyBody, { numRuns: 2000, seed }).map((body) => new Uint8Array(encodeBody(body)));
  return (random) => {
    const body = pool[random.integer(pool.length)].slice();
    for (let changes = random.integer(4); changes > 0 && body.length > 0; changes--) {
      body[random.integer(body.length)] = random.integer(256);
    }
    return random.integer(8) === 0 ? body.subarray(0, random.integer(body.length + 1)) : body;
  };
}

/**
 * Sends at least `packets` messages.
 * @param members each has its own lane, and a lane has one connection at a time.
 * @param sent called for every message.
 */
export async function strikeCoordinator(
  url: string,
  members: readonly WireIdentity[],
  packets: number,
  seed: number,
  sent: () => void = () => undefined,
): Promise<void> {
  let left = packets;
  const count = (): void => {
    left -= 1;
    sent();
  };
  const bodies = fuzzedBodies(seed);
  const lane = async (name: string, strike: (random: Prng) => Promise<void>): Promise<void> => {
    const random = new Prng(`${seed} ${name}`);
    while (left > 0) await strike(random);
  };
  await Promise.all([
    ...Array.from({ length: STRANGERS }, (_, n) =>
      lane(`stranger ${n}`, (random) => strangerConnection(url, random, count)),
    ),
    ...members.map((member) => lane(member.name, (random) => memberConnection(url, member, random, bodies, count))),
  ]);
}

async function strangerConnection(url: string, random: Prng, count: () => void): Promise<void> {
  const way = random.integer(10);
  if (way === 0) {
    const raw = await RawWebSocket.dial(url);
    raw.upgrade(`${random.integer(2) === 0 ? '' : WIRE_URL}${asText(anyMessage(random)).replace(/[\0\r\n ]/g, '')}`);
    count();
    await Promise.race([raw.until(() => raw.texts.length > 0), raw.closed]);
    raw.end();
    return;
  }
  const raw = await RawWebSocket.open(url);
  if (way === 1) {
    const kinds = frameKinds(true);
    raw.bytes(kinds[random.integer(kinds.length)].bytes);
    count();
    await closed(raw, 'bytes that are no frame');
    return;
  }
  let letters = '';
  const good: readonly Message[] = ['40', EVENT_TEXT, new Uint8Array(random.integer(200)), '3', '41'];
  for (let n = 0; n < 5; n++) {
    const message = random.integer(3) > 0 ? good[n] : anyMessage(random);
    letters += COORDINATOR.letterOf(message);
    send(raw, message);
    count();
    // No frame of a stranger is a hello.
    const isOver = !COORDINATOR.grammar.test(letters) || letters.includes('hb') || letters.includes('d');
    if (isOver) {
      await closed(raw, letters);
      return;
    }
  }
  raw.end();
}

async function memberConnection(
  url: string,
  identity: WireIdentity,
  random: Prng,
  bodies: (random: Prng) => Uint8Array,
  count: () => void,
): Promise<void> {
  const member = await RawMember.join(url, identity);
  const { raw } = member;
  const most = 1 + random.integer(80);
  let sequence = 0;
  for (let n = 0; n < most && !raw.isClosed; n++) {
    const isInOrder = random.integer(16) > 0;
    const number = isInOrder ? (random.integer(4) === 0 ? 0 : ++sequence) : random.integer(100);
    const frame = member.frame(bodies(random), number);
    if (random.integer(8) === 0) frame[random.integer(frame.length)] ^= 1 << random.integer(8);
    raw.event(frame);
    count();
    // The acknowledgement moves the window.
    if (n % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
  }
  send(raw, '42["envelope"]');
  count();
  await closed(raw, 'a member');
}

function send(raw: RawWebSocket, message: Message): void {
  if (typeof message === 'string') raw.text(message);
  else raw.binary(message);
}

function asText(message: Message): string {
  return typeof message === 'string' ? message : Buffer.from(message).toString('latin1');
}

async function closed(raw: RawWebSocket, what: string): Promise<void> {
  const timer = setTimeout(() => raw.end(), CLOSE_MS);
  const started = performance.now();
  await raw.closed;
  clearTimeout(timer);
  assert.ok(performance.now() - started < CLOSE_MS, `${what}: not closed`);
}
