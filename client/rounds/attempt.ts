/**
 * One attempt at a round, driven: the platform's state machine of the masked sum, its effects carried out in order, each
 * durable before the next. It ends revealed or given up, and the store says which.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { SecaggError } from '../../core/secagg/errors.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { createPlatformSession, handlePlatform } from '../../core/secagg/platform.ts';
import type { PlatformState } from '../../core/secagg/platform.ts';
import type { PlatformEffect, PlatformEvent, PlatformFloor, SessionParameters } from '../../core/secagg/session.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import type { SessionStore } from '../store/platform-store.ts';
import type { Update } from './update.ts';
import type { Log } from '../../host/log.ts';

export interface AttemptOptions {
  readonly parameters: SessionParameters;
  readonly me: { readonly id: string; readonly secretKey: Uint8Array };
  readonly engine: CryptoEngine;
  readonly random: RandomSource;
  readonly floor: PlatformFloor;
  readonly sessions: SessionStore;
  readonly log: Log;
  /** Starts computing this platform's update; the signal tells that nobody wants it any more. */
  readonly update: (signal: AbortSignal) => Promise<Update>;
  /** Resolves when the transport has room for more. */
  readonly send: (message: PlatformMessage) => Promise<void>;
  /** Charges this platform's ledger durably. @throws when the budget does not hold it. */
  readonly charge: (sessionId: string) => void;
  /** Nothing was revealed and nothing will be: the record says so, and the secrets are gone. */
  readonly onGivenUp: () => void;
  readonly onStage: (stage: PlatformState['stage']) => void;
  /** The store cannot be written: not this attempt alone is over. */
  readonly onError: (error: StoreError) => void;
}

/** Why this platform's part ended. */
export type AttemptEnding =
  | { readonly kind: 'done'; readonly outcome: string }
  | { readonly kind: 'left'; readonly code: string; readonly text: string };

export class Attempt {
  readonly ended: Promise<AttemptEnding>;
  readonly #options: AttemptOptions;
  readonly #left = new AbortController();
  /** `attemptKey`, once the attempt is on record as this process's own. */
  #entered: string | undefined;
  #state: PlatformState;
  #resolveEnded: (ending: AttemptEnding) => void = () => undefined;
  /** Events are handled one after the other, an upload included. */
  #last: Promise<void>;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    const { parameters, me, engine, random, floor, sessions } = options;
    const [state, effects] = createPlatformSession(parameters, me, {
      engine,
      random,
      floor,
      isEntered: (attempt) => sessions.find(attempt) !== undefined,
    });
    this.#state = state;
    this.#last = this.#carryOut(effects);
    if (state.stage !== 'closed') void this.#compute();
  }

  handle(event: PlatformEvent): void {
    this.#last = this.#last.then(() => this.#step(event));
  }

  /** The attempt is over, whether or not the session was told of it: keys are wiped, nothing more is sent. */
  finish(outcome: string): void {
    this.handle({ kind: 'session-end', outcome, text: '' });
  }

  /** Leaves: keys are wiped, the coordinator is told, computing stops. */
  leave(because: string): void {
    if (this.#left.signal.aborted) return;
    this.#left.abort();
    this.handle({ kind: 'stop', error: new SecaggError('SECAGG_CLOSED', because) });
  }

  async #compute(): Promise<void> {
    const { update, log } = this.#options;
    try {
      const { vector, zeroed, clamped } = await update(this.#left.signal);
      if (zeroed > 0) log.warn('contributions were not finite and count as zero', { zeroed });
      if (clamped > 0) log.warn('coordinates of the sum were clamped to the public bound', { clamped });
      this.handle({ kind: 'update', vector });
    } catch (error) {
      if (this.#left.signal.aborted) return;
      log.error('the update could not be computed', { error: error instanceof Error ? error.name : 'unknown' });
      this.leave('its update could not be computed');
    }
  }

  async #step(event: PlatformEvent): Promise<void> {
    // What was queued before this platform left must not be charged or revealed after it: the next attempt counts on it.
    if (this.#left.signal.aborted && event.kind !== 'stop') return;
    const [state, effects] = handlePlatform(this.#state, event);
    const isNewStage = state.stage !== this.#state.stage;
    this.#state = state;
    if (isNewStage) this.#options.onStage(state.stage);
    await this.#carryOut(effects);
  }

  async #carryOut(effects: readonly PlatformEffect[]): Promise<void> {
    try {
      for (const effect of effects) if (!(await this.#effect(effect))) return;
    } catch (error) {
      // A lost link or a store that cannot be written: nothing more may leave in this attempt.
      const code = codeOf(error) ?? 'INTERNAL';
      this.#options.log.warn('left the attempt', { code });
      const [state] = handlePlatform(this.#state, { kind: 'stop', error: new SecaggError('SECAGG_CLOSED', code) });
      this.#state = state;
      this.#end({ kind: 'left', code, text: messageOf(error) }, error);
    }
  }

  /** @returns whether the effects after it may follow. */
  async #effect(effect: PlatformEffect): Promise<boolean> {
    const { sessions, send, charge, log } = this.#options;
    switch (effect.kind) {
      case 'persist-entered':
        if (sessions.enter(effect.entered)) {
          this.#entered = effect.entered.attempt;
          return true;
        }
        await this.#refuse(new SecaggError('SECAGG_SPENT', 'recorded by an earlier process'));
        return false;
      case 'send':
        await send(effect.message);
        return true;
      case 'upload':
        for (const chunk of effect.chunks) {
          await send(chunk);
          if (this.#left.signal.aborted) return false;
        }
        return true;
      case 'charge':
        try {
          const session = Buffer.from(effect.sessionId).toString('hex');
          // Before the ledger: a charge whose session is unknown here would be taken back on others' word alone.
          if (this.#entered !== undefined) sessions.charging(this.#entered, session);
          charge(session);
          return true;
        } catch (error) {
          if (error instanceof StoreError) throw error;
          await this.#refuse(new SecaggError('SECAGG_CLOSED', messageOf(error)));
          return false;
        }
      case 'persist-reveal': {
        // Which shares, not the shares: what counts is that no peer is given away both ways.
        const choice = new TextEncoder().encode(
          effect.reveals.reveals.map((reveal) => `${reveal.peer}${'selfMaskShare' in reveal ? 'b' : 's'}`).join(' '),
        );
        if (sessions.reveal(effect.attempt, choice)) return true;
        await this.#refuse(
          new SecaggError('SECAGG_EQUIVOCATION', 'this attempt was given up, or revealed another choice of shares'),
        );
        return false;
      }
      case 'ignored':
        log.debug('a message of the masked sum was ignored', { code: effect.error.code });
        return true;
      case 'done':
        this.#end({ kind: 'done', outcome: effect.outcome });
        return true;
      case 'abort':
        this.#end({ kind: 'left', code: effect.error.code, text: effect.error.message });
        return true;
    }
  }

  async #refuse(error: SecaggError): Promise<void> {
    const [state, effects] = handlePlatform(this.#state, { kind: 'stop', error });
    this.#state = state;
    await this.#carryOut(effects);
  }

  /** The state machine has wiped its secrets by now. @param cause what it failed of, if it did. */
  #end(ending: AttemptEnding, cause?: unknown): void {
    this.#left.abort();
    this.#resolveEnded(ending);
    const { sessions, onGivenUp, onError } = this.#options;
    const entered = this.#entered;
    this.#entered = undefined;
    try {
      if (cause instanceof StoreError) throw cause;
      if (entered !== undefined && sessions.giveUp(entered)) onGivenUp();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // This platform ends; its next process gives up what has no ending.
      onError(error);
    }
  }
}
