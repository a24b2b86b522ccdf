/**
 * A platform's part in the rounds: it joins an attempt or declines it, and adopts the shared model of a completed round.
 * @module
 */
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { cohortOf, roundSum, sessionParameters } from '../../core/federation/attempt.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { attemptCharge, proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import type {
  AttemptEndBody,
  AttemptStartBody,
  LastKeysBody,
  LedgerSyncBody,
  SecaggBody,
} from '../../core/wire/body.ts';
import { isStopped } from '../../core/transfer/training/stopping.ts';
import { isPlatformMessage } from '../../core/wire/secagg-codec.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { stillTeach } from '../releases/teachers.ts';
import type { Context } from '../context.ts';
import { PlatformError } from '../errors.ts';
import { sessionFloor } from '../policy.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import { Attempt } from './attempt.ts';
import { HeldModel, notReady } from './held-model.ts';
import type { Ties } from './held-model.ts';
import { checkLastKeys } from './last-keys.ts';
import { Settlement } from './settlement.ts';
import type { RoundWork, Update } from './update.ts';

type Needed = ('plan' | 'identity' | 'floor' | 'ledger' | 'engine' | 'random') | ('log' | 'emit' | 'send' | 'onError');

export interface ParticipationOptions extends Context<Needed> {
  readonly store: Pick<PlatformStore, 'sessions' | 'models'>;
  /** Number of this platform's persons, only for its own progress view. */
  readonly persons: number;
}

interface Running {
  readonly round: number;
  readonly number: number;
  readonly key: Uint8Array;
  readonly attempt: Attempt;
}

/** The reason why the rounds ended. A round that was given up may be tried again, and the platform then joins it. */
export type RoundsEnd =
  | 'all rounds are completed'
  | 'the loss of held-out persons has stopped falling'
  | 'the budget is spent'
  | 'the coordinator gave the round up for now';

export class Participation {
  /** Resolves once no further round will come, or the coordinator gives a round up. */
  readonly over: Promise<RoundsEnd>;
  readonly #options: ParticipationOptions;
  readonly #model: HeldModel;
  readonly #settlement: Settlement;
  #running: Running | undefined;
  #resolveOver: (end: RoundsEnd) => void = () => undefined;

  constructor(options: ParticipationOptions) {
    this.#options = options;
    this.over = new Promise((resolve) => (this.#resolveOver = resolve));
    const { sessions } = options.store;
    // An earlier process's attempts that revealed nothing cannot do so any more, because their secrets were only in its
    // memory.
    sessions.giveUpAll();
    this.#settlement = new Settlement({
      ...options,
      sessions,
      send: (body) => void options.send(body).catch(ignoreLost),
    });
    this.#model = new HeldModel(options);
    this.#checkOver(undefined);
  }

  /** Round of the shared model that this platform holds. */
  get round(): number {
    return this.#model.round;
  }

  /** The encoder is ready and charged: from now on this platform joins attempts. */
  join(encoder: RoundWork, ties: Ties = {}): Promise<void> {
    return this.#model.join(encoder, ties);
  }

  /** Resolves once no model is being adopted and no update computed. */
  idle(): Promise<void> {
    return this.#model.idle();
  }

  /** The coordinator has forgotten the earlier link, so the attempt under way is lost. */
  onNewLink(): void {
    this.#settlement.onNewLink();
    this.#leave('the link was lost');
  }

  stop(): void {
    this.#running?.attempt.leave('this platform stops');
  }

  /** @throws PlatformError PLATFORM_STATE_OLD. */
  onLastKeys(body: LastKeysBody): void {
    checkLastKeys(body, this.#options, this.#options.store);
  }

  /** @throws StoreError. */
  onLedgerSync(body: LedgerSyncBody): void {
    this.#settlement.onLedgerSync(body);
  }

  /** @throws StoreError. */
  onAttemptStart(body: AttemptStartBody): void {
    const { log, emit, send } = this.#options;
    this.#leave('another attempt began');
    const { round, attempt } = body;
    try {
      this.#running = this.#begin(body);
      emit({ kind: 'attempt', round, attempt, stage: 'begun' });
    } catch (error) {
      // A store error is no reason to decline one attempt: it ends the platform.
      if (error instanceof StoreError) throw error;
      const code = codeOf(error) ?? 'PLATFORM_NOT_READY';
      const text = messageOf(error);
      log.warn(`declined round ${round}, attempt ${attempt}: ${text}`, { code });
      emit({ kind: 'declined', round, attempt, code });
      void send({ kind: 'attempt-decline', round, attempt, code, text: text.slice(0, 400) }).catch(ignoreLost);
    }
  }

  onSecagg({ message }: SecaggBody, session: Uint8Array): void {
    const running = this.#running;
    // Ignores messages of an attempt that is over, or that this platform declined.
    if (running === undefined || Buffer.compare(running.key, session) !== 0) return;
    if (!isPlatformMessage(message)) running.attempt.handle(message);
  }

  /** @throws PlatformError ROUND_MODEL; StoreError. */
  onAttemptEnd(body: AttemptEndBody): void {
    const { log, emit, onError } = this.#options;
    const { round, attempt, outcome, text, completedRounds } = body;
    if (this.#running?.round === round && this.#running.number === attempt) {
      if (outcome === 'completed') this.#running.attempt.finish(outcome);
      else this.#running.attempt.leave(`the attempt ended: ${outcome}`);
      this.#running = undefined;
    }
    if (outcome === 'completed' && round > this.round) {
      this.#model.accept(round, body.model);
      void this.#model.adopt().catch(onError);
    }
    emit({ kind: 'attempt-ended', round, attempt, outcome, text });
    // Attempt 0 means that no attempt is made for now. The text names the reason and the condition to continue.
    if (attempt === 0) log.warn(text, { completedRounds });
    else log.info(`round ${round}, attempt ${attempt}: ${outcome}`, { completedRounds });
    this.#checkOver(body);
  }

  #leave(because: string): void {
    this.#running?.attempt.leave(because);
    this.#running = undefined;
  }

