/**
 * The shared model through the rounds: an opened sum moves it to its next version. Round 0 is the manifest's public
 * first model.
 * @module
 */
import { roundSum } from '../../core/federation/attempt.ts';
import { firstModel } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { keptModel, nextModel } from '../../core/federation/shared-model.ts';
import { centre } from '../../core/privacy/mechanism/ring.ts';
import { mechanismOf } from '../../core/privacy/plan/plan-lookups.ts';
import { isStopped } from '../../core/transfer/training/stopping.ts';
import type { AttemptEnded, CompletedRound, RoundStore } from '../store/coordinator-store.ts';

export class SharedModelHistory {
  readonly #plan: FederationPlan;
  readonly #store: RoundStore;
  /** The last completed round. It is kept in memory, so that a large model is read from the store only once. */
  #latest: CompletedRound | undefined;
  #first: Float32Array | undefined;

  constructor(plan: FederationPlan, store: RoundStore) {
    this.#plan = plan;
    this.#store = store;
    this.#latest = store.latest();
  }

  get latest(): CompletedRound | undefined {
    return this.#latest;
  }

  get completedRounds(): number {
    return this.#latest?.round ?? 0;
  }

  /** The model that the next attempt trains from. */
  get current(): Float32Array {
    return this.#latest?.model ?? this.#firstModel;
  }

  /** True if the model's loss no longer falls, so that no further round begins. */
  get hasStopped(): boolean {
    return isStopped(this.#plan.shared, this.current);
  }

  /**
   * Moves the model by an opened sum, and records both the attempt's end and the new model.
   * @param sum ring elements, as the masked sum opened them.
   * @throws the errors of the store. Nothing has moved then.
   */
  complete(ended: AttemptEnded, sum: Uint32Array): Float32Array {
    const next = this.#next(sum);
    this.#store.complete(ended, next);
    this.#latest = next;
    return next.model;
  }

  #next(sum: Uint32Array): CompletedRound {
    const { privacy, shared } = this.#plan;
    const total = mechanismOf(privacy).decode(roundSum(this.#plan), centre(sum, privacy.ringBits));
    for (let i = 0; i < total.length; i++) total[i] /= shared.denominator;
    const { model, state } = nextModel(this.#plan, this.current, total, this.#latest?.optimiser);
    const round = this.completedRounds + 1;
    const at = (earlier: number): Float32Array => this.#store.model(earlier) ?? this.#firstModel;
    return { round, model: keptModel(shared, model, round, at), optimiser: state };
  }

  get #firstModel(): Float32Array {
    return (this.#first ??= firstModel(this.#plan));
  }
}
