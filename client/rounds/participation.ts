/**
 * A platform's part in the rounds: the attempts that it joins or declines, and the shared model that it holds.
 * @module
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { cohortOf, roundSum, sessionParameters } from '../../core/federation/attempt.ts';
import { FederationError } from '../../core/federation/errors.ts';
import { PlatformError } from '../errors.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { firstModel } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import type { PrivacyMechanism } from '../../core/privacy/mechanism/mechanism.ts';
import { attemptCharge, proposedAttempt } from '../../core/privacy/plan/plan-events.ts';
import type { RandomStreams } from '../../core/random/streams.ts';
import { attemptKey, keysToSign } from '../../core/secagg/parameters.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import type {
  AttemptEndBody,
  AttemptStartBody,
  Body,
  LastKeysBody,
  LedgerSyncBody,
  SecaggBody,
} from '../../core/wire/body.ts';
import type { PlatformEvent } from '../events.ts';
import { sessionFloor } from '../policy.ts';
import type { PolicyFloor } from '../policy.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import { Attempt } from './attempt.ts';
import type { OwnLedger } from './own-ledger.ts';
import { Statements } from './statements.ts';
import type { RoundWork, Update } from './update.ts';
import type { Log } from '../../host/log.ts';

export interface ParticipationOptions {
  readonly plan: FederationPlan;
  readonly identity: Identity;
  readonly floor: PolicyFloor;
  readonly store: Pick<PlatformStore, 'sessions' | 'models'>;
  readonly ledger: OwnLedger;
  readonly mechanism: PrivacyMechanism;
  readonly engine: CryptoEngine;
  readonly random: RandomStreams;
  readonly log: Log;
  readonly emit: (event: PlatformEvent) => void;
  readonly send: (body: Body, session?: Uint8Array) => Promise<void>;
  /** Called after a new shared model was adopted by the encoder. */
  readonly onAdopted: () => Promise<void>;
  /**
   * Receives an error of the store, or of a shared model that cannot be adopted. The platform cannot continue after it.
   */
  readonly onError: (error: unknown) => void;
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
  'all rounds are completed' | 'the budget is spent' | 'the coordinator gave the round up for now';

export class Participation {
  /** Resolves once no further round will come, or the coordinator gives a round up. */
  readonly over: Promise<RoundsEnd>;
  readonly #options: ParticipationOptions;
  readonly #statements: Statements;
  #model: RoundWork | undefined;
  #running: Running | undefined;
  #resolveOver: (end: RoundsEnd) => void = () => undefined;
  /** Adopting and computing use the same model, so only one runs at a time. */
  #busy: Promise<void> = Promise.resolve();

  constructor(options: ParticipationOptions) {
    this.#options = options;
    this.over = new Promise((resolve) => (this.#resolveOver = resolve));
    const { plan, identity, engine, store, ledger } = options;
    // An earlier process's attempts that revealed nothing cannot do so any more, because their secrets were only in its
    // memory.
    store.sessions.giveUpAll();
    this.#statements = new Statements({
      federation: plan.manifest.federation,
      identity,
      engine,
      sessions: store.sessions,
      ledger,
      send: (body) => void options.send(body).catch(ignoreLost),
    });
    const { models } = store;
    if (models.latest() === undefined) models.accept(0, firstModel(plan));
    this.#checkOver(undefined);
  }

  /** Round of the shared model that this platform holds. */
  get round(): number {
    return this.#options.store.models.latest()?.round ?? 0;
  }

  /** The encoder is ready and charged: from now on this platform joins attempts. */
  async join(model: RoundWork): Promise<void> {
    this.#model = model;
    await this.#adoptLatest();
  }

  /** Resolves once no model is being adopted and no update computed. */
  idle(): Promise<void> {
    return this.#busy;
  }

  /** @throws StoreError. */
  onAttemptStart(body: AttemptStartBody): void {
    const { log, emit, send } = this.#options;
    this.#running?.attempt.leave('another attempt began');
    this.#running = undefined;
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
    if (isFromPlatform(message)) return;
    running.attempt.handle(message);
  }