  /** @throws the reason to decline the attempt. */
  #begin(body: AttemptStartBody): Running {
    const { plan, identity, floor, store, ledger, engine, random, log, emit, send, onError } = this.#options;
    const { round, attempt: number } = body;
    const { ties } = this.#model;
    if (ties === undefined) throw notReady();
    if (ledger.refusal !== undefined) throw ledger.refusal;
    if (round <= this.round) {
      const text = `round ${round} is over: this platform holds the model of round ${this.round}`;
      throw new PlatformError('ROUND_STALE', text);
    }
    this.#model.check(round - 1, body.model);
    // A platform charges no round that the model it holds has no use for.
    if (isStopped(plan.shared, body.model)) {
      const text = `the rounds stopped after round ${round - 1}: the loss of held-out persons has stopped falling`;
      throw new PlatformError('ROUND_STALE', text);
    }
    if (!cohortOf(plan, body.config).includes(identity.name)) {
      throw new FederationError('ATTEMPT_CONFIG', `platform "${identity.name}" is not in the cohort it was invited to`);
    }
    const parameters = sessionParameters(plan, body);
    const key = Buffer.from(attemptKey(engine, parameters), 'hex');
    const sum = roundSum(plan);
    ledger.check(proposedAttempt(sum, round, number));
    const { linked } = ties;
    const teaching = linked?.();
    const attempt = new Attempt({
      parameters,
      me: { id: identity.name, secretKey: identity.identity.secretKey },
      engine,
      random: random.of(`keys/${round}/${number}`),
      floor: sessionFloor(floor),
      sessions: store.sessions,
      log,
      update: (signal) => this.#update(body, teaching, signal),
      send: (message) => send({ kind: 'secagg', message }, key),
      charge: (session) => {
        // The last moment before the upload. A consent may have been withdrawn or expired since the update was made.
        if (teaching !== undefined && linked !== undefined && !stillTeach(teaching, linked())) throw outdated();
        ledger.charge(attemptCharge(sum, round, number, session));
        emit({ kind: 'epsilon', spent: ledger.spent, budget: ledger.budget });
      },
      onGivenUp: () => this.#settlement.onGivenUp(),
      onStage: (stage) => emit({ kind: 'attempt', round, attempt: number, stage }),
      onError,
    });
    void attempt.ended.then((ending) => {
      if (ending.kind === 'left')
        log.warn(`left round ${round}, attempt ${number}: ${ending.text}`, { code: ending.code });
    });
    return { round, number, key, attempt };
  }

  #update(
    { model, round }: AttemptStartBody,
    linked: readonly ReceivedRepresentations[] | undefined,
    signal: AbortSignal,
  ): Promise<Update> {
    const { emit, persons } = this.#options;
    let done = 0;
    const step = Math.max(1, Math.floor(persons / 20));
    return this.#model.update({
      shared: model,
      round,
      ...(linked && { linked }),
      signal,
      onContribution: () => {
        done += 1;
        if (done % step === 0) emit({ kind: 'stage', stage: 'training', fraction: Math.min(1, done / persons) });
      },
    });
  }

  #checkOver(ended: AttemptEndBody | undefined): void {
    const { parameters, manifest } = this.#options.plan;
    if (parameters === 0 || this.round >= manifest.rounds.count) this.#resolveOver('all rounds are completed');
    else if (this.#model.isStopped) this.#resolveOver('the loss of held-out persons has stopped falling');
    else if (ended?.outcome === 'budget-exhausted') this.#resolveOver('the budget is spent');
    else if (ended?.attempt === 0) {
      // Attempt 0 stands for every attempt that is not made.
      this.#resolveOver('the coordinator gave the round up for now');
    }
  }
}

const outdated = (): PlatformError =>
  new PlatformError('PLATFORM_NOT_READY', 'its update is out of date; it makes another one for the next attempt');

function ignoreLost(): void {
  // The link is gone. Whatever is still needed will be requested again.
}
