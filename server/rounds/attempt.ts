/**
 * Drives one attempt: it carries out the effects of the coordinator's state machine of the masked sum in order, and
 * keeps its deadlines. It ends exactly once.
 * @module
 */
import { toHex } from '../../core/encoding/canonical-bytes.ts';
import type { Cancel, Clock } from '../../core/time/clock.ts';
import type { Outcome } from '../../core/secagg/outcome.ts';
import { codeOf, messageOf } from '../../core/errors/coded-error.ts';
import { createCoordinatorSession, handleCoordinator, uploadingPlatforms } from '../../core/secagg/coordinator.ts';
import type { CoordinatorState } from '../../core/secagg/coordinator.ts';
import type { CoordinatorMessage, NamedKeys, PlatformMessage } from '../../core/secagg/messages.ts';
import type {
  CoordinatorDependencies,
  CoordinatorEffect,
  CoordinatorEvent,
  CoordinatorStage,
  Fault,
  Missing,
  SessionParameters,
} from '../../core/secagg/session.ts';

export interface AttemptOptions {
  readonly parameters: SessionParameters;
  readonly dependencies: CoordinatorDependencies;
  readonly clock: Clock;
  readonly stageTimeoutMs: number;
  /** Timeout of stage 2, which includes the training inside the platforms. */
  readonly trainTimeoutMs: number;
  /** A platform that holds an upload slot and sends nothing for this long loses the slot. */
  readonly stallMs: number;
  /** Once enough platforms have asked to upload, the others have this long before uploads begin. */
  readonly uploadGraceMs: number;
  readonly send: (to: readonly string[], message: CoordinatorMessage) => void;
  /** Stores the key list. It is durable on return. */
  readonly onKeys: (session: string, parametersHash: Uint8Array, keys: readonly NamedKeys[]) => void;
  /**
   * Charges the ledger. The charge is durable on return.
   * @throws an error that ends the attempt, e.g. if the budget is exhausted.
   */
  readonly charge: (session: string) => void;
  readonly onStage: (stage: CoordinatorStage, platforms: number) => void;
  readonly onFault: (fault: Fault) => void;
  readonly onEnd: (ending: AttemptEnding) => void;
  /** Receives a defect, an error that should be impossible, for the log. */
  readonly onDefect: (defect: unknown) => void;
}

export interface AttemptEnding {
  readonly outcome: Outcome;
  readonly text: string;
  readonly charged: boolean;
  /** The opened sum and the platforms in it; undefined unless the attempt completed. */
  readonly sum: { readonly vector: Uint32Array; readonly platforms: readonly string[] } | undefined;
  /** Platforms that fell out, or were silent until a deadline; an attempt can complete without them. */
  readonly missing: readonly Missing[];
  /** The driver's own failure, e.g. a store that cannot be written. */
  readonly error: unknown;
}

export class Attempt {
  readonly #options: AttemptOptions;
  #state: CoordinatorState;
  #stage: CoordinatorStage | undefined;
  readonly #queue: CoordinatorEvent[] = [];
  #isHandling = false;
  #cancelDeadline: Cancel = () => undefined;
  #cancelStalls: Cancel = () => undefined;
  #cancelGrace: Cancel = () => undefined;
  /** Uploading platforms, with the time of their last message. */
  readonly #heard = new Map<string, number>();
  #sum: AttemptEnding['sum'];
  #error: unknown;
  #isCharged = false;
  #isOver = false;

  /** @throws SecaggError for parameters no platform would accept. */
  constructor(options: AttemptOptions) {
    this.#options = options;
    const [state, effects] = createCoordinatorSession(options.parameters, options.dependencies);
    this.#state = state;
    this.#carryOut(effects);
  }

  get stage(): CoordinatorStage {
    return this.#state.stage;
  }

  message(from: string, message: PlatformMessage): void {
    if (message.kind === 'masked-chunk') this.#heard.set(from, this.#options.clock.now());
    this.#handle({ kind: 'message', from, message });
  }

  /** The platform's process is gone, and can take no further part in this session. */
  lost(platform: string): void {
    this.#handle({ kind: 'lost', platform });
  }

  abandon(outcome: Exclude<Outcome, 'completed'>, text: string): void {
    this.#handle({ kind: 'abandon', outcome, text });
  }

