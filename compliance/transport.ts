/**
 * Requirements for every transport; each implementation runs them. A harness provides two honest ends, and a raw connection to
 * the coordinator, with which a test plays a dishonest platform.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isthmus } from '../proto/gen/isthmus.js';
import { encodeBody, decodeBody } from '../core/wire/body-codec.ts';
import type { Body, MailBody, StatusBody } from '../core/wire/body.ts';
import type { Connection, Dial } from '../core/wire/connection.ts';
import { openEnvelope, sealEnvelope } from '../core/wire/envelope.ts';
import { connectionOf, HANDSHAKE_FRAME_BYTES } from '../core/wire/handshake.ts';
import type { LinkBody } from '../core/wire/link-body.ts';
import { FrameSigner, FrameVerifier } from '../core/wire/signing.ts';
import type {
  CoordinatorEndpoint,
  CoordinatorHandlers,
  CoordinatorTransport,
  PlatformHandlers,
  PlatformLink,
  PlatformLinkState,
  PlatformPresence,
  PlatformTransport,
  WireFailure,
  WireIdentity,
  WireLimits,
} from '../core/wire/transport.ts';
import { raise, testFederation } from './wire-federation.ts';
import type { TestFederation } from './wire-federation.ts';

export interface TransportHarness {
  coordinator(identity: WireIdentity, limits: WireLimits): Promise<CoordinatorTransport>;
  platform(identity: WireIdentity, limits: WireLimits): PlatformTransport;
  dial: Dial;
  /** Breaks every open connection. */
  cut(): void;
  teardown(): Promise<void>;
}

/** Small limits, so that a test reaches them. */
const LIMITS: WireLimits = {
  maxFrameBytes: 16 * 1024,
  chunkBytes: 4 * 1024,
  window: 4,
  windowBytes: 12 * 1024,
  maxMessageBytes: 256 * 1024,
};

const status = (n: number): StatusBody => ({ kind: 'status', stage: `stage ${n}`, fraction: 0.5, prepared: false });
const stageOf = (body: Body): string => (body.kind === 'status' ? body.stage : body.kind);
const mail = (bytes: number): MailBody => ({
  kind: 'mail',
  id: new Uint8Array(16).fill(7),
  from: 'alpha',
  to: 'beta',
  lifetimeSeconds: 60,
  sealed: Uint8Array.from({ length: bytes }, (_, i) => (i * 31) & 0xff),
});

/** Collects what happens and lets a test wait for it. */
class Seen<T> {
  readonly all: T[] = [];
  #waiting: { accept: (all: readonly T[]) => boolean; resolve: (all: readonly T[]) => void }[] = [];

  add(item: T): void {
    this.all.push(item);
    this.#waiting = this.#waiting.filter(({ accept, resolve }) => {
      if (!accept(this.all)) return true;
      resolve(this.all);
      return false;
    });
  }

  until(accept: (all: readonly T[]) => boolean): Promise<readonly T[]> {
    if (accept(this.all)) return Promise.resolve(this.all);
    return new Promise((resolve) => this.#waiting.push({ accept, resolve }));
  }

  first(accept: (item: T) => boolean): Promise<T> {
    return this.until((all) => all.some(accept)).then((all) => all.find(accept)!);
  }
}