  /** @throws PlatformError ROUND_MODEL; StoreError. */
  onAttemptEnd(body: AttemptEndBody): void {
    const { log, emit, store } = this.#options;
    const { round, attempt, outcome, text } = body;
    const running = this.#running;
    if (running !== undefined && running.round === round && running.number === attempt) {
      if (outcome === 'completed') running.attempt.finish(outcome);
      else running.attempt.leave(`the attempt ended: ${outcome}`);
      this.#running = undefined;
    }
    if (outcome === 'completed' && round > this.round) {
      this.#checkModel(body.model, round);
      store.models.accept(round, body.model);
      if (this.#model !== undefined) void this.#adoptLatest().catch(this.#options.onError);
    }
    emit({ kind: 'attempt-ended', round, attempt, outcome, text });
    const { completedRounds } = body;
    // Attempt 0 means that no attempt is made for now. The text names the reason and the condition to continue.
    if (attempt === 0) log.warn(text, { completedRounds });
    else log.info(`round ${round}, attempt ${attempt}: ${outcome}`, { completedRounds });
    this.#checkOver(body);
  }

  /** @throws StoreError. */
  onLedgerSync(body: LedgerSyncBody): void {
    const { ledger, log } = this.#options;
    this.#tellingRefunds(() => ledger.sync(body));
    if (ledger.refusal !== undefined) log.error(ledger.refusal.message, { code: ledger.refusal.code });
    this.#statements.tell();
  }

  /**
   * Checks the last keys of this platform that the coordinator holds.
   * @throws PlatformError PLATFORM_STATE_OLD if this platform signed them and its store does not know them.
   */
  onLastKeys({ round, attempt, parametersHash, keys }: LastKeysBody): void {
    const { identity, engine, store, log } = this.#options;
    const signed = keysToSign(parametersHash, keys.platform, keys);
    if (!engine.verify(signed, keys.signature, identity.identity.publicKey)) {
      log.warn('the coordinator sent keys in the name of this platform that this platform has not signed', {
        round,
        attempt,
      });
      return;
    }
    if (store.sessions.knows(keys)) return;
    throw new PlatformError(
      'PLATFORM_STATE_OLD',
      `this platform signed keys for round ${round}, attempt ${attempt}, and its state does not know them: the state was restored from an older copy, which has no record of later releases. ` +
        'With it the platform takes no part in rounds and sends no letters. Restore the latest state, or leave the federation and join again, with a new identity, by a new version of the manifest',
    );
  }

  /** The coordinator has forgotten the earlier link, so the attempt under way is lost. */
  onNewLink(): void {
    this.#statements.onNewLink();
    this.#running?.attempt.leave('the link was lost');
    this.#running = undefined;
  }

  stop(): void {
    this.#running?.attempt.leave('this platform stops');
  }

  #begin(body: AttemptStartBody): Running {
    const { plan, identity, floor, store, ledger, engine, random, log, emit, send, onError } = this.#options;
    const { round, attempt: number } = body;
    const model = this.#model;
    if (model === undefined) throw new PlatformError('PLATFORM_NOT_READY', 'this platform still prepares its encoder');
    if (ledger.refusal !== undefined) throw ledger.refusal;
    if (round <= this.round) {
      throw new PlatformError(
        'ROUND_STALE',
        `round ${round} is over: this platform holds the model of round ${this.round}`,
      );
    }
    this.#checkModel(body.model, round - 1);
    if (!cohortOf(plan, body.config).includes(identity.name)) {
      throw new FederationError('ATTEMPT_CONFIG', `platform "${identity.name}" is not in the cohort it was invited to`);
    }
    const parameters = sessionParameters(plan, body);
    const key = Buffer.from(attemptKey(engine, parameters), 'hex');
    const sum = roundSum(plan);
    ledger.check(proposedAttempt(sum, round, number));
    const attempt = new Attempt({
      parameters,
      me: { id: identity.name, secretKey: identity.identity.secretKey },
      engine,
      random: random.of(`keys/${round}/${number}`),
      floor: sessionFloor(floor),
      sessions: store.sessions,
      log,
      update: (signal) => this.#update(model, body, signal),
      send: (message) => send({ kind: 'secagg', message }, key),
      charge: (session) => {
        ledger.charge(attemptCharge(sum, round, number, session));
        emit({ kind: 'epsilon', spent: ledger.spent, budget: ledger.budget });
      },
      onGivenUp: () => this.#onGivenUp(),
      onStage: (stage) => emit({ kind: 'attempt', round, attempt: number, stage }),
      onError,
    });
    void attempt.ended.then((ending) => {
      if (ending.kind === 'left')
        log.warn(`left round ${round}, attempt ${number}: ${ending.text}`, { code: ending.code });
    });
    return { round, number, key, attempt };
  }

