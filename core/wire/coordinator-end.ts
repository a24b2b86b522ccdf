/**
 * The coordinator's end of the wire. It challenges every connection, and keeps one link per platform over any number of
 * connections. A carrier of frames passes each new connection to {@link CoordinatorEnd.accept}.
 * @module
 */
import type { Cancel, Clock } from '../time/clock.ts';
import type { RandomSource } from '../random/source.ts';
import { decodeBody, encodeBody } from './body-codec.ts';
import type { Body } from './body.ts';
import type { Connection, ConnectionEvents, FreshConnection } from './connection.ts';
import { openEnvelope } from './envelope.ts';
import type { OpenedEnvelope } from './envelope.ts';
import { WireError } from './errors.ts';
import { EncodedBody } from './fragments.ts';
import {
  aheadText,
  connectionOf,
  COORDINATOR,
  HANDSHAKE_FRAME_BYTES,
  HANDSHAKE_MS,
  Keys,
  refusalOf,
} from './handshake.ts';
import { NONCE_BYTES } from './link-body-codec.ts';
import type { HelloBody } from './link-body.ts';
import { Link, MOST_FAILURES } from './link.ts';
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
  /** Limits for received messages. Default: {@link COORDINATOR_LIMITS}. */
  readonly limits?: WireLimits;
  /** Limits of the platforms. Default: {@link PLATFORM_LIMITS}. */
  readonly platformLimits?: WireLimits;
  /** Time that a platform without a connection keeps its link. Default: ten minutes. */
  readonly retentionMs?: number;
  /** Most bytes that may wait for one platform. Default: 1 GiB. A shared model for many platforms is stored once. */
  readonly maxQueuedBytes?: number;
}

interface Peer {
  readonly platform: string;
  readonly id: Uint8Array;
  readonly link: Link;
  visit: Visit | undefined;
  cancelRetention: Cancel;
}

interface Visit {
  readonly connection: Connection;
  readonly welcomed: () => void;
  readonly nonce: Uint8Array;
  id: Uint8Array;
  peer: Peer | undefined;
  failures: number;
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