  /** Handles one event after the other, even if an effect causes the next event. */
  #handle(event: CoordinatorEvent): void {
    this.#queue.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const [state, effects] = handleCoordinator(this.#state, next);
        this.#state = state;
        this.#carryOut(effects);
      }
    } catch (defect) {
      // The state machine never throws. If it does anyway, the attempt must end, and the coordinator must continue.
      this.#options.onDefect(defect);
      this.#end('abandoned', 'a defect of the coordinator ended the attempt');
    } finally {
      this.#isHandling = false;
    }
  }

  #carryOut(effects: readonly CoordinatorEffect[]): void {
    for (const effect of effects) if (!this.#effect(effect)) return;
  }

  /** @returns true if the next effects may follow. */
  #effect(effect: CoordinatorEffect): boolean {
    const { send, onFault, clock } = this.#options;
    switch (effect.kind) {
      case 'send':
        send([effect.to], effect.message);
        return true;
      case 'broadcast':
        send(effect.to, effect.message);
        return true;
      case 'stage':
        this.#begin(effect.stage, effect.expected.length);
        return true;
      case 'persist-keys': {
        const { sessionId, parametersHash, keys } = effect;
        return this.#record(() => this.#options.onKeys(toHex(sessionId), parametersHash, keys));
      }
      case 'grace':
        this.#cancelGrace = clock.after(this.#options.uploadGraceMs, () => this.#handle({ kind: 'grace' }));
        return true;
      case 'charge':
        // Uploads are granted next, and they cost budget. So the charge must be on record first.
        this.#isCharged = this.#record(() => this.#options.charge(toHex(effect.sessionId)));
        return this.#isCharged;
      case 'fault':
        onFault(effect.fault);
        return true;
      case 'continue':
        clock.after(0, () => this.#handle({ kind: 'continue' }));
        return true;
      case 'sum':
        this.#sum = { vector: effect.sum, platforms: effect.platforms };
        return true;
      case 'end':
        this.#end(effect.outcome, effect.text, effect.missing);
        return true;
    }
  }

  #begin(stage: CoordinatorStage, platforms: number): void {
    const { clock, stageTimeoutMs, trainTimeoutMs, onStage } = this.#options;
    this.#stopTimers();
    this.#stage = stage;
    onStage(stage, platforms);
    // The opening waits for no platform, so it needs no deadline.
    if (stage === 'opening' || stage === 'ended') return;
    const timeoutMs = stage === 'masked-input' ? trainTimeoutMs : stageTimeoutMs;
    this.#cancelDeadline = clock.after(timeoutMs, () => this.#handle({ kind: 'deadline', stage }));
    if (stage === 'masked-input') this.#watchUploads();
  }

  /** @returns true if the work is on record. Otherwise the attempt ends. */
  #record(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#error = error;
      const exhausted = codeOf(error) === 'PRIVACY_BUDGET_EXHAUSTED';
      const text = exhausted ? messageOf(error) : 'the attempt could not be recorded; nothing was uploaded or opened';
      const outcome = exhausted ? 'budget-exhausted' : 'abandoned';
      this.#queue.push({ kind: 'abandon', outcome, text });
      return false;
    }
  }

  #watchUploads(): void {
    const { clock, stallMs } = this.#options;
    this.#cancelStalls = clock.after(stallMs / 2, () => {
      const now = clock.now();
      const uploading = uploadingPlatforms(this.#state);
      for (const platform of [...this.#heard.keys()]) if (!uploading.includes(platform)) this.#heard.delete(platform);
      for (const platform of uploading) {
        const heard = this.#heard.get(platform);
        if (heard === undefined) this.#heard.set(platform, now);
        else if (now - heard >= stallMs) {
          this.#heard.delete(platform);
          this.#handle({ kind: 'stalled', platform });
        }
      }
      if (this.#stage === 'masked-input' && !this.#isOver) this.#watchUploads();
    });
  }

  #end(outcome: Outcome, text: string, missing: readonly Missing[] = []): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stage = 'ended';
    this.#stopTimers();
    const sum = outcome === 'completed' ? this.#sum : undefined;
    this.#options.onEnd({ outcome, text, charged: this.#isCharged, sum, missing, error: this.#error });
  }

  #stopTimers(): void {
    this.#cancelDeadline();
    this.#cancelStalls();
    this.#cancelGrace();
  }
}