  #onGivenUp(): void {
    this.#tellingRefunds(() => this.#options.ledger.recheck());
    this.#statements.tell();
  }

  /** Runs `work`, and reports the refunds that the ledger took over in it. */
  #tellingRefunds(work: () => void): void {
    const { ledger, log, emit } = this.#options;
    const before = ledger.refundable();
    work();
    const left = new Set(ledger.refundable().map(({ session }) => session));
    const refunded = before.filter(({ session }) => !left.has(session));
    for (const { round, attempt } of refunded) {
      log.info(
        `round ${round}, attempt ${attempt}: the ledger took its charge back, because its sum was not opened and cannot be any more`,
      );
    }
    if (refunded.length > 0) emit({ kind: 'epsilon', spent: ledger.spent, budget: ledger.budget });
  }

  async #update(model: RoundWork, body: AttemptStartBody, signal: AbortSignal): Promise<Update> {
    const { plan, identity, mechanism, random, emit, persons } = this.#options;
    let done = 0;
    const step = Math.max(1, Math.floor(persons / 20));
    const shared: SharedModel = body.model;
    await this.#busy;
    const update = model.update({
      plan,
      platform: identity.name,
      shared,
      round: body.round,
      mechanism,
      // A seeded source, which only simulations use, gives every retry of the round the same draws. So a measurement
      // does not depend on which attempts failed.
      random: random.of(`noise/${roundSum(plan).label}/${body.round}`),
      signal,
      onContribution: () => {
        done += 1;
        if (done % step === 0) emit({ kind: 'stage', stage: 'training', fraction: Math.min(1, done / persons) });
      },
    });
    this.#busy = eitherWay(update);
    return update;
  }

  async #adoptLatest(): Promise<void> {
    const latest = this.#options.store.models.latest();
    const model = this.#model;
    if (latest === undefined || model === undefined) return;
    const adopted = this.#busy.then(() => model.adopt(trainedPart(this.#options.plan, latest.model)));
    this.#busy = eitherWay(adopted);
    await adopted;
    await this.#options.onAdopted();
  }

  /** @throws PlatformError ROUND_MODEL. */
  #checkModel(model: Float32Array, round: number): void {
    const { plan, store } = this.#options;
    const refuse = (why: string): PlatformError =>
      new PlatformError('ROUND_MODEL', `the shared model after round ${round} ${why}`);
    if (model.length !== plan.parameters) {
      throw refuse(`has ${model.length} parameters, and the manifest's strategy has ${plan.parameters}`);
    }
    if (!model.every(Number.isFinite)) throw refuse('holds NaN or infinity');
    const held = store.models.at(round);
    if (held?.some((value, index) => value !== model[index]) === true) {
      throw refuse('is not the one this platform was given before');
    }
  }

  #checkOver(ended: AttemptEndBody | undefined): void {
    const { rounds } = this.#options.plan.manifest;
    if (this.#options.plan.parameters === 0 || this.round >= rounds.count)
      this.#resolveOver('all rounds are completed');
    else if (ended?.outcome === 'budget-exhausted') this.#resolveOver('the budget is spent');
    else if (ended?.attempt === 0) {
      // Attempt 0 stands for every attempt that is not made.
      this.#resolveOver('the coordinator gave the round up for now');
    }
  }
}

function isFromPlatform(message: SecaggBody['message']): message is Exclude<typeof message, CoordinatorToPlatform> {
  return FROM_PLATFORM.has(message.kind);
}

type CoordinatorToPlatform = Parameters<Attempt['handle']>[0];

const FROM_PLATFORM: ReadonlySet<string> = new Set([
  'advertise-keys',
  'beacon-reveal',
  'share-keys',
  'upload-request',
  'masked-chunk',
  'consistency-signature',
  'reveals',
  'leave',
]);

/**
 * Waits for the work and swallows its error: the caller who started it handles the error, and the next task must still
 * run.
 */
async function eitherWay(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}

function ignoreLost(): void {
  // The link is gone. Whatever is still needed will be requested again.
}
