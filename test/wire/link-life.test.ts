/** Timers of a link, and attacks of a dishonest coordinator: by hand, without a network. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import type { Body, StatusBody } from '../../core/wire/body.ts';
import type { ConnectionEvents, FreshConnection } from '../../core/wire/connection.ts';
import type { CoordinatorEndOptions } from '../../core/wire/coordinator-end.ts';
import { openEnvelope, sealEnvelope } from '../../core/wire/envelope.ts';
import { connectionOf, HANDSHAKE_FRAME_BYTES, HANDSHAKE_MS, refusalOf } from '../../core/wire/handshake.ts';
import type { LinkBody } from '../../core/wire/link-body.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import { PlatformEnd } from '../../core/wire/platform-end.ts';
import { FrameSigner, FrameVerifier } from '../../core/wire/signing.ts';
import { COORDINATOR_LIMITS } from '../../core/wire/transport.ts';
import type {
  CoordinatorEndpoint,
  PlatformLink,
  PlatformLinkState,
  PlatformPresence,
  WireFailure,
} from '../../core/wire/transport.ts';
import { raise, testFederation, testRandom } from '../../compliance/wire-federation.ts';
import { HandClock } from './hand-clock.ts';

const federation = testFederation();
const status: StatusBody = { kind: 'status', stage: 'here', fraction: 0, prepared: false };

describe('link in time', () => {
  let clock: HandClock;
  let network: MemoryNetwork;
  let endpoint: CoordinatorEndpoint;
  let presence: PlatformPresence[];
  let links: PlatformLink[];

  async function listen(more: Partial<CoordinatorEndOptions> = {}): Promise<void> {
    const options = { identity: federation.of('coordinator'), clock, random: testRandom('c'), ...more };
    endpoint = await network.coordinatorTransport(options).listen({
      onBody: () => undefined,
      onPresence: (_, state) => presence.push(state),
      onFailure: () => undefined,
      completedRounds: () => 0,
      onDefect: raise,
    });
  }

  function connect(onBody: () => void | Promise<void> = () => undefined) {
    const states: PlatformLinkState[] = [];
    const transport = network.platformTransport({ identity: federation.of('alpha'), clock, random: testRandom('p') });
    const link = transport.connect({
      onBody,
      onState: (state) => states.push(state),
      onFailure: () => undefined,
      onDefect: raise,
    });
    links.push(link);
    return { link, states };
  }

  const settled = async (): Promise<void> => {
    for (let n = 0; n < 30; n++) await turn();
  };

  beforeEach(() => {
    clock = new HandClock();
    network = new MemoryNetwork(setImmediate);
    presence = [];
    links = [];
  });
  afterEach(async () => {
    for (const link of links) await link.close();
    await endpoint.close();
    assert.equal(clock.pending, 0, 'no timer is left behind');
  });

  it('tries again with growing pauses until somebody listens', async () => {
    endpoint = { close: () => Promise.resolve() } as CoordinatorEndpoint;
    const { link, states } = connect();
    const pauses: number[] = [];
    for (let n = 0; n < 8; n++) {
      await settled();
      assert.equal(states.length, n + 1);
      assert.equal(states[n].kind, 'offline');
      let waited = 0;
      while (clock.pending > 0 && states.length === n + 1 && waited < 20_000) {
        clock.turn(100);
        waited += 100;
        await turn();
        if (clock.pending > 0 && states.length === n + 1) await settled();
      }
      pauses.push(waited);
    }
    for (let n = 3; n < 8; n++) assert.ok(pauses[n] >= pauses[n - 2], pauses.join(', '));
    assert.ok(Math.max(...pauses) <= 15_100);
    await listen();
    clock.turn(15_000);
    await settled();
    assert.equal(link.state.kind, 'online');
  });

  it('a connection without a hello in time is closed', async () => {
    await listen();
    let closed = 0;
    network.dial({ onFrame: () => undefined, onRefused: () => undefined, onClose: () => closed++ });
    await settled();
    clock.turn(HANDSHAKE_MS - 1);
    await settled();
    assert.equal(closed, 0);
    clock.turn(1);
    await settled();
    assert.equal(closed, 1);
  });

  it('a lost connection keeps its link for a while, and no longer', async () => {
    await listen({ retentionMs: 60_000 });
    const { states } = connect();
    await settled();
    network.cut();
    await settled();
    assert.deepEqual(
      presence.map(({ kind }) => kind),
      ['online', 'offline'],
    );
    clock.turn(200);
    await settled();
    assert.deepEqual(states.at(-1), { kind: 'online', resumed: true, completedRounds: 0 });
    const [link] = links;
    await link.close();
    await settled();
    clock.turn(59_999);
    assert.equal(presence.at(-1)?.kind, 'offline');
    const queued = endpoint.send('alpha', status);
    const handled = endpoint.drained('alpha');
    clock.turn(1);
    assert.equal(presence.at(-1)?.kind, 'lost');
    await assert.rejects(queued, { code: 'LINK_CLOSED' });
    await assert.rejects(handled, { code: 'LINK_CLOSED' });
    await assert.rejects(endpoint.send('alpha', status), { code: 'LINK_CLOSED' });
  });

  it('a platform that takes nothing is dropped when too much waits for it', async () => {
    await listen({ maxQueuedBytes: 3 * 1024 * 1024 });
    const { states } = connect(() => new Promise(() => undefined));
    await settled();
    const mail: Body = {
      kind: 'mail',
      id: new Uint8Array(16),
      from: 'beta',
      to: 'alpha',
      lifetimeSeconds: 60,
      sealed: new Uint8Array(1024 * 1024),
    };
    const sends = Array.from({ length: 8 }, () =>
      endpoint.send('alpha', mail).then(
        () => 'placed',
        () => 'dropped',
      ),
    );
    const results = await Promise.all(sends);
    assert.ok(results.includes('placed') && results.includes('dropped'));
    assert.deepEqual(presence.at(-1)?.kind, 'lost');
    await settled();
    // It may come back with a new link.
    clock.turn(200);
    await settled();
    assert.deepEqual(states.at(-1), { kind: 'online', resumed: false, completedRounds: 0 });
  });
});

describe('a platform and a dishonest coordinator', () => {
  const nonce = new Uint8Array(16).fill(1);
  const signer = new FrameSigner(federation.of('coordinator').secretKey);
  let clock: HandClock;
  let said: { body: Body | LinkBody; sequence: number }[];
  let failures: WireFailure[];
  let defects: unknown[];
  let frames: Uint8Array[];
  let onState: () => void;
  let bodies: Body[];
  let states: PlatformLinkState[];
  let events: ConnectionEvents;
  let connection: Uint8Array;
  let link: PlatformEnd;
  let closed: number;
  let welcomed: number;
  let dials = 0;

  const frame = (body: Body | LinkBody, sequence = 0, by = signer, on = connection): Uint8Array =>
    sealEnvelope({ sender: 'coordinator', connection: on, sequence, session: new Uint8Array(0) }, encodeBody(body), by);
  const challenge = { kind: 'challenge', nonce, limits: COORDINATOR_LIMITS, manifestVersion: 2 } as const;
  const last = <T>(items: readonly T[]): T => items.at(-1)!;

  beforeEach(() => {
    clock = new HandClock();
    [said, frames, failures, defects, bodies, states, closed, connection] = [[], [], [], [], [], [], 0, nonce];
    welcomed = 0;
    onState = () => undefined;
    const verifier = new FrameVerifier(federation.of('alpha').publicKeys.get('alpha')!);
    const dial = (given: ConnectionEvents): FreshConnection => {
      events = given;
      dials += 1;
      return {
        send: (bytes) => {
          const opened = openEnvelope(bytes, { verifierOf: () => verifier, connection: undefined, maxFrameBytes: 1e6 });
          frames.push(bytes);
          said.push({ body: decodeBody(opened.content), sequence: opened.sequence });
        },
        welcomed: () => welcomed++,
        close: () => closed++,
      };
    };
    const identity = federation.of('alpha');
    link = new PlatformEnd(
      { identity, clock, random: testRandom('p'), dial },
      {
        onBody: (body) => void bodies.push(body),
        onState: (state) => {
          states.push(state);
          onState();
        },
        onFailure: (failure) => failures.push(failure),
        onDefect: (error) => defects.push(error),
      },
    );
  });
  afterEach(async () => {
    await link.close();
    assert.equal(clock.pending, 0);
  });

  /** Until it has opened its next connection. */
  function redialled(): void {
    for (const before = dials; dials === before;) clock.turn(50);
  }

  function handshake(resumed = false, received = 0): void {
    connection = nonce;
    events.onFrame(frame(challenge));
    const { body: hello } = last(said);
    assert.ok(hello.kind === 'hello');
    connection = connectionOf(nonce, hello.nonce);
    const welcome = {
      kind: 'welcome',
      link: new Uint8Array(16).fill(4),
      resumed,
      received,
      completedRounds: 0,
    } as const;
    const before = welcomed;
    events.onFrame(frame(welcome));
    assert.equal(welcomed, before + 1, 'the carrier may take more now');
  }

  it('welcomes only who holds the coordinator’s key, and whoever does not can keep it waiting, not end it', () => {
    const other = { sender: 'beta', connection: nonce, sequence: 0, session: new Uint8Array(0) };
    const future = Uint8Array.from(frame(challenge));
    future[1] = 99;
    const strange: readonly [Uint8Array, string][] = [
      [frame(challenge, 0, new FrameSigner(federation.of('beta').secretKey)), 'WIRE_BAD_SIGNATURE'],
      [
        sealEnvelope(other, encodeBody(challenge), new FrameSigner(federation.of('beta').secretKey)),
        'WIRE_UNKNOWN_SENDER',
      ],
      [future, 'WIRE_VERSION'],
      [new Uint8Array(300), 'WIRE_MALFORMED'],
      [new Uint8Array(HANDSHAKE_FRAME_BYTES + 1), 'WIRE_FRAME_TOO_LARGE'],
    ];
    for (const [bytes, code] of strange) {
      events.onFrame(bytes);
      assert.equal(last(failures).code, code);
      assert.equal(last(states).kind, 'offline', code);
      assert.equal(welcomed, 0, code);
      redialled();
    }
    assert.equal(said.length, 0, 'it says nothing to them');
    handshake();
    assert.equal(last(states).kind, 'online');
  });

  it('takes no frame longer than a handshake needs, before the welcome', () => {
    events.onFrame(frame(challenge));
    const long = { ...challenge, nonce: new Uint8Array(HANDSHAKE_FRAME_BYTES) };
    events.onFrame(frame(long));
    assert.equal(last(failures).code, 'WIRE_FRAME_TOO_LARGE');
  });

  it('is not played a recorded welcome: its own nonce is in the connection', () => {
    events.onFrame(frame(challenge));
    const welcome = { kind: 'welcome', link: nonce, resumed: false, received: 0, completedRounds: 0 } as const;
    events.onFrame(frame(welcome, 0, signer, connectionOf(nonce, new Uint8Array(16).fill(8))));
    assert.equal(last(failures).code, 'WIRE_WRONG_CONNECTION');
    assert.equal(last(states).kind, 'offline');
  });

  it('refuses garbage, forgeries, duplicates, and messages that are the link’s own, and goes on', () => {
    handshake();
    events.onFrame(new Uint8Array(300));
    events.onFrame(frame(status, 1, new FrameSigner(federation.of('beta').secretKey)));
    events.onFrame(frame(status, 1, signer, nonce));
    events.onFrame(frame(status, 1));
    events.onFrame(frame(status, 1));
    events.onFrame(frame(challenge, 2));
    events.onFrame(frame(status, 3));
    assert.deepEqual(
      failures.map(({ code, seen }) => [code, seen]),
      ['WIRE_MALFORMED', 'WIRE_BAD_SIGNATURE', 'WIRE_WRONG_CONNECTION', 'WIRE_DUPLICATE', 'WIRE_UNEXPECTED'].map(
        (code) => [code, 'here'],
      ),
    );
    assert.equal(bodies.length, 2);
    const told = said.flatMap(({ body }) => (body.kind === 'failure' ? [body.code] : []));
    assert.equal(told.length, 5);
    assert.equal(last(states).kind, 'online');
  });

  it('leaves a connection on which nothing but nonsense comes', () => {
    handshake();
    for (let n = 0; n < 63; n++) events.onFrame(new Uint8Array(100));
    assert.equal(last(states).kind, 'online');
    events.onFrame(frame({ kind: 'failure', code: 'WIRE_MALFORMED', text: 'x', about: 0 }));
    assert.equal(last(states).kind, 'offline');
    assert.equal(failures.length, 64);
    assert.equal(closed, 1);
    redialled();
    handshake(true);
    assert.equal(last(states).kind, 'online');
  });

  it('a gap makes it connect again and say where the order broke', () => {
    handshake();
    events.onFrame(frame(status, 1));
    events.onFrame(frame(status, 3));
    assert.equal(last(failures).code, 'WIRE_SEQUENCE_GAP');
    assert.equal(closed, 1);
    clock.turn(200);
    handshake(true);
    const hello = said.map(({ body }) => body).findLast((body) => body.kind === 'hello');
    assert.deepEqual([hello?.received, hello?.link], [1, new Uint8Array(16).fill(4)]);
    events.onFrame(frame(status, 2));
    assert.equal(bodies.length, 2);
  });

  it('a coordinator that claims to have received what was never sent is left', () => {
    handshake();
    void link.send(status);
    events.onFrame(frame({ kind: 'ack', handled: 9 }));
    assert.equal(last(failures).code, 'WIRE_FALSE_ACK');
    assert.equal(last(states).kind, 'offline');
  });

  it('after a resume sends again exactly what the coordinator lacks', () => {
    handshake();
    for (let n = 0; n < 4; n++) void link.send(status);
    events.onFrame(frame({ kind: 'ack', handled: 1 }));
    events.onClose('gone');
    clock.turn(200);
    const before = said.length;
    handshake(true, 2);
    const again = said.slice(before).flatMap(({ sequence }) => (sequence > 0 ? [sequence] : []));
    assert.deepEqual(again, [3, 4]);
  });

  /** The bytes of the last hello. */
  const helloFrame = (): Uint8Array => last(frames);
  const refusal = (code: string): LinkBody | Body => ({ kind: 'failure', code, text: 'x', about: 0 });

  it('a refusal of its hello that is fatal ends it for good, another one does not', () => {
    events.onFrame(frame(challenge));
    events.onFrame(frame(refusal('WIRE_MALFORMED'), 0, signer, refusalOf(nonce, helloFrame())));
    assert.equal(last(failures).code, 'WIRE_MALFORMED');
    assert.equal(last(states).kind, 'offline');
    clock.turn(200);
    connection = nonce;
    events.onFrame(frame(challenge));
    events.onFrame(frame(refusal('LINK_MANIFEST_MISMATCH'), 0, signer, refusalOf(nonce, helloFrame())));
    assert.equal(last(states).kind, 'closed');
  });

  it('is not ended by a recorded refusal: of its own earlier hello, of another’s, or of none', () => {
    events.onFrame(frame(challenge));
    const earlier = refusalOf(nonce, helloFrame());
    for (const made of [earlier, refusalOf(nonce, new Uint8Array(100)), nonce]) {
      events.onClose('lost');
      redialled();
      connection = nonce;
      events.onFrame(frame(challenge));
      events.onFrame(frame(refusal('LINK_MANIFEST_MISMATCH'), 0, signer, made));
      assert.equal(last(failures).code, 'WIRE_WRONG_CONNECTION');
      assert.equal(last(states).kind, 'offline');
    }
  });

  it('a defect of its own closes the connection, is told, and ends nothing', () => {
    handshake();
    onState = () => {
      throw new Error('a defect');
    };
    events.onClose('gone');
    onState = () => undefined;
    assert.deepEqual(defects.map(String), ['Error: a defect']);
    clock.turn(200);
    handshake(true);
    assert.equal(last(states).kind, 'online');
  });

  it('a coordinator that never finishes the handshake is left in time', () => {
    clock.turn(HANDSHAKE_MS);
    assert.equal(last(states).kind, 'offline');
    assert.equal(closed, 1);
  });
});
