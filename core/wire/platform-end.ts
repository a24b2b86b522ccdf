/**
 * The platform's end of the wire. It connects, answers the challenge, and keeps one link over any number of
 * connections. A carrier of frames gives it a `Dial`.
 * @module
 */
import type { Cancel, Clock } from '../time/clock.ts';
import type { RandomSource } from '../random/source.ts';
import { decodeBody, encodeBody } from './body-codec.ts';
import type { Body } from './body.ts';
import type { Connection, Dial } from './connection.ts';
import { openEnvelope } from './envelope.ts';
import type { OpenedEnvelope } from './envelope.ts';
import { WireError, fatalError } from './errors.ts';
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
import type { ChallengeBody, WelcomeBody } from './link-body.ts';
import { Link, MOST_FAILURES } from './link.ts';
import { COORDINATOR_LIMITS, PLATFORM_LIMITS } from './transport.ts';
import type {
  PlatformHandlers,
  PlatformLink,
  PlatformLinkState,
  Traffic,
  WireFailure,
  WireIdentity,
  WireLimits,
} from './transport.ts';

export interface PlatformEndOptions {
  readonly identity: WireIdentity;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly dial: Dial;
  /** Limits for received messages. Default: {@link PLATFORM_LIMITS}. */
  readonly limits?: WireLimits;
  /**
   * Pauses between attempts to connect: the first, doubled each time up to the last. Each is shortened at random by up
   * to half.
   */
  readonly firstPauseMs?: number;
  readonly lastPauseMs?: number;
}

const NONE = new Uint8Array(0);

interface Attached {
  readonly connection: Connection;
  readonly welcomed: () => void;
  stage: 'challenge' | 'welcome' | 'open';
  challenge: ChallengeBody | undefined;
  id: Uint8Array;
  /** The connection id that a refusal of this connection's hello must carry. */
  refusal: Uint8Array;
  failures: number;
  cancelDeadline: Cancel;
}

