/** Random traffic against a platform from an impostor of its coordinator, with or without the coordinator's key. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { Prng } from '../../core/random/prng.ts';
import { decodeBody } from '../../core/wire/body-codec.ts';
import { openEnvelope, sealEnvelope } from '../../core/wire/envelope.ts';
import { connectionOf, Keys } from '../../core/wire/handshake.ts';
import { COORDINATOR_LIMITS } from '../../core/wire/transport.ts';
import type { WireIdentity } from '../../core/wire/transport.ts';
import { fuzzedBodies } from './fuzz-coordinator.ts';
import { anyMessage } from './packet-grammar.ts';
import { CONNECTED_TEXT, HANDSHAKE_TEXT } from './packet-kinds.ts';
import type { Message } from './packet-kinds.ts';
import { EVENT_TEXT } from './raw-websocket.ts';

const NO_SESSION = new Uint8Array(0);
/** A successful handshake keeps a platform's next pause short. */
const BAD_HANDSHAKES = 8;

export interface FalseCoordinator {
  readonly url: string;
  /** Resolves after at least `packets` messages. */
  readonly over: Promise<void>;
  close(): Promise<void>;
}

/** @param sent called for every message. */
export async function falseCoordinator(
  identity: WireIdentity,
  packets: number,
  seed: number,
  sent: () => void = () => undefined,
): Promise<FalseCoordinator> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const random = new Prng(seed);
  const bodies = fuzzedBodies(seed);
  const keys = new Keys(identity);
  let left = packets;
  let finish: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  server.on('connection', (socket: WebSocket) => {
    if (left <= 0) {
      finish();
      socket.terminate();
      return;
    }
    const send = (message: Message): void => {
      left -= 1;
      sent();
      socket.send(message);
    };
    socket.on('error', () => undefined);
    converse(socket, { keys, random, bodies, send });
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    over,
    close: async () => {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Talk {
  readonly keys: Keys;
  readonly random: Prng;
  readonly bodies: (random: Prng) => Uint8Array;
  readonly send: (message: Message) => void;
}

function converse(socket: WebSocket, { keys, random, bodies, send }: Talk): void {
  const event = (frame: Uint8Array): void => {
    send(EVENT_TEXT);
    send(frame);
  };
  const isBad = random.integer(BAD_HANDSHAKES) === 0;
  send(isBad && random.integer(3) === 0 ? anyMessage(random) : HANDSHAKE_TEXT);
  const nonce = new Uint8Array(16).fill(random.integer(256));
  socket.on('message', (message: Buffer, isBinary) => {
    if (!isBinary) {
      if (String(message) !== '40') return;
      send(isBad && random.integer(2) === 0 ? anyMessage(random) : CONNECTED_TEXT);
      const challenge = keys.word({ kind: 'challenge', nonce, limits: COORDINATOR_LIMITS, manifestVersion: 2 }, nonce);
      if (isBad) challenge[random.integer(challenge.length)] ^= 1 << random.integer(8);
      event(challenge);
      return;
    }
    const expected = {
      verifierOf: (name: string) => keys.verifierOf(name),
      connection: undefined,
      maxFrameBytes: 1 << 24,
    };
    const hello = decodeBody(openEnvelope(message, expected).content);
    if (hello.kind !== 'hello') return;
    const connection = connectionOf(nonce, hello.nonce);
    const link = new Uint8Array(16).fill(random.integer(256));
    event(keys.word({ kind: 'welcome', link, resumed: false, received: 0, completedRounds: 0 }, connection));
    let sequence = 0;
    for (let n = random.integer(80); n > 0; n--) {
      const isInOrder = random.integer(16) > 0;
      const number = isInOrder ? (random.integer(4) === 0 ? 0 : ++sequence) : random.integer(100);
      const header = { sender: 'coordinator', connection, sequence: number, session: NO_SESSION };
      const frame = sealEnvelope(header, bodies(random), keys.signer);
      if (random.integer(8) === 0) frame[random.integer(frame.length)] ^= 1 << random.integer(8);
      event(frame);
      if (random.integer(4) === 0) send('2');
    }
    send(random.integer(2) === 0 ? anyMessage(random) : '42["envelope"]');
    send('41');
  });
}
