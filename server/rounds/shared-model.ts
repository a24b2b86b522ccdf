/**
 * The payload of a round: the shared model, and how an opened sum moves it. Round 0 is the manifest's public first model.
 * @module
 */
import { roundSum } from '../../core/federation/attempt.ts';
import { serverOptimiser } from '../../core/federation/optimiser.ts';
import { firstModel } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { discreteGaussian, withoutNoise } from '../../core/privacy/pipeline.ts';
import { centre } from '../../core/privacy/ring.ts';
import type { CompletedRound, RoundStore } from '../store/coordinator-store.ts';

export class SharedModelHistory {
  readonly #plan: FederationPlan;
  readonly #store: RoundStore;
  readonly #first: Float32Array;

  constructor(plan: FederationPlan, store: RoundStore) {
    this.#plan = plan;
    this.#store = store;
    this.#first = firstModel(plan);
  }

  get completedRounds(): number {
    return this.#store.latest()?.round ?? 0;
  }

  /** What the next attempt trains from. */
  get current(): Float32Array {
    return this.#store.latest()?.model ?? this.#first;
  }

  /** The next round's model, not yet stored. @param sum ring elements, as the masked sum opened them. */
  next(sum: Uint32Array): CompletedRound {
    const { privacy, shared } = this.#plan;
    const optimiser = serverOptimiser(shared.optimiser);
    const mechanism = privacy.budget === null ? withoutNoise : discreteGaussian;
    const total = mechanism.decode(roundSum(this.#plan), centre(sum, privacy.ringBits));
    for (let i = 0; i < total.length; i++) total[i] /= shared.denominator;
    const latest = this.#store.latest();
    const before = latest?.optimiser ?? optimiser.initialState(this.#first.length);
    const { model, state } = optimiser.step(this.current, total, before);
    return { round: (latest?.round ?? 0) + 1, model, optimiser: state };
  }
}
