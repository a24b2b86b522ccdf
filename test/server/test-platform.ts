/**
 * A platform of a tiny federation: the real masked sum over a real link. A test decides what it adds, and at which
 * point it dies.
 */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { sessionParameters } from '../../core/federation/attempt.ts';
import type { Clock } from '../../core/time/clock.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { toRing } from '../../core/privacy/mechanism/ring.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { createPlatformSession, handlePlatform } from '../../core/secagg/platform.ts';
import type { PlatformState } from '../../core/secagg/platform.ts';
import type { PlatformEffect, PlatformEvent } from '../../core/secagg/session.ts';
import type { AttemptEndBody, AttemptStartBody, Body } from '../../core/wire/body.ts';
import { isPlatformMessage } from '../../core/wire/secagg-codec.ts';
import type { PlatformLink, PlatformTransport, WireFailure } from '../../core/wire/transport.ts';
import type { PlatformEndOptions } from '../../core/wire/platform-end.ts';
import { raise, testRandom } from '../../compliance/wire-federation.ts';
import type { TinyFederation } from './tiny-federation.ts';

export type MakeTransport = (options: Omit<PlatformEndOptions, 'dial'>) => PlatformTransport;

export interface TestPlatformOptions {
  readonly federation: TinyFederation;
  readonly identity: Identity;
  readonly transport: MakeTransport;
  readonly clock: Clock;
  /** The integers that it adds in a round. */
  readonly integers?: (round: number) => Float64Array;
  /** False: its process dies instead of sending this. */
  readonly sends?: (message: PlatformMessage, round: number, attempt: number) => boolean;
  /** The message that it sends instead, if any. Undefined: it sends nothing, and its connection stays open. */
  readonly bends?: (message: PlatformMessage, round: number) => PlatformMessage | undefined;
  /** A code: declines the attempt with it. */
  readonly declines?: (start: AttemptStartBody) => string | undefined;
  readonly prepared?: boolean;
}

export class TestPlatform {
  readonly name: string;
  readonly received: Body[] = [];
  readonly failures: WireFailure[] = [];
  readonly ends: AttemptEndBody[] = [];
  readonly link: PlatformLink;
  readonly #options: TestPlatformOptions;
  #state: PlatformState | undefined;
  #key = new Uint8Array(0);
  #at = { round: 0, attempt: 0 };
  #isDead = false;
  #onEnd: ((end: AttemptEndBody) => boolean)[] = [];

  constructor(options: TestPlatformOptions) {
    this.#options = options;
    const { federation, identity, clock } = options;
    this.name = identity.name;
    const random = testRandom(`wire/${identity.name}`);
    const transport = options.transport({
      identity: wireIdentity(federation.manifest, identity),
      clock,
      random,
      firstPauseMs: 1,
      lastPauseMs: 20,
    });
    this.link = transport.connect({
      onBody: (body, session) => this.#take(body, session),
      onState: (state) => {
        if (state.kind !== 'online' || state.resumed) return;
        this.#state = undefined;
        this.say(options.prepared ?? true);
      },
      onFailure: (failure) => this.failures.push(failure),
      onDefect: raise,
    });
  }

  /** The first end of an attempt that passes the test. */
  ended(accept: (end: AttemptEndBody) => boolean): Promise<AttemptEndBody> {
    const known = this.ends.find(accept);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#onEnd.push((end) => accept(end) && (resolve(end), true)));
  }

  say(prepared: boolean): void {
    void this.link.send({ kind: 'status', stage: prepared ? 'ready' : 'preparing', fraction: 0, prepared });
  }

  /** Behaves like a killed process: nothing more is sent, and its connection ends. */
  async die(): Promise<void> {
    this.#isDead = true;
    await this.link.close();
  }

  #take(body: Body, session: Uint8Array): void {
    this.received.push(body);
    if (body.kind === 'attempt-start') this.#begin(body);
    if (body.kind === 'attempt-end') {
      this.ends.push(body);
      this.#onEnd = this.#onEnd.filter((listener) => !listener(body));
    }
    if (body.kind === 'secagg' && Buffer.compare(session, this.#key) === 0 && !isPlatformMessage(body.message)) {
      this.#handle(body.message);
    }
  }

  #begin(start: AttemptStartBody): void {
    const { federation, identity, declines, integers } = this.#options;
    const { round, attempt } = start;
    const code = declines?.(start);
    if (code !== undefined) {
      void this.link.send({ kind: 'attempt-decline', round, attempt, code, text: 'as the test says' });
      return;
    }
    const parameters = sessionParameters(federation.plan, start);
    this.#at = { round, attempt };
    this.#key = Buffer.from(attemptKey(nodeEngine, parameters), 'hex');
    const [state, effects] = createPlatformSession(
      parameters,
      { id: identity.name, secretKey: identity.identity.secretKey },
      {
        engine: nodeEngine,
        random: testRandom(`secagg/${identity.name}/${String(round)}/${String(attempt)}/${String(Math.random())}`),
        floor: { platforms: 3, tNoise: 3, colluders: 0 },
        isEntered: () => false,
      },
    );
    this.#state = state;
    this.#carryOut(effects);
    const plain = integers?.(round) ?? new Float64Array(federation.plan.parameters).fill(1);
    this.#handle({ kind: 'update', vector: toRing(plain, federation.plan.privacy.ringBits) });
  }

  #handle(event: PlatformEvent): void {
    if (this.#state === undefined || this.#isDead) return;
    const [state, effects] = handlePlatform(this.#state, event);
    this.#state = state;
    this.#carryOut(effects);
  }

  #carryOut(effects: readonly PlatformEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.#send(effect.message);
      if (effect.kind === 'upload') for (const chunk of effect.chunks) this.#send(chunk);
    }
  }

  #send(message: PlatformMessage): void {
    if (this.#isDead) return;
    if (this.#options.sends?.(message, this.#at.round, this.#at.attempt) === false) {
      void this.die();
      return;
    }
    const { bends = (same: PlatformMessage) => same } = this.#options;
    const sent = bends(message, this.#at.round);
    if (sent !== undefined) void this.link.send({ kind: 'secagg', message: sent }, this.#key);
  }
}
