/**
 * Drives the rounds of a federation: it opens attempts when the round machine says so, records their ends, charges the
 * ledger, updates the shared model, and tells the platforms.
 * @module
 */
import { roundSum } from '../../core/federation/attempt.ts';
import type { Cancel } from '../../core/time/clock.ts';
import type { Outcome } from '../../core/secagg/outcome.ts';
import { OUTCOME_TEXT } from '../../core/secagg/outcome.ts';
import { proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { WireError } from '../../core/wire/errors.ts';
import type { AttemptDeclineBody, AttemptEndBody, LastKeysBody, StatementBody } from '../../core/wire/body.ts';
import type { RoundsEnding } from '../events.ts';
import { Absences } from './absences.ts';
import { attemptEnd, lastWord, latestRound } from './announcements.ts';
import type { Attempt, AttemptEnding } from './attempt.ts';
import { Attendance } from './attendance.ts';
import { Declines } from './declines.ts';
import { closeInterrupted } from './interrupted.ts';
import { missingText } from './missed.ts';
import type { Missed } from './missed.ts';
import { openAttempt } from './open-attempt.ts';
import { Refunds } from './refunds.ts';
import { beginRounds, handleRound } from './round-machine.ts';
import type { RoundEvent, RoundPolicy, RoundState, RoundStep } from './round-machine.ts';
import { roundPolicy } from './settings.ts';
import type { RoundsOptions } from './rounds-options.ts';
import { SharedModelHistory } from './shared-model.ts';
import { StageTimes } from './stage-times.ts';

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
  readonly #attendance: Attendance;
  #state: RoundState;
  #running: Running | undefined;
  #cancelTimer: Cancel = () => undefined;
  /** Outcome of the last failed attempt. */
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
    this.#attendance = new Attendance(options.membership, this.#policy.needed);
    this.#state = { kind: 'gathering', completed: this.completed, failures: 0, grace: false };
  }

  get completed(): number {
    return this.#models.completedRounds;
  }

  get state(): RoundState {
    return this.#state;
  }

  /** Number of rounds that this federation plans. */
  get of(): number {
    return this.#policy.rounds;
  }

  get ending(): RoundsEnding | undefined {
    if (this.#state.kind === 'given-up') return 'gave-up';
    return this.#state.kind === 'over' ? this.#state.ending : undefined;
  }

  /** Platforms that the failed attempts at the current round lacked. */
  get missed(): readonly Missed[] {
    return this.#attendance.missed;
  }

  /** Number of attempts that the platform still sits out, if the others are enough. */
  sitsOut(platform: string): number {
    return this.#attendance.sitsOut(platform);
  }

  get underWay(): { readonly round: number; readonly attempt: number; readonly stage: string } | undefined {
    const running = this.#running;
    return running && { round: running.round, attempt: running.number, stage: running.attempt.stage };
  }

  /** Platforms whose statements could free budget, while the rounds wait for them; else undefined. */
  get waitingFor(): readonly string[] | undefined {
    return this.#state.kind === 'waiting' ? this.#refunds.missing : undefined;
  }

  /** Continues from the state in the store. An attempt that an earlier process left open is closed. */
  start(): void {
    const { store, ledger, clock } = this.#options;
    closeInterrupted(store.rounds, ledger, clock.now());
    this.#refunds.look();
    this.#step(beginRounds(this.#policy, this.completed, this.#models.hasStopped));
  }

  /** Must be called when membership has changed. */
  update(): void {
    this.#event({ kind: 'ready', ...this.#attendance.present });
  }

  /** A platform shows that it lives: the coordinator tries a round again that it gave up for lack of this platform. */
  cameBack(platform: string): void {
    this.#attendance.cameBack(platform);
    if (this.#attendance.isBack) this.#event({ kind: 'back' });
  }

  /** A platform lost its link, or came with a new one: it can take no further part in the attempt under way. */
  lost(platform: string): void {
    if (this.#running?.cohort.includes(platform) === true) this.#running.attempt.lost(platform);
  }

  /** A platform's connection broke. It may come back, but the others do not wait long. */
  left(platform: string): void {
    if (this.#running?.cohort.includes(platform) === true) this.#absences.left(platform);
  }

  back(platform: string): void {
    this.#absences.back(platform);
  }

  /**
   * Messages for a platform that connects again: the shared model that it may have missed, and the end of the rounds.
   */
  news(): readonly AttemptEndBody[] {
    const news = [latestRound(this.#models.latest, this.#options.store.rounds), this.#lastWord()];
    return news.filter((body) => body !== undefined);
  }

  /** @throws WireError WIRE_UNEXPECTED if no such attempt is open, or the platform has no part in it. */
  secagg(from: string, message: PlatformMessage, session: Uint8Array): void {
    const running = this.#running;
    if (running === undefined || Buffer.compare(running.key, session) !== 0) {
      throw new WireError('WIRE_UNEXPECTED', `${message.kind} of an attempt that is not open`);
    }
    running.attempt.message(from, message);
  }

  /**
   * The last keys that the platform signed. It gets them before all else, so that it notices if its own state was
   * set back to an earlier one.
   */
  lastKeys(platform: string): LastKeysBody | undefined {
    const listed = this.#options.store.sessions.last(platform);
    const keys = listed?.keys.find(({ id }) => id === platform);
    if (listed === undefined || keys === undefined) return undefined;
    const { round, attempt, parametersHash } = listed;
    return { kind: 'last-keys', round, attempt, parametersHash, keys };
  }

  /** A platform stated that it gave an attempt up. */
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

  /** Abandons the attempt under way. */
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
    const { clock, emit } = this.#options;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'open':
          this.#open(effect.round);
          break;
        case 'grace-over':
          this.#attendance.graceIsOver();
          break;
        case 'timer':
          this.#cancelTimer();
          this.#cancelTimer = clock.after(effect.delayMs, () => {
            this.#event({ kind: 'timer', ...this.#attendance.present });
          });
          break;
        case 'cancel-timer':
          this.#cancelTimer();
          break;
        case 'waiting':
          emit({ kind: 'waiting', platforms: this.#refunds.missing, seconds: this.#policy.statementsMs / 1000 });
          break;
        case 'gave-up':
          this.#over('gave-up');
          // The platform may have come back before the attempt that had lost it ended.
          if (this.#attendance.isBack) this.#event({ kind: 'back' });
          break;
        case 'resumed':
          emit({ kind: 'rounds-resumed', round: state.completed + 1 });
          break;
        case 'over':
          this.#over(effect.ending);
          break;
      }
    }
  }

  #over(ending: RoundsEnding): void {
    const completedRounds = this.#state.completed;
    const missed = ending === 'gave-up' ? this.missed : [];
    this.#options.emit({ kind: 'rounds-over', ending, completedRounds, missed });
    const word = this.#lastWord();
    if (word !== undefined) this.#tellEveryone(word);
  }

  #lastWord(): AttemptEndBody | undefined {
    return lastWord(this.#state, this.#failure, this.missed);
  }

  #open(round: number): void {
    const { plan, store, ledger, clock, onError } = this.#options;
    const cohort = this.#attendance.invited();
    const number = store.rounds.lastAttempt(round) + 1;
    const startedAt = clock.now();
    // An attempt begins only if the budget allows it.
    if (ledger.refusal(proposedAttempt(roundSum(plan), round, number)) !== undefined) {
      this.#event({ kind: 'refused', mayBeRefunded: this.#refunds.isPossible });
      return;
    }
    try {
      store.rounds.begin({ round, attempt: number, cohort, startedAt });
      this.#attendance.began(cohort);
      const model = this.#models.current;
      const begun = { round, number, cohort, model };
      const { key, attempt } = openAttempt(this.#options, begun, {
        onStage: (stage) => this.#stages.begin(stage),
        onEnd: (ending) => this.#onEnd(ending),
      });
      const declines = new Declines(cohort.length, this.#policy.needed);
      this.#running = { round, number, cohort, key, attempt, declines, startedAt };
    } catch (error) {
      onError(error);
    }
  }

  #onEnd({ outcome, text: why, charged, sum, missing, error }: AttemptEnding): void {
    const { store, clock, emit, tellLedger, onError } = this.#options;
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#absences.stop();
    this.#stages.end();
    const { round, number, cohort, startedAt } = running;
    const endedAt = clock.now();
    const named = running.declines.named(missing);
    const lacked = outcome === 'completed' ? named : [...named, ...this.#attendance.absent(cohort)];
    const text = outcome === 'completed' || lacked.length === 0 ? why : `${why}; missing: ${missingText(lacked)}`;
    for (const sitsOut of this.#attendance.ended(cohort, lacked, outcome)) emit({ kind: 'sits-out', ...sitsOut });
    const ended = { round, attempt: number, outcome, text, platforms: sum?.platforms ?? [], charged, endedAt };
    // The ledger is told only now: platforms that took part charge themselves, without the coordinator's word.
    if (charged) tellLedger();
    try {
      const model = sum === undefined ? undefined : this.#models.complete(ended, sum.vector);
      if (model === undefined) store.rounds.end(ended);
      // Statements may have arrived before the end.
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
    else
      this.#event({ kind: 'attempt-ended', outcome, hasStopped: this.#models.hasStopped, ...this.#attendance.present });
  }

  #onRefunded(): void {
    const { onCharged, tellLedger } = this.#options;
    onCharged();
    tellLedger();
    this.#event({ kind: 'refunded', ...this.#attendance.present });
  }

  #tellEveryone(body: AttemptEndBody): void {
    this.#options.send(
      this.#options.plan.manifest.platforms.map(({ name }) => name),
      body,
    );
  }
}