export class PlatformEnd implements PlatformLink {
  readonly closed: Promise<WireError | undefined>;
  readonly #options: PlatformEndOptions;
  readonly #handlers: PlatformHandlers;
  readonly #keys: Keys;
  readonly #takes: WireLimits;
  #state: PlatformLinkState = { kind: 'connecting' };
  #resolveClosed: (error: WireError | undefined) => void = () => undefined;
  #attached: Attached | undefined;
  #link: Link;
  /** Id of the link to resume, 16 bytes; empty until the first welcome. */
  #linkId: Uint8Array = NONE;
  #failures = 0;
  #cancelRetry: Cancel = () => undefined;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(options: PlatformEndOptions, handlers: PlatformHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#keys = new Keys(options.identity);
    this.#takes = options.limits ?? PLATFORM_LIMITS;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#link = this.#newLink();
    this.#dial();
  }

  get state(): PlatformLinkState {
    return this.#state;
  }

  get traffic(): Traffic {
    return { sentBytes: this.#sentBytes, receivedBytes: this.#receivedBytes };
  }

  send(body: Body, session?: Uint8Array): Promise<void> {
    return this.#link.send(new EncodedBody(encodeBody(body)), session);
  }

  drained(): Promise<void> {
    return this.#link.drained();
  }

  close(): Promise<void> {
    this.#end(undefined);
    return Promise.resolve();
  }

  #dial(): void {
    const attached: { current: Attached | undefined } = { current: undefined };
    /** Runs the work unless this connection was abandoned. An error that it throws closes only this connection. */
    const guarded = (work: (current: Attached) => void): void => {
      const { current } = attached;
      if (current === undefined || current !== this.#attached) return;
      try {
        work(current);
      } catch (error) {
        this.#handlers.onDefect(error);
        if (current === this.#attached) this.#lost('a defect of this platform');
        current.connection.close();
      }
    };
    const connection = this.#options.dial({
      onFrame: (frame) => guarded((current) => this.#frame(current, frame)),
      onRefused: (error) => guarded((current) => this.#refused(current, error)),
      onClose: (reason) => guarded(() => this.#lost(reason)),
    });
    const counted: Connection = {
      send: (frame) => {
        this.#sentBytes += frame.length;
        connection.send(frame);
      },
      close: () => connection.close(),
    };
    const cancelDeadline = this.#options.clock.after(HANDSHAKE_MS, () => {
      guarded(() => this.#lost('the coordinator did not finish the handshake in time'));
      connection.close();
    });
    attached.current = {
      connection: counted,
      welcomed: () => connection.welcomed(),
      stage: 'challenge',
      challenge: undefined,
      id: NONE,
      refusal: NONE,
      failures: 0,
      cancelDeadline,
    };
    this.#attached = attached.current;
  }

  #frame(attached: Attached, frame: Uint8Array): void {
    this.#receivedBytes += frame.length;
    try {
      const expected = {
        verifierOf: (sender: string) => (sender === COORDINATOR ? this.#keys.verifierOf(COORDINATOR) : undefined),
        connection: attached.stage === 'open' ? attached.id : undefined,
        maxFrameBytes: attached.stage === 'open' ? this.#takes.maxFrameBytes : HANDSHAKE_FRAME_BYTES,
      };
      const envelope = openEnvelope(frame, expected);
      switch (attached.stage) {
        case 'challenge': {
          this.#challenged(attached, envelope);
          return;
        }
        case 'welcome': {
          this.#answered(attached, envelope);
          return;
        }
        case 'open': {
          this.#link.receive(envelope, frame.length);
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refused(attached, error);
    }
  }

  #challenged(attached: Attached, envelope: OpenedEnvelope): void {
    const body = decodeBody(envelope.content);
    if (body.kind !== 'challenge') throw new WireError('WIRE_UNEXPECTED', `${body.kind} instead of a challenge`);
    const { random, identity } = this.#options;
    // A coordinator with an earlier version may not know this platform yet, and its refusal would be fatal. So the
    // platform sends no hello: it waits until the coordinator runs by the later version.
    if (body.manifestVersion < identity.manifestVersion) {
      throw new WireError('LINK_VERSION_AHEAD', aheadText(body.manifestVersion, identity.manifestVersion));
    }
    const nonce = random.bytes(NONCE_BYTES);
    attached.challenge = body;
    attached.id = connectionOf(body.nonce, nonce);
    attached.stage = 'welcome';
    const { federation, manifestHash, manifestVersion } = identity;
    const link = this.#linkId;
    const { received } = this.#link;
    const hello = { kind: 'hello', federation, manifestHash, manifestVersion, nonce, link, received } as const;
    const frame = this.#keys.word(hello, body.nonce);
    attached.refusal = refusalOf(body.nonce, frame);
    attached.connection.send(frame);
  }

  #answered(attached: Attached, envelope: OpenedEnvelope): void {
    const body = decodeBody(envelope.content);
    if (body.kind === 'failure') {
      // The coordinator could not read this hello, or refused it.
      this.#sameConnection(envelope, attached.refusal);
      this.#turnedAway(attached, body.code, body.text);
      return;
    }
    this.#sameConnection(envelope, attached.id);
    if (body.kind !== 'welcome') throw new WireError('WIRE_UNEXPECTED', `${body.kind} instead of a welcome`);
    this.#welcomed(attached, body);
  }

  #sameConnection(envelope: OpenedEnvelope, connection: Uint8Array): void {
    if (Buffer.compare(envelope.connection, connection) !== 0) throw new WireError('WIRE_WRONG_CONNECTION');
  }

  #turnedAway(attached: Attached, code: string, text: string): void {
    this.#handlers.onFailure({ code, text, seen: 'there' });
    const fatal = fatalError(code, text);
    if (fatal !== undefined) {
      this.#end(fatal);
      return;
    }
    this.#lost(`turned away: ${code}`);
    attached.connection.close();
  }

  #welcomed(attached: Attached, welcome: WelcomeBody): void {
    attached.cancelDeadline();
    attached.welcomed();
    attached.stage = 'open';
    const isFirst = this.#linkId.length === 0;
    const resumed = welcome.resumed && !isFirst;
    if (!resumed) {
      if (!isFirst) {
        this.#link.close(new WireError('LINK_RESET'));
        this.#link = this.#newLink();
      }
      this.#link.gives = attached.challenge?.limits ?? COORDINATOR_LIMITS;
    }
    this.#linkId = welcome.link;
    this.#failures = 0;
    this.#link.attach(attached.connection, attached.id, resumed ? welcome.received : 0);
    this.#become({ kind: 'online', resumed, completedRounds: welcome.completedRounds });
  }

  #newLink(): Link {
    return new Link({
      name: this.#options.identity.name,
      signer: this.#keys.signer,
      takes: this.#takes,
      gives: COORDINATOR_LIMITS,
      deliver: (body, session) => this.#handlers.onBody(body, session),
      failed: (failure) => this.#failed(failure),
    });
  }

  /** Closes a connection on which bad messages or failures continue to arrive. */
  #failed(failure: WireFailure): void {
    this.#handlers.onFailure(failure);
    if (failure.seen === 'there' && failure.code === 'LINK_REPLACED') {
      this.#end(new WireError('LINK_REPLACED', 'stop the other process, or this one'));
    }
    const attached = this.#attached;
    if (attached === undefined) return;
    attached.failures += 1;
    if (attached.failures < MOST_FAILURES) return;
    this.#lost(`${MOST_FAILURES} messages failed on the connection`);
    attached.connection.close();
  }

  #refused(attached: Attached, error: WireError): void {
    if (attached.stage === 'open') {
      this.#link.refuse(error, 0);
      // The other end sends the missing messages again over a new connection.
      if (error.code === 'WIRE_SEQUENCE_GAP' || error.code === 'WIRE_FALSE_ACK') this.#restart(attached, error);
      return;
    }
    // The other end has not proved to be the coordinator. It may delay this platform, but must not be able to end it.
    this.#handlers.onFailure({ code: error.code, text: error.message, seen: 'here' });
    this.#restart(attached, error);
  }

  #restart(attached: Attached, error: WireError): void {
    this.#lost(error.message);
    attached.connection.close();
  }

  #lost(reason: string): void {
    this.#attached?.cancelDeadline();
    this.#attached = undefined;
    this.#link.detach();
    if (!this.#isClosed()) this.#retry();
    // This comes last: a listener may close the link or throw, and the next attempt must be scheduled before.
    this.#become({ kind: 'offline', reason });
  }

  #retry(): void {
    const { firstPauseMs = 200, lastPauseMs = 15_000, random, clock } = this.#options;
    const pause = Math.min(lastPauseMs, firstPauseMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    const jitter = random.bytes(1)[0] / 512;
    this.#cancelRetry = clock.after(pause * (1 - jitter), () => this.#dial());
  }

  #end(error: WireError | undefined): void {
    if (this.#isClosed()) return;
    const reason = error ?? new WireError('LINK_CLOSED');
    this.#cancelRetry();
    const attached = this.#attached;
    this.#attached = undefined;
    attached?.cancelDeadline();
    attached?.connection.close();
    this.#link.close(reason);
    this.#become({ kind: 'closed', error });
    this.#resolveClosed(error);
  }

  #isClosed(): boolean {
    return this.#state.kind === 'closed';
  }

  #become(state: PlatformLinkState): void {
    this.#state = state;
    this.#handlers.onState(state);
  }
}