/** Declares the suite under mocha. @param setup called before each test. */
export function transportCompliance(name: string, setup: () => Promise<TransportHarness>): void {
  describe(`transport: ${name}`, () => {
    let harness: TransportHarness;
    let federation: TestFederation;
    let endpoint: CoordinatorEndpoint;
    let links: PlatformLink[];
    let received: Seen<{ readonly platform: string; readonly body: Body; readonly session: Uint8Array }>;
    let presence: Seen<{ readonly platform: string; readonly presence: PlatformPresence }>;
    let failures: Seen<{ readonly platform: string | null; readonly failure: WireFailure }>;
    let onBody: (platform: string, body: Body) => void | Promise<void>;
    let onPresence: () => void;
    /** Undefined if no event is expected. */
    let defects: unknown[] | undefined;

    const handlers: CoordinatorHandlers = {
      onBody: (platform, body, session) => {
        const pending = onBody(platform, body);
        received.add({ platform, body, session });
        return pending;
      },
      onPresence: (platform, state) => {
        presence.add({ platform, presence: state });
        onPresence();
      },
      onFailure: (platform, failure) => failures.add({ platform, failure }),
      completedRounds: () => 3,
      onDefect: (error) => {
        if (defects === undefined) raise(error);
        else defects.push(error);
      },
    };

    beforeEach(async () => {
      harness = await setup();
      federation = testFederation();
      links = [];
      received = new Seen();
      presence = new Seen();
      failures = new Seen();
      onBody = () => undefined;
      onPresence = () => undefined;
      defects = undefined;
      endpoint = await (await harness.coordinator(federation.of('coordinator'), LIMITS)).listen(handlers);
    });

    afterEach(async () => {
      for (const link of links) await link.close();
      await endpoint.close();
      await harness.teardown();
    });

    function connect(identity: WireIdentity, more: Partial<PlatformHandlers> = {}) {
      const bodies = new Seen<Body>();
      const states = new Seen<PlatformLinkState>();
      const told = new Seen<WireFailure>();
      const link = harness.platform(identity, LIMITS).connect({
        onBody: (body, session) => {
          const pending = more.onBody?.(body, session);
          bodies.add(body);
          return pending;
        },
        onState: (state) => states.add(state),
        onFailure: (failure) => told.add(failure),
        onDefect: raise,
      });
      links.push(link);
      return { link, bodies, states, told, online: states.first((state) => state.kind === 'online') };
    }

    /** A dishonest platform: it does the handshake, and then sends what the test tells it to. */
    async function raw(name: string, signer = new FrameSigner(federation.of(name).secretKey)) {
      const frames = new Seen<{ body: Body | LinkBody; sequence: number }>();
      const closed = new Seen<string>();
      const verifier = new FrameVerifier(federation.of(name).publicKeys.get('coordinator')!);
      const anything = { verifierOf: () => verifier, connection: undefined, maxFrameBytes: 1 << 24 };
      const connection: Connection = harness.dial({
        onFrame: (frame) => {
          const envelope = openEnvelope(frame, anything);
          frames.add({ body: decodeBody(envelope.content), sequence: envelope.sequence });
        },
        onRefused: () => undefined,
        onClose: (reason) => closed.add(reason),
      });
      const { body: challenge } = await frames.first(({ body }) => body.kind === 'challenge');
      assert.ok(challenge.kind === 'challenge');
      let id = challenge.nonce;
      const frame = (body: Uint8Array, sequence: number, connectionId = id, by = signer): Uint8Array =>
        sealEnvelope({ sender: name, connection: connectionId, sequence, session: new Uint8Array(0) }, body, by);
      const failure = (code: string) => frames.first(({ body }) => body.kind === 'failure' && body.code === code);
      return {
        connection,
        frames,
        closed,
        frame,
        failure,
        challenge,
        hello: async (changes: object = {}): Promise<void> => {
          const { federation: which, manifestHash, manifestVersion } = federation.of(name);
          const nonce = new Uint8Array(16).fill(9);
          const [link, received] = [new Uint8Array(0), 0];
          const hello = { kind: 'hello', federation: which, manifestHash, manifestVersion, nonce, link, received };
          connection.send(frame(encodeBody({ ...hello, ...changes } as LinkBody), 0));
          id = connectionOf(challenge.nonce, nonce);
          await frames.until((all) => all.some(({ body }) => body.kind === 'welcome' || body.kind === 'failure'));
        },
        send: (bytes: Uint8Array) => connection.send(bytes),
      };
    }

    it('carries messages both ways, in order, with their session', async () => {
      const alpha = connect(federation.of('alpha'));
      const online = await alpha.online;
      assert.deepEqual(online, { kind: 'online', resumed: false, completedRounds: 3 });
      const session = new Uint8Array(32).fill(5);
      for (let n = 0; n < 20; n++) void alpha.link.send(status(n), session);
      await alpha.link.drained();
      assert.deepEqual(
        received.all.map(({ body }) => stageOf(body)),
        Array.from({ length: 20 }, (_, n) => `stage ${n}`),
      );
      assert.deepEqual(received.all[0].session, session);
      for (let n = 0; n < 20; n++) void endpoint.send('alpha', status(n));
      await endpoint.drained('alpha');
      assert.equal(alpha.bodies.all.length, 20);
      assert.deepEqual(endpoint.online(), ['alpha']);
      assert.ok(endpoint.traffic().receivedBytes > 0 && alpha.link.traffic.sentBytes > 0);
    });

    it('sends what was queued before the connection stood', async () => {
      const { link } = connect(federation.of('alpha'));
      await link.send(status(1));
      await link.drained();
      assert.equal(received.all.length, 1);
    });

    it('cuts long messages into fragments and puts them together', async () => {
      const { link, bodies } = connect(federation.of('alpha'));
      const long = mail(100_000);
      await link.send(long);
      await link.drained();
      const [{ body }] = received.all;
      assert.ok(body.kind === 'mail');
      assert.equal(digest(body.sealed), digest(long.sealed));
      endpoint.broadcast(['alpha', 'nobody'], long);
      await endpoint.drained('alpha');
      assert.equal(bodies.all.length, 1);
    });

    it('refuses to send a message that the other end would not take', async () => {
      const alpha = connect(federation.of('alpha'));
      await alpha.online;
      await assert.rejects(alpha.link.send(mail(300_000)), { code: 'WIRE_MESSAGE_TOO_LARGE' });
      await alpha.link.send(status(1));
      await alpha.link.drained();
    });

    it('takes up the same link after a lost connection: nothing lost, nothing twice', async () => {
      const alpha = connect(federation.of('alpha'));
      await alpha.online;
      const sent: Promise<void>[] = [];
      for (let n = 0; n < 60; n++) {
        sent.push(alpha.link.send(status(n)));
        void endpoint.send('alpha', status(n));
        if (n % 20 === 10) {
          await received.until((all) => all.length > n - 8);
          harness.cut();
        }
      }
      await Promise.all(sent);
      await alpha.link.drained();
      await endpoint.drained('alpha');
      const expected = Array.from({ length: 60 }, (_, n) => `stage ${n}`);
      assert.deepEqual(
        received.all.map(({ body }) => stageOf(body)),
        expected,
      );
      assert.deepEqual(alpha.bodies.all.map(stageOf), expected);
      const onlines = alpha.states.all.filter((state) => state.kind === 'online');
      assert.ok(onlines.length >= 2, 'it was cut at least once');
      assert.ok(onlines.slice(1).every((state) => state.resumed));
      assert.equal(failures.all.length, 0);
    });

    it('resumes in the middle of a long message', async () => {
      const alpha = connect(federation.of('alpha'));
      await alpha.online;
      const long = mail(200_000);
      const sent = alpha.link.send(long);
      harness.cut();
      await sent;
      await alpha.link.drained();
      const [{ body }] = received.all;
      assert.ok(body.kind === 'mail');
      assert.equal(digest(body.sealed), digest(long.sealed));
    });

    it('a slow reader holds the sender back', async () => {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      onBody = () => gate;
      const alpha = connect(federation.of('alpha'));
      await alpha.online;
      let placed = 0;
      for (let n = 0; n < 40; n++) void alpha.link.send(status(n)).then(() => placed++);
      await received.until((all) => all.length === 1);
      // Everything else has arrived once another platform completed a whole handshake.
      await connect(federation.of('beta')).online;
      assert.equal(placed, LIMITS.window);
      assert.equal(received.all.length, 1);
      release();
      await alpha.link.drained();
      assert.equal(received.all.length, 40);
    });

    it('a slow platform holds the coordinator back', async () => {
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const alpha = connect(federation.of('alpha'), { onBody: () => gate });
      await alpha.online;
      for (let n = 0; n < 40; n++) void endpoint.send('alpha', mail(3000));
      const sent = endpoint.traffic().sentBytes;
      await alpha.bodies.until((all) => all.length === 1);
      assert.ok(sent < LIMITS.windowBytes + 8192, `${sent} bytes under way`);
      release();
      await endpoint.drained('alpha');
      assert.equal(alpha.bodies.all.length, 40);
    });

    it('a handler that throws is told to the sender, and the link goes on', async () => {
      onBody = (_, body) => {
        if (stageOf(body) === 'stage 1') throw new Error('a secret detail');
      };
      const alpha = connect(federation.of('alpha'));
      for (let n = 0; n < 3; n++) void alpha.link.send(status(n));
      await alpha.link.drained();
      const told = await alpha.told.first(({ code }) => code === 'LINK_HANDLER');
      assert.equal(told.seen, 'there');
      assert.ok(!told.text.includes('secret'));
      assert.equal(received.all.length, 2);
    });

    it('a platform that starts anew gets a new link; its coordinator hears of it', async () => {
      const first = connect(federation.of('alpha'));
      await first.online;
      await first.link.close();
      await presence.first(({ presence: { kind } }) => kind === 'offline');
      const second = connect(federation.of('alpha'));
      await second.online;
      const onlines = presence.all.filter(({ presence: { kind } }) => kind === 'online');
      assert.deepEqual(
        onlines.map(({ presence: state }) => state),
        [
          { kind: 'online', resumed: false },
          { kind: 'online', resumed: false },
        ],
      );
    });

    it('of two processes with one identity the newer stays, and the older is told and stops', async () => {
      const first = connect(federation.of('alpha'));
      await first.online;
      const second = connect(federation.of('alpha'));
      await second.online;
      const error = await first.link.closed;
      assert.equal(error?.code, 'LINK_REPLACED');
      await second.link.send(status(1));
      await second.link.drained();
    });

    it('a coordinator that starts anew resets the link, and says so', async () => {
      const alpha = connect(federation.of('alpha'));
      await alpha.online;
      await endpoint.close();
      await alpha.states.first(({ kind }) => kind === 'offline');
      const lost = alpha.link.drained().then(() => alpha.link.send(mail(100_000)));
      endpoint = await (await harness.coordinator(federation.of('coordinator'), LIMITS)).listen(handlers);
      await alpha.states.until((all) => all.filter(({ kind }) => kind === 'online').length === 2);
      assert.deepEqual(alpha.states.all.at(-1), { kind: 'online', resumed: false, completedRounds: 3 });
      await assert.rejects(lost, { code: 'LINK_RESET' });
      await alpha.link.send(status(9));
      await alpha.link.drained();
      assert.equal(stageOf(received.all.at(-1)!.body), 'stage 9');
    });

    it('another manifest, another federation, an unknown platform: told, and the platform stops', async () => {
      const other = connect({ ...federation.of('alpha'), manifestHash: new Uint8Array(32).fill(1) });
      const mismatch = await other.link.closed;
      assert.equal(mismatch?.code, 'LINK_MANIFEST_MISMATCH');
      assert.equal(mismatch.message, 'the two ends hold different manifests', 'said once');
      const elsewhere = connect({ ...federation.of('alpha'), federation: 'elsewhere' });
      assert.equal((await elsewhere.link.closed)?.code, 'LINK_WRONG_FEDERATION');
      const unknown = connect({ ...federation.of('alpha'), name: 'mallory' });
      assert.equal((await unknown.link.closed)?.code, 'WIRE_UNKNOWN_SENDER');
      const thief = connect({ ...federation.of('alpha'), secretKey: federation.of('beta').secretKey });
      assert.equal((await thief.link.closed)?.code, 'WIRE_BAD_SIGNATURE');
      await assert.rejects(thief.link.send(status(1)), { code: 'WIRE_BAD_SIGNATURE' });
      assert.deepEqual(
        failures.all.map(({ platform, failure }) => [platform, failure.code]),
        [
          [null, 'LINK_MANIFEST_MISMATCH'],
          [null, 'LINK_WRONG_FEDERATION'],
          [null, 'WIRE_UNKNOWN_SENDER'],
          [null, 'WIRE_BAD_SIGNATURE'],
        ],
      );
    });

    it('an earlier version of the manifest, and a platform that left: told with both versions, and the platform stops', async () => {
      const behind = connect({
        ...federation.of('alpha'),
        manifestVersion: 1,
        manifestHash: new Uint8Array(32).fill(1),
      });
      const error = await behind.link.closed;
      assert.equal(error?.code, 'LINK_VERSION_BEHIND');
      assert.match(error.message, /by version 2, and "alpha" by version 1: start it with the manifest of version 2/);
      await endpoint.close();
      const { publicKeys, ...own } = federation.of('coordinator');
      const left = {
        ...own,
        publicKeys: new Map([...publicKeys].filter(([name]) => name !== 'alpha')),
        formerKeys: new Map([...publicKeys].filter(([name]) => name === 'alpha')),
      };
      endpoint = await (await harness.coordinator(left, LIMITS)).listen(handlers);
      const gone = await connect({ ...federation.of('alpha'), manifestVersion: 1 }).link.closed;
      assert.equal(gone?.code, 'LINK_LEFT');
      assert.match(gone.message, /"alpha" left the federation by version 2/);
      const thief = connect({ ...federation.of('alpha'), secretKey: federation.of('beta').secretKey });
      assert.equal((await thief.link.closed)?.code, 'WIRE_BAD_SIGNATURE');
    });

    it('a later version of the manifest than the coordinator’s: the platform waits, also one that joins, until the coordinator has it', async () => {
      const later = { manifestVersion: 3, manifestHash: new Uint8Array(32).fill(3) };
      const alpha = connect({ ...federation.of('alpha'), ...later });
      const joins = connect({ ...federation.of('alpha'), ...later, name: 'delta' });
      for (const { states } of [alpha, joins]) {
        const offline = await states.first(({ kind }) => kind === 'offline');
        assert.match(
          offline.kind === 'offline' ? offline.reason : '',
          /runs by version 2 of the manifest, and this platform by version 3: it waits/,
        );
      }
      assert.deepEqual(endpoint.online(), []);
      await endpoint.close();
      endpoint = await (
        await harness.coordinator({ ...federation.of('coordinator'), ...later }, LIMITS)
      ).listen(handlers);
      await alpha.online;
      await joins.link.close();
    });

    it('a coordinator that is not the manifest’s is told nothing, and tried again: it cannot end a platform', async () => {
      const publicKeys = new Map(federation.of('alpha').publicKeys);
      publicKeys.set('coordinator', federation.of('beta').publicKeys.get('beta')!);
      const alpha = connect({ ...federation.of('alpha'), publicKeys });
      await alpha.told.until((all) => all.length === 3);
      assert.ok(alpha.told.all.every(({ code, seen }) => code === 'WIRE_BAD_SIGNATURE' && seen === 'here'));
      assert.ok(alpha.states.all.every(({ kind }) => kind === 'offline'));
      assert.deepEqual(presence.all, []);
    });

    it('a defect of the coordinator’s own ends that connection, and nothing else', async () => {
      const defect = new Error('a defect');
      defects = [];
      onPresence = () => {
        onPresence = () => undefined;
        throw defect;
      };
      const alpha = connect(federation.of('alpha'));
      await alpha.states.first(({ kind }) => kind === 'offline');
      await alpha.states.until((all) => all.at(-1)?.kind === 'online');
      assert.deepEqual(defects, [defect]);
      await stillServes();
    });

    it('complaints count as what is refused: a stream of them ends the connection', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const complaint = { kind: 'failure', code: 'WIRE_MALFORMED', text: 'x', about: 0 } as const;
      for (let n = 0; n < 80; n++) {
        // Half of them are in the numbered stream.
        alpha.send(alpha.frame(encodeBody(complaint), n % 2 === 0 ? 0 : (n + 1) / 2));
      }
      await alpha.closed.until((all) => all.length === 1);
      assert.equal(failures.all.length, 64);
      await stillServes();
    });

    it('a message that fails in its reader counts as well', async () => {
      onBody = () => {
        throw new Error('no');
      };
      const alpha = await raw('alpha');
      await alpha.hello();
      for (let n = 1; n <= 80; n++) alpha.send(alpha.frame(encodeBody(status(n)), n));
      await alpha.closed.until((all) => all.length === 1);
      assert.equal(failures.all.length, 64);
      await stillServes();
    });

    it('a frame longer than a handshake needs, before the hello: nothing of it is read', async () => {
      const alpha = await raw('alpha');
      alpha.send(alpha.frame(encodeBody(mail(HANDSHAKE_FRAME_BYTES)), 0));
      await failures.first(({ failure }) => failure.code === 'WIRE_FRAME_TOO_LARGE');
      await alpha.closed.until((all) => all.length === 1);
      await stillServes();
    });

    for (const [what, bytes] of [
      ['nothing', new Uint8Array(0)],
      ['garbage', Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) & 0xff)],
      [
        'garbage with a signature field',
        Uint8Array.from({ length: 200 }, (_, i) => (i === 134 ? 0x7a : i === 135 ? 0x40 : 0xff)),
      ],
    ] as const) {
      it(`${what} before the hello: told as malformed, counted, closed`, async () => {
        const alpha = await raw('alpha');
        alpha.send(bytes);
        await alpha.failure('WIRE_MALFORMED');
        await alpha.closed.until((all) => all.length === 1);
        assert.deepEqual(
          failures.all.map(({ failure }) => failure.code),
          ['WIRE_MALFORMED'],
        );
        await stillServes();
      });

      it(`${what} on an open link: told as malformed, counted, and the link goes on`, async () => {
        const alpha = await raw('alpha');
        await alpha.hello();
        alpha.send(bytes);
        await alpha.failure('WIRE_MALFORMED');
        alpha.send(alpha.frame(encodeBody(status(1)), 1));
        await received.until((all) => all.length === 1);
        assert.deepEqual(failures.all, [
          { platform: 'alpha', failure: { ...failures.all[0].failure, code: 'WIRE_MALFORMED', seen: 'here' } },
        ]);
      });
    }

    it('another version of the wire: told by its own code', async () => {
      const alpha = await raw('alpha');
      const future = isthmus.Envelope.encode({ version: 99, sender: 'alpha' }).finish();
      const frame = new Uint8Array(future.length + 66);
      frame.set(future);
      frame.set([0x7a, 0x40], future.length);
      alpha.send(frame);
      await alpha.failure('WIRE_VERSION');
      assert.equal(failures.all[0].failure.code, 'WIRE_VERSION');
      await stillServes();
    });

    it('a frame over the limit: told, counted', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      assert.equal(alpha.challenge.limits.maxFrameBytes, LIMITS.maxFrameBytes);
      alpha.send(alpha.frame(encodeBody(mail(LIMITS.maxFrameBytes)), 1));
      await alpha.failure('WIRE_FRAME_TOO_LARGE');
      alpha.send(alpha.frame(encodeBody(status(1)), 1));
      await received.until((all) => all.length === 1);
      assert.equal(failures.all[0].failure.code, 'WIRE_FRAME_TOO_LARGE');
    });

    it('a frame far over the limit: counted, and others are still served', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      alpha.send(new Uint8Array(LIMITS.maxFrameBytes * 64));
      await failures.first(({ failure }) => failure.code === 'WIRE_FRAME_TOO_LARGE');
      await stillServes();
    });

    it('a message over the limit, in fragments: told, and the next message is welcome', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const fragment = {
        kind: 'fragment',
        transfer: 1,
        index: 0,
        count: 1000,
        totalBytes: LIMITS.maxMessageBytes + 1,
        sha256: new Uint8Array(32),
        bytes: new Uint8Array(2000),
      } as const;
      alpha.send(alpha.frame(encodeBody(fragment), 1));
      await alpha.failure('WIRE_MESSAGE_TOO_LARGE');
      alpha.send(alpha.frame(encodeBody(status(1)), 2));
      await received.until((all) => all.length === 1);
    });

    it('fragments with a wrong hash, a wrong order or something in between: told, nothing delivered', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const piece = (index: number, transfer: number): LinkBody => ({
        kind: 'fragment',
        transfer,
        index,
        count: 2,
        totalBytes: 4000,
        sha256: new Uint8Array(32),
        bytes: new Uint8Array(2000),
      });
      const bodies: (Body | LinkBody)[] = [piece(0, 1), piece(1, 1), piece(1, 2), piece(0, 4), status(1), status(2)];
      for (const [n, body] of bodies.entries()) {
        alpha.send(alpha.frame(encodeBody(body), n + 1));
        await alpha.frames.first(({ body: said }) => said.kind === 'ack' && said.handled === n + 1);
      }
      await received.until((all) => all.length === 1);
      assert.equal(stageOf(received.all[0].body), 'stage 2');
      assert.deepEqual(
        failures.all.map(({ failure }) => failure.code),
        ['WIRE_FRAGMENT', 'WIRE_FRAGMENT', 'WIRE_FRAGMENT'],
      );
    });

    it('a wrong signature on an open link: told, counted, not taken', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const forged = alpha.frame(encodeBody(status(1)), 1, undefined, new FrameSigner(federation.of('beta').secretKey));
      alpha.send(forged);
      await alpha.failure('WIRE_BAD_SIGNATURE');
      const flipped = alpha.frame(encodeBody(status(1)), 1);
      flipped[flipped.length - 70] ^= 1;
      alpha.send(flipped);
      await failures.until((all) => all.length === 2);
      assert.equal(received.all.length, 0);
      alpha.send(alpha.frame(encodeBody(status(2)), 1));
      await received.until((all) => all.length === 1);
    });

    it('an envelope of an earlier connection cannot be played again', async () => {
      const first = await raw('alpha');
      await first.hello();
      const recorded = first.frame(encodeBody(status(1)), 1);
      first.send(recorded);
      await received.until((all) => all.length === 1);
      const second = await raw('alpha');
      await second.hello({ nonce: new Uint8Array(16).fill(3) });
      second.send(recorded);
      await second.failure('WIRE_WRONG_CONNECTION');
      assert.equal(received.all.length, 1);
    });

    it('another platform cannot speak on an open link', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const id = connectionOf(alpha.challenge.nonce, new Uint8Array(16).fill(9));
      const signer = new FrameSigner(federation.of('beta').secretKey);
      const header = { sender: 'beta', connection: id, sequence: 1, session: new Uint8Array(0) };
      alpha.send(sealEnvelope(header, encodeBody(status(1)), signer));
      await alpha.failure('WIRE_UNKNOWN_SENDER');
      assert.equal(received.all.length, 0);
    });

    it('a duplicate: told, counted, delivered once', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      alpha.send(alpha.frame(encodeBody(status(1)), 1));
      alpha.send(alpha.frame(encodeBody(status(1)), 1));
      await alpha.failure('WIRE_DUPLICATE');
      alpha.send(alpha.frame(encodeBody(status(2)), 2));
      await received.until((all) => all.length === 2);
      assert.deepEqual(
        received.all.map(({ body }) => stageOf(body)),
        ['stage 1', 'stage 2'],
      );
    });

    it('out of order: told, counted; the connection ends and a resumed one goes on where the order broke', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const { body: welcome } = await alpha.frames.first(({ body }) => body.kind === 'welcome');
      alpha.send(alpha.frame(encodeBody(status(1)), 1));
      alpha.send(alpha.frame(encodeBody(status(3)), 3));
      await alpha.failure('WIRE_SEQUENCE_GAP');
      await alpha.closed.until((all) => all.length === 1);
      assert.ok(welcome.kind === 'welcome');
      const again = await raw('alpha');
      await again.hello({ link: welcome.link });
      const { body } = await again.frames.first(({ body: said }) => said.kind === 'welcome');
      assert.ok(body.kind === 'welcome' && body.resumed);
      assert.equal(body.received, 1);
      again.send(again.frame(encodeBody(status(2)), 2));
      await received.until((all) => all.length === 2);
    });

    it('more under way than the window allows: told, counted, closed', async () => {
      onBody = () => new Promise(() => undefined);
      const alpha = await raw('alpha');
      await alpha.hello();
      for (let n = 1; n <= LIMITS.window + 1; n++) alpha.send(alpha.frame(encodeBody(status(n)), n));
      await alpha.failure('WIRE_WINDOW_EXCEEDED');
      await alpha.closed.until((all) => all.length === 1);
      await stillServes();
    });

    it('an unknown body, a body out of range, a word of the link with a number: told about that message', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      const bodies = [
        Uint8Array.of(0x82, 0x3f, 0x00),
        isthmus.Envelope.encode({ status: { stage: 'x', fraction: Number.NaN } }).finish(),
        encodeBody({ kind: 'ack', handled: 0 }),
      ];
      for (const [n, body] of bodies.entries()) alpha.send(alpha.frame(body, n + 1));
      const codes = ['WIRE_UNKNOWN_BODY', 'WIRE_OUT_OF_RANGE', 'WIRE_UNEXPECTED'];
      for (const [n, code] of codes.entries()) {
        const { body } = await alpha.failure(code);
        assert.ok(body.kind === 'failure' && body.about === n + 1);
      }
      alpha.send(alpha.frame(encodeBody(status(1)), 4));
      await received.until((all) => all.length === 1);
    });

    it('an acknowledgement of what was never sent: told, closed', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      alpha.send(alpha.frame(encodeBody({ kind: 'ack', handled: 5 }), 0));
      await alpha.failure('WIRE_FALSE_ACK');
      await alpha.closed.until((all) => all.length === 1);
      await stillServes();
    });

    it('a stream of nonsense ends the connection', async () => {
      const alpha = await raw('alpha');
      await alpha.hello();
      for (let n = 0; n < 80; n++) alpha.send(new Uint8Array(80));
      await alpha.closed.until((all) => all.length === 1);
      assert.equal(failures.all.length, 64);
      await stillServes();
    });

    async function stillServes(): Promise<void> {
      const gamma = connect(federation.of('gamma'));
      onBody = () => undefined;
      await gamma.link.send(status(0));
      await gamma.link.drained();
      assert.equal(received.all.at(-1)?.platform, 'gamma');
    }
  });
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
