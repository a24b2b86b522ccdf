/**
 * Drives one attempt at a round: it carries out the effects of the platform's state machine of the masked sum in order,
 * and each is durable before the next. The attempt ends revealed or given up, and the store records which.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import type { RandomSource } from '../../core/random/source.ts';
import { SecaggError } from '../../core/secagg/errors.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { PublicFacts } from '../../core/secagg/platform/public-facts.ts';
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
  /** Starts to compute this platform's update. The signal aborts once nobody needs it any more. */
  readonly update: (signal: AbortSignal) => Promise<Update>;
  /** Resolves once the transport has room for more. */
  readonly send: (message: PlatformMessage) => Promise<void>;
  /** Charges this platform's ledger durably. @throws an error if the budget does not allow it. */
  readonly charge: (sessionId: string) => void;
  /** Called after the attempt was given up: the record says that nothing was revealed, and the secrets are gone. */
  readonly onGivenUp: () => void;
  readonly onStage: (stage: PlatformState['stage']) => void;
  /** Receives an error of the store, which ends more than this attempt. */
  readonly onError: (error: StoreError) => void;
}

/** The reason why this platform's part ended. */
export type AttemptEnding =
  | { readonly kind: 'done'; readonly outcome: string }
  | { readonly kind: 'left'; readonly code: string; readonly text: string };

/** All platforms of this process are in the same sessions, or there is only one. */
const facts = new PublicFacts();

export class Attempt {
  readonly ended: Promise<AttemptEnding>;
  readonly #options: AttemptOptions;
  readonly #left = new AbortController();
  /** `attemptKey` of this attempt, once it is on record as entered by this process. */
  #entered: string | undefined;
  #state: PlatformState;
  #resolveEnded: (ending: AttemptEnding) => void = () => undefined;
  /** Events are handled one after the other. An upload counts as one event. */
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
      facts,
    });
    this.#state = state;
    this.#last = this.#carryOut(effects);
    if (state.stage !== 'closed') void this.#compute();
  }

  handle(event: PlatformEvent): void {
    this.#last = this.#last.then(() => this.#step(event));
  }

  /** Ends the attempt, even if the session was not told of its end: keys are wiped, and nothing more is sent. */
  finish(outcome: string): void {
    this.handle({ kind: 'session-end', outcome, text: '' });
  }

  /** Leaves the attempt: keys are wiped, the coordinator is told, and the computation stops. */
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
    // Events that were queued before the platform left must charge or reveal nothing after it, because the next attempt
    // relies on that.
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
      // After a lost link or a failed write of the store, nothing more may leave in this attempt.
      const code = codeOf(error) ?? 'INTERNAL';
      this.#options.log.warn('left the attempt', { code });
      const [state] = handlePlatform(this.#state, { kind: 'stop', error: new SecaggError('SECAGG_CLOSED', code) });
      this.#state = state;
      this.#end({ kind: 'left', code, text: messageOf(error) }, error);
    }
  }

  /** @returns true if the next effects may follow. */
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
          // The session is recorded before the charge: if it were unknown here, this platform would accept a refund on
          // the word of others.
          if (this.#entered !== undefined) sessions.charging(this.#entered, session);
          charge(session);
          return true;
        } catch (error) {
          if (error instanceof StoreError) throw error;
          await this.#refuse(new SecaggError('SECAGG_CLOSED', messageOf(error)));
          return false;
        }
      case 'persist-reveal': {
        // Records the choice of shares, not the shares. A later process must never reveal both kinds of one peer's
        // shares.
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

  /** Ends the attempt. The state machine has wiped its secrets by now. @param cause the error that ended it, if any. */
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
      // The platform stops here. Its next process gives up every attempt without an ending.
      onError(error);
    }
  }
}