  /** This endpoint for a carrier, which must also close what is its own. */
  carriedBy(close: () => Promise<void>): CoordinatorEndpoint {
    return {
      online: () => this.online(),
      traffic: () => this.traffic(),
      send: (platform, body, session) => this.send(platform, body, session),
      broadcast: (platforms, body, session) => this.broadcast(platforms, body, session),
      drained: (platform) => this.drained(platform),
      close,
    };
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

  /**
   * Takes a new connection, and returns the events for the carrier to call. The carrier limits the number of strangers.
   */
  accept(caller: FreshConnection): ConnectionEvents {
    const connection: Connection = {
      send: (frame) => {
        this.#sentBytes += frame.length;
        caller.send(frame);
      },
      close: () => caller.close(),
    };
    const nonce = this.#options.random.bytes(NONCE_BYTES);
    const visit: Visit = {
      connection,
      welcomed: () => caller.welcomed(),
      nonce,
      id: nonce,
      peer: undefined,
      failures: 0,
      isOver: false,
      cancelDeadline: this.#options.clock.after(HANDSHAKE_MS, () => this.#leave(visit, 'no hello in time')),
    };
    if (this.#isClosed) {
      visit.isOver = true;
      visit.cancelDeadline();
      caller.close();
    } else {
      this.#visits.add(visit);
      const { manifestVersion } = this.#options.identity;
      connection.send(this.#keys.word({ kind: 'challenge', nonce, limits: this.#takes, manifestVersion }, nonce));
    }
    return {
      onFrame: (frame) => this.#guarded(visit, () => this.#frame(visit, frame)),
      onRefused: (error) => this.#guarded(visit, () => this.#refuse(visit, error)),
      onClose: (reason) => this.#guarded(visit, () => this.#leave(visit, reason)),
    };
  }

  /** Runs the work. An error that it throws is a defect of this end, and closes only this connection. */
  #guarded(visit: Visit, work: () => void): void {
    try {
      if (!visit.isOver) work();
    } catch (error) {
      this.#handlers.onDefect(error);
      this.#leave(visit, 'a defect of the coordinator');
    }
  }

  #queue(peer: Peer, message: EncodedBody, session?: Uint8Array): Promise<void> {
    const placed = peer.link.send(message, session);
    if (peer.link.queuedBytes > (this.#options.maxQueuedBytes ?? 1024 ** 3)) {
      this.#drop(peer, new WireError('LINK_TOO_SLOW', `${peer.link.queuedBytes} bytes`));
    }
    return placed;
  }

  #frame(visit: Visit, frame: Uint8Array): void {
    this.#receivedBytes += frame.length;
    const { peer } = visit;
    try {
      const envelope = openEnvelope(frame, {
        // Before a link is open any platform may prove itself. Afterwards only the link's own platform may send.
        verifierOf: (sender) =>
          sender === COORDINATOR || (peer !== undefined && sender !== peer.platform)
            ? undefined
            : (this.#keys.verifierOf(sender) ?? this.#keys.formerVerifierOf(sender)),
        connection: visit.id,
        maxFrameBytes: peer === undefined ? HANDSHAKE_FRAME_BYTES : this.#takes.maxFrameBytes,
      });
      if (peer === undefined) this.#greeted(visit, envelope);
      else peer.link.receive(envelope, frame.length);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refuse(visit, error, frame);
    }
  }

  #greeted(visit: Visit, envelope: OpenedEnvelope): void {
    const hello = decodeBody(envelope.content);
    if (hello.kind !== 'hello') throw new WireError('WIRE_UNEXPECTED', `${hello.kind} instead of a hello`);
    this.#checkManifest(envelope.sender, hello);
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
    visit.welcomed();
    const welcome = { kind: 'welcome', link: peer.id, resumed, received, completedRounds } as const;
    visit.connection.send(this.#keys.word(welcome, visit.id));
    peer.link.attach(visit.connection, visit.id, resumed ? hello.received : 0);
    this.#handlers.onPresence(peer.platform, { kind: 'online', resumed });
  }

  /** @throws WireError LINK_WRONG_FEDERATION, LINK_LEFT, LINK_VERSION_BEHIND, LINK_VERSION_AHEAD, LINK_MANIFEST_MISMATCH */
  #checkManifest(sender: string, hello: HelloBody): void {
    const { federation, manifestHash, manifestVersion: here } = this.#options.identity;
    const { manifestVersion: there } = hello;
    if (hello.federation !== federation) {
      throw new WireError('LINK_WRONG_FEDERATION', `this coordinator serves "${federation}"`);
    }
    if (this.#keys.verifierOf(sender) === undefined) {
      throw new WireError(
        'LINK_LEFT',
        `"${sender}" left the federation by version ${here}. Its agent can stop for good; keep its state, which records what was spent`,
      );
    }
    if (there < here) {
      throw new WireError(
        'LINK_VERSION_BEHIND',
        `the coordinator runs by version ${here}, and "${sender}" by version ${there}: start it with the manifest of version ${here}, which it has signed`,
      );
    }
    if (there > here) throw new WireError('LINK_VERSION_AHEAD', aheadText(here, there));
    if (Buffer.compare(hello.manifestHash, manifestHash) !== 0) throw new WireError('LINK_MANIFEST_MISMATCH');
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
        failed: (failure) => this.#failed(platform, failure),
      }),
      visit: undefined,
      cancelRetention: () => undefined,
    };
    this.#peers.set(platform, peer);
    return peer;
  }

  /**
   * Replaces an older connection of the same platform: a half-open one, or one of another process with the same
   * identity.
   */
  #supersede(visit: Visit, resumed: boolean): void {
    if (!resumed) visit.peer?.link.refuse(new WireError('LINK_REPLACED'), 0);
    visit.peer = undefined;
    this.#leave(visit, 'replaced by a newer connection');
  }

  /** @param frame the refused frame, if this end has read it. */
  #refuse(visit: Visit, error: WireError, frame?: Uint8Array): void {
    const { peer } = visit;
    if (peer === undefined) {
      this.#handlers.onFailure(null, { code: error.code, text: error.message, seen: 'here' });
      if (frame !== undefined) {
        const failure = { kind: 'failure', code: error.code, text: error.text, about: 0 } as const;
        visit.connection.send(this.#keys.word(failure, refusalOf(visit.nonce, frame)));
      }
      this.#leave(visit, error.message);
      return;
    }
    peer.link.refuse(error, 0);
    // The other end sends the missing messages again over a new connection.
    const needsNew = error.code === 'WIRE_SEQUENCE_GAP' || error.code === 'WIRE_WINDOW_EXCEEDED';
    if (needsNew || error.code === 'WIRE_FALSE_ACK') this.#leave(visit, error.message);
  }

  /** Closes a connection on which bad messages or failures continue to arrive. */
  #failed(platform: string, failure: WireFailure): void {
    this.#handlers.onFailure(platform, failure);
    const visit = this.#peers.get(platform)?.visit;
    if (visit === undefined) return;
    visit.failures += 1;
    if (visit.failures >= MOST_FAILURES) this.#leave(visit, `${MOST_FAILURES} messages failed on it`);
  }

  /** The connection is over. Its link stays for a while. */
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
