/**
 * The rounds of a federation, driven: opens attempts when the round machine says so, records how they end, charges the
 * ledger, moves the shared model, and tells the platforms.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { attemptConfig, roundSum, sessionParameters } from '../../core/federation/attempt.ts';
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { Outcome } from '../../core/secagg/outcome.ts';
import { OUTCOME_TEXT } from '../../core/secagg/outcome.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import type { Ledger } from '../../core/privacy/ledger/ledger.ts';
import { attemptCharge, proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { WireError } from '../../core/wire/errors.ts';
import type { AttemptDeclineBody, AttemptEndBody, Body, LastKeysBody, StatementBody } from '../../core/wire/body.ts';
import type { CoordinatorEvent, RoundsEnding } from '../events.ts';
import type { Membership } from '../membership.ts';
import type { CoordinatorStore } from '../store/coordinator-store.ts';
import { Absences } from './absences.ts';
import { attemptEnd, lastWord, latestRound } from './announcements.ts';
import { Attempt } from './attempt.ts';
import type { AttemptEnding } from './attempt.ts';
import { Declines } from './declines.ts';
import { closeInterrupted } from './interrupted.ts';
import { Refunds } from './refunds.ts';
import { beginRounds, handleRound } from './round-machine.ts';
import type { RoundEvent, RoundPolicy, RoundState, RoundStep } from './round-machine.ts';
import { roundPolicy } from './settings.ts';
import type { RoundSettings } from './settings.ts';
import { SharedModelHistory } from './shared-model.ts';
import { StageTimes } from './stage-times.ts';

export interface RoundsOptions {
  readonly plan: FederationPlan;
  readonly store: Pick<CoordinatorStore, 'rounds' | 'sessions'>;
  readonly ledger: Ledger;
  readonly membership: Membership;
  readonly engine: CryptoEngine;
  readonly clock: Clock;
  readonly settings: RoundSettings;
  /** Queues a message to those of the platforms that have a link. */
  readonly send: (to: readonly string[], body: Body, session?: Uint8Array) => void;
  /** The ledger has a new entry. */
  readonly onCharged: () => void;
  /** Queues what is new in the ledger to all platforms. */
  readonly tellLedger: () => void;
  readonly emit: (event: CoordinatorEvent) => void;
  /** The store cannot be written: the coordinator cannot go on. */
  readonly onError: (error: unknown) => void;
  /** Something threw that never should: for the log. */
  readonly onDefect: (defect: unknown) => void;
}

