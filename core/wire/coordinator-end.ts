/**
 * The coordinator's end of the wire: challenges every connection, keeps one link for each platform over any number of
 * them. Whatever carries frames hands each new connection to {@link CoordinatorEnd.accept}.
 * @module
 */
import type { Cancel, Clock } from '../time/clock.ts';
import type { RandomSource } from '../random/source.ts';
import { decodeBody, encodeBody } from './body-codec.ts';
import type { Body } from './body.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import { openEnvelope } from './envelope.ts';
import type { OpenedEnvelope } from './envelope.ts';
import { WireError } from './errors.ts';
import { EncodedBody } from './fragments.ts';
import { connectionOf, COORDINATOR, HANDSHAKE_MS, Keys } from './handshake.ts';
import { NONCE_BYTES } from './link-body-codec.ts';
import type { HelloBody } from './link-body.ts';
import { Link } from './link.ts';
import { COORDINATOR_LIMITS, PLATFORM_LIMITS } from './transport.ts';
import type {
  CoordinatorEndpoint,
  CoordinatorHandlers,
  Traffic,
  WireFailure,
  WireIdentity,
  WireLimits,
} from './transport.ts';

export interface CoordinatorEndOptions {
  readonly identity: WireIdentity;
  readonly clock: Clock;
  readonly random: RandomSource;
  /** What this end takes. Default {@link COORDINATOR_LIMITS}. */
  readonly limits?: WireLimits;
  /** What platforms take. Default {@link PLATFORM_LIMITS}. */
  readonly platformLimits?: WireLimits;
  /** How long a platform without a connection keeps its link. Default ten minutes. */
  readonly retentionMs?: number;
  /** Bytes that may wait for one platform. Default 1 GiB; a shared model under way to many platforms is held once. */
  readonly maxQueuedBytes?: number;
}

/** Connections without a handshake at a time: more are closed unheard. */
const MOST_STRANGERS = 1000;
/** Frames refused on one connection before it is closed. */
const MOST_REFUSED = 64;

interface Peer {
  readonly platform: string;
  readonly id: Uint8Array;
  readonly link: Link;
  visit: Visit | undefined;
  cancelRetention: Cancel;
}

/** One connection. */
interface Visit {
  readonly connection: Connection;
  readonly nonce: Uint8Array;
  id: Uint8Array;
  peer: Peer | undefined;
  refused: number;
  isOver: boolean;
  readonly cancelDeadline: Cancel;
}

export class CoordinatorEnd implements CoordinatorEndpoint {
  readonly #options: CoordinatorEndOptions;
  readonly #handlers: CoordinatorHandlers;
  readonly #keys: Keys;
  readonly #takes: WireLimits;
  readonly #peers = new Map<string, Peer>();
  readonly #visits = new Set<Visit>();
  #isClosed = false;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(options: CoordinatorEndOptions, handlers: CoordinatorHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#keys = new Keys(options.identity);
    this.#takes = options.limits ?? COORDINATOR_LIMITS;
  }

  online(): readonly string[] {
    return [...this.#peers.values()].filter((peer) => peer.visit !== undefined).map((peer) => peer.platform);
  }

  traffic(): Traffic {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  send(platform: string, body: Body, session?: Uint8Array): Promise<void> {
    const peer = this.#peers.get(platform);
    if (peer === undefined) return refused(new WireError('LINK_CLOSED', `platform "${platform}" has no link`));
    return this.#queue(peer, new EncodedBody(encodeBody(body)), session);
  }

  broadcast(platforms: Iterable<string>, body: Body, session?: Uint8Array): void {
    const message = new EncodedBody(encodeBody(body));
    for (const platform of platforms) {
      const peer = this.#peers.get(platform);
      if (peer !== undefined) void this.#queue(peer, message, session);
    }
  }

  drained(platform: string): Promise<void> {
    return this.#peers.get(platform)?.link.drained() ?? refused(new WireError('LINK_CLOSED'));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const visit of [...this.#visits]) this.#leave(visit, 'the coordinator stopped');
    for (const peer of this.#peers.values()) {
      peer.cancelRetention();
      peer.link.close(new WireError('LINK_CLOSED'));
    }
    this.#peers.clear();
    return Promise.resolve();
  }

  /** Takes a new connection: the carrier calls the events it gets back. */
  accept(carrier: Connection): ConnectionEvents {
    const connection: Connection = {
      send: (frame) => {
        this.#sentBytes += frame.length;
        carrier.send(frame);
      },
      close: () => carrier.close(),
    };
    const nonce = this.#options.random.bytes(NONCE_BYTES);
    const visit: Visit = {
      connection,
      nonce,
      id: nonce,
      peer: undefined,
      refused: 0,
      isOver: false,
      cancelDeadline: this.#options.clock.after(HANDSHAKE_MS, () => this.#leave(visit, 'no hello in time')),
    };
    if (this.#isClosed || this.#strangers() >= MOST_STRANGERS) {
      visit.cancelDeadline();
      carrier.close();
      return { onFrame: () => undefined, onOverrun: () => undefined, onClose: () => undefined };
    }
    this.#visits.add(visit);
    connection.send(this.#keys.word({ kind: 'challenge', nonce, limits: this.#takes }, nonce));
    return {
      onFrame: (frame) => this.#frame(visit, frame),
      onOverrun: () => this.#refuse(visit, new WireError('WIRE_FRAME_TOO_LARGE')),
      onClose: (reason) => this.#leave(visit, reason),
    };
  }

  /** Connections that have not said who they are. */
  #strangers(): number {
    return this.#visits.size - this.online().length;
  }

  #queue(peer: Peer, message: EncodedBody, session?: Uint8Array): Promise<void> {
    const placed = peer.link.send(message, session);
    if (peer.link.queuedBytes > (this.#options.maxQueuedBytes ?? 1024 ** 3)) {
      this.#drop(peer, new WireError('LINK_TOO_SLOW', `${peer.link.queuedBytes} bytes`));
    }
    return placed;
  }

  #frame(visit: Visit, frame: Uint8Array): void {
    if (visit.isOver) return;
    this.#receivedBytes += frame.length;
    try {
      const { peer } = visit;
      const envelope = openEnvelope(frame, {
        // On an open link only its own platform may speak.
        verifierOf: (sender) =>
          sender === COORDINATOR || (peer !== undefined && sender !== peer.platform)
            ? undefined
            : this.#keys.verifierOf(sender),
        connection: visit.id,
        maxFrameBytes: this.#takes.maxFrameBytes,
      });
      if (peer === undefined) this.#greeted(visit, envelope);
      else peer.link.receive(envelope, frame.length);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(visit, error);
    }
  }

  #greeted(visit: Visit, envelope: OpenedEnvelope): void {
    const hello = decodeBody(envelope.content);
    if (hello.kind !== 'hello') throw new WireError('WIRE_UNEXPECTED', `${hello.kind} instead of a hello`);
    const { federation, manifestHash } = this.#options.identity;
    if (hello.federation !== federation) {
      throw new WireError('LINK_WRONG_FEDERATION', `this coordinator serves "${federation}"`);
    }
    if (Buffer.compare(hello.manifestHash, manifestHash) !== 0) throw new WireError('LINK_MANIFEST_MISMATCH');
    visit.cancelDeadline();
    visit.id = connectionOf(visit.nonce, hello.nonce);
    const known = this.#peers.get(envelope.sender);
    const resumed = known !== undefined && isSameLink(known, hello);
    if (known?.visit !== undefined) this.#supersede(known.visit, resumed);
    if (!resumed) known?.link.close(new WireError('LINK_RESET'));
    known?.cancelRetention();
    const peer = resumed ? known : this.#newPeer(envelope.sender);
    visit.peer = peer;
    peer.visit = visit;
    const completedRounds = this.#handlers.completedRounds();
    const received = peer.link.received;
    const welcome = { kind: 'welcome', link: peer.id, resumed, received, completedRounds } as const;
    visit.connection.send(this.#keys.word(welcome, visit.id));
    peer.link.attach(visit.connection, visit.id, resumed ? hello.received : 0);
    this.#handlers.onPresence(peer.platform, { kind: 'online', resumed });
  }

  #newPeer(platform: string): Peer {
    const peer: Peer = {
      platform,
      id: this.#options.random.bytes(NONCE_BYTES),
      link: new Link({
        name: COORDINATOR,
        signer: this.#keys.signer,
        takes: this.#takes,
        gives: this.#options.platformLimits ?? PLATFORM_LIMITS,
        deliver: (body, session) => this.#handlers.onBody(platform, body, session),
        failed: (failure: WireFailure) => this.#handlers.onFailure(platform, failure),
      }),
      visit: undefined,
      cancelRetention: () => undefined,
    };
    this.#peers.set(platform, peer);
    return peer;
  }

  /** An older connection of the same platform: half open, or another process with the same identity. */
  #supersede(visit: Visit, resumed: boolean): void {
    if (!resumed) visit.peer?.link.refuse(new WireError('LINK_REPLACED'), 0);
    visit.peer = undefined;
    this.#leave(visit, 'replaced by a newer connection');
  }

  #refuse(visit: Visit, error: WireError): void {
    visit.refused += 1;
    const { peer } = visit;
    if (peer === undefined) {
      this.#handlers.onFailure(null, { code: error.code, text: error.message, seen: 'here' });
      const failure = { kind: 'failure', code: error.code, text: error.text, about: 0 } as const;
      visit.connection.send(this.#keys.word(failure, visit.nonce));
      this.#leave(visit, error.message);
      return;
    }
    peer.link.refuse(error, 0);
    // What is missing comes again over a new connection; one that sends nonsense on and on is not kept.
    const needsNew = error.code === 'WIRE_SEQUENCE_GAP' || error.code === 'WIRE_WINDOW_EXCEEDED';
    if (needsNew || error.code === 'WIRE_FALSE_ACK' || visit.refused >= MOST_REFUSED) this.#leave(visit, error.message);
  }

  /** The connection is over; the link stays for a while. */
  #leave(visit: Visit, reason: string): void {
    if (visit.isOver) return;
    visit.isOver = true;
    visit.cancelDeadline();
    this.#visits.delete(visit);
    visit.connection.close();
    const { peer } = visit;
    if (peer === undefined || peer.visit !== visit) return;
    peer.visit = undefined;
    peer.link.detach();
    if (!this.#isClosed) {
      peer.cancelRetention = this.#options.clock.after(this.#options.retentionMs ?? 600_000, () => {
        this.#drop(peer, new WireError('LINK_CLOSED', 'the platform did not come back in time'));
      });
    }
    this.#handlers.onPresence(peer.platform, { kind: 'offline', reason });
  }

  #drop(peer: Peer, error: WireError): void {
    if (this.#peers.get(peer.platform) !== peer) return;
    this.#peers.delete(peer.platform);
    if (peer.visit !== undefined) {
      peer.link.refuse(error, 0);
      this.#leave(peer.visit, error.message);
    }
    peer.cancelRetention();
    peer.link.close(error);
    this.#handlers.onPresence(peer.platform, { kind: 'lost', reason: error.message });
  }
}

function isSameLink(peer: Peer, hello: HelloBody): boolean {
  return Buffer.compare(peer.id, hello.link) === 0 && hello.received <= peer.link.sent;
}

function refused(error: WireError): Promise<void> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}