interface Running {
  readonly round: number;
  readonly number: number;
  readonly cohort: readonly string[];
  readonly key: Uint8Array;
  readonly attempt: Attempt;
  readonly declines: Declines;
  readonly startedAt: number;
}

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #policy: RoundPolicy;
  readonly #models: SharedModelHistory;
  readonly #refunds: Refunds;
  readonly #absences: Absences;
  readonly #stages: StageTimes;
  #state: RoundState;
  #running: Running | undefined;
  #cancelTimer: Cancel = () => undefined;
  /** How the last attempt that failed ended. */
  #failure: Outcome = 'too-few-platforms';
  #isStopped = false;

  constructor(options: RoundsOptions) {
    this.#options = options;
    const { plan, settings, store, clock, emit, ledger, engine } = options;
    this.#policy = roundPolicy(plan, settings);
    this.#models = new SharedModelHistory(plan, store.rounds);
    this.#refunds = new Refunds({
      plan,
      store,
      ledger,
      engine,
      clock,
      emit,
      onRefunded: () => this.#onRefunded(),
    });
    this.#absences = new Absences(clock, settings.absenceMs, (platform) => this.lost(platform));
    this.#stages = new StageTimes(clock, emit);
    this.#state = { kind: 'gathering', completed: this.completed, failures: 0, grace: false };
  }

  get completed(): number {
    return this.#models.completedRounds;
  }

  get state(): RoundState {
    return this.#state;
  }

  /** Rounds this federation will have. */
  get of(): number {
    return this.#policy.rounds;
  }

  get ending(): RoundsEnding | undefined {
    return this.#state.kind === 'over' ? this.#state.ending : undefined;
  }

  get underWay(): { readonly round: number; readonly attempt: number; readonly stage: string } | undefined {
    const running = this.#running;
    return running && { round: running.round, attempt: running.number, stage: running.attempt.stage };
  }

  /** Platforms whose statements could free room in the budget, while rounds pause for them. */
  get waitingFor(): readonly string[] | undefined {
    return this.#state.kind === 'waiting' ? this.#refunds.missing : undefined;
  }

  /** Goes on where the store says. An attempt that was under way when an earlier process ended is closed. */
  start(): void {
    const { store, ledger, clock } = this.#options;
    closeInterrupted(store.rounds, ledger, clock.now());
    this.#refunds.look();
    this.#step(beginRounds(this.#policy, this.completed));
  }

  /** Membership changed. */
  update(): void {
    this.#event({ kind: 'ready', platforms: this.#options.membership.ready.length });
  }

  /** A platform came with a new link, or its link is gone: it has no part in what is under way. */
  lost(platform: string): void {
    if (this.#running?.cohort.includes(platform) === true) this.#running.attempt.lost(platform);
  }

  /** Its connection broke: it may come back, but the others do not wait for long. */
  left(platform: string): void {
    if (this.#running?.cohort.includes(platform) === true) this.#absences.left(platform);
  }

  back(platform: string): void {
    this.#absences.back(platform);
  }

  /** What a platform that connects anew must know: the shared model it may have missed, and whether rounds are over. */
  news(): readonly AttemptEndBody[] {
    const news = [latestRound(this.#models.latest, this.#options.store.rounds), lastWord(this.#state, this.#failure)];
    return news.filter((body) => body !== undefined);
  }

  /** @throws WireError WIRE_UNEXPECTED when no such attempt is open, or the platform has no part in it. */
  secagg(from: string, message: PlatformMessage, session: Uint8Array): void {
    const running = this.#running;
    if (running === undefined || Buffer.compare(running.key, session) !== 0) {
      throw new WireError('WIRE_UNEXPECTED', `${message.kind} of an attempt that is not open`);
    }
    running.attempt.message(from, message);
  }

  /** The last keys that the platform signed; it is shown them before all else. */
  lastKeys(platform: string): LastKeysBody | undefined {
    const listed = this.#options.store.sessions.last(platform);
    const keys = listed?.keys.find(({ id }) => id === platform);
    if (listed === undefined || keys === undefined) return undefined;
    const { round, attempt, parametersHash } = listed;
    return { kind: 'last-keys', round, attempt, parametersHash, keys };
  }

  /** A platform gave an attempt up. */
  stated(from: string, statement: StatementBody): void {
    this.#refunds.take(from, statement);
  }

  declined(from: string, decline: AttemptDeclineBody): void {
    const running = this.#running;
    this.#options.emit({ kind: 'declined', platform: from, code: decline.code });
    if (running?.round !== decline.round || running.number !== decline.attempt) return;
    const verdict = running.declines.add(from, decline);
    if (verdict !== undefined) running.attempt.abandon(verdict.outcome, verdict.text);
    else running.attempt.lost(from);
  }

  /** Ends what is under way, as abandoned. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#absences.stop();
    this.#refunds.stop();
    this.#running?.attempt.abandon('abandoned', 'the coordinator is stopping');
  }

  #event(event: RoundEvent): void {
    if (!this.#isStopped) this.#step(handleRound(this.#policy, this.#state, event));
  }

  #step([state, effects]: RoundStep): void {
    this.#state = state;
    const { clock, membership, emit } = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'open':
          this.#open(effect.round);
          break;
        case 'timer':
          this.#cancelTimer();
          this.#cancelTimer = clock.after(effect.delayMs, () => {
            this.#event({ kind: 'timer', ready: membership.ready.length });
          });
          break;
        case 'cancel-timer':
          this.#cancelTimer();
          break;
        case 'waiting':
          emit({ kind: 'waiting', platforms: this.#refunds.missing, seconds: this.#policy.statementsMs / 1000 });
          break;
        case 'over': {
          emit({ kind: 'rounds-over', ending: effect.ending, completedRounds: state.completed });
          const word = lastWord(state, this.#failure);
          if (word !== undefined) this.#tellEveryone(word);
          break;
        }
      }
    }
  }

  #open(round: number): void {
    const { plan, store, ledger, membership, clock, engine, emit, send, settings, onError } = this.#options;
    const cohort = membership.ready;
    const number = store.rounds.lastAttempt(round) + 1;
    const startedAt = clock.now();
    const sum = roundSum(plan);
    // Nothing is begun, let alone opened, that the budget does not hold.
    if (ledger.refusal(proposedAttempt(sum, round, number)) !== undefined) {
      this.#event({ kind: 'refused', mayBeRefunded: this.#refunds.isPossible });
      return;
    }
    try {
      store.rounds.begin({ round, attempt: number, cohort, startedAt });
      const config = attemptConfig(plan, cohort);
      const model = this.#models.current;
      const parameters = sessionParameters(plan, { round, attempt: number, config, model });
      const session = Buffer.from(attemptKey(engine, parameters), 'hex');
      emit({ kind: 'attempt', round, of: this.#policy.rounds, attempt: number, cohort });
      send(cohort, { kind: 'attempt-start', round, attempt: number, config, model }, session);
      const attempt = new Attempt({
        parameters,
        dependencies: { engine, ...settings.uploads },
        clock,
        stageTimeoutMs: plan.manifest.rounds.stageTimeoutMs,
        trainTimeoutMs: plan.manifest.rounds.trainTimeoutMs,
        stallMs: plan.manifest.rounds.stageTimeoutMs,
        // Stage 2 ends at its deadline all the same: most of it is for the uploads.
        uploadGraceMs: Math.min(settings.uploadGraceMs, plan.manifest.rounds.trainTimeoutMs / 4),
        send: (to, message) => send(to, { kind: 'secagg', message }, session),
        onKeys: (id, parametersHash, keys) => {
          store.sessions.list({ round, attempt: number, session: id, parametersHash, keys });
        },
        charge: (id) => {
          ledger.charge(attemptCharge(sum, round, number, id));
          this.#options.onCharged();
        },
        onStage: (stage, platforms) => {
          this.#stages.begin(stage);
          emit({ kind: 'stage', round, attempt: number, stage, platforms });
        },
        onFault: ({ platform, code }) => emit({ kind: 'fault', platform, code }),
        onEnd: (ending) => this.#onEnd(ending),
        onDefect: this.#options.onDefect,
      });
      const declines = new Declines(cohort.length, this.#policy.needed);
      this.#running = { round, number, cohort, key: session, attempt, declines, startedAt };
    } catch (error) {
      onError(error);
    }
  }

  #onEnd({ outcome, text, charged, sum, error }: AttemptEnding): void {
    const { store, clock, emit, membership, tellLedger, onError } = this.#options;
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#absences.stop();
    this.#stages.end();
    const { round, number, startedAt } = running;
    const endedAt = clock.now();
    const ended = { round, attempt: number, outcome, text, platforms: sum?.platforms ?? [], charged, endedAt };
    // Not before: those that took part charge themselves, and do not learn of it from here.
    if (charged) tellLedger();
    try {
      const model = sum === undefined ? undefined : this.#models.complete(ended, sum.vector);
      if (model === undefined) store.rounds.end(ended);
      // Statements may have come before the end.
      if (charged && model === undefined) this.#refunds.look();
      const told = { round, attempt: number, outcome, text, completedRounds: this.completed };
      this.#tellEveryone(attemptEnd({ ...told, ...(model && { model }) }));
    } catch (failure) {
      const told = { round, attempt: number, outcome: 'abandoned', text: OUTCOME_TEXT.abandoned } as const;
      this.#tellEveryone(attemptEnd({ ...told, completedRounds: round - 1 }));
      onError(failure);
      return;
    }
    if (outcome !== 'completed') this.#failure = outcome;
    const seconds = (endedAt - startedAt) / 1000;
    const completedRounds = this.completed;
    emit({ kind: 'attempt-ended', round, attempt: number, outcome, text, charged, seconds, completedRounds });
    const isStoreError = error !== undefined && outcome !== 'budget-exhausted';
    if (isStoreError) onError(error);
    else this.#event({ kind: 'attempt-ended', outcome, ready: membership.ready.length });
  }

  #onRefunded(): void {
    const { membership, onCharged, tellLedger } = this.#options;
    onCharged();
    tellLedger();
    this.#event({ kind: 'refunded', ready: membership.ready.length });
  }

  #tellEveryone(body: AttemptEndBody): void {
    this.#options.send(
      this.#options.plan.manifest.platforms.map(({ name }) => name),
      body,
    );
  }
}
