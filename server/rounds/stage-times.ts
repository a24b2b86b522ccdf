/**
 * Measures how long each stage of an attempt takes, and emits the time when it ends.
 * @module
 */
import type { Clock } from '../../core/time/clock.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { Attempt } from './attempt.ts';

export class StageTimes {
  readonly #clock: Clock;
  readonly #emit: (event: CoordinatorEvent) => void;
  #began: { readonly stage: Attempt['stage']; readonly at: number } | undefined;

  constructor(clock: Clock, emit: (event: CoordinatorEvent) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  /** Begins a stage, and ends the one before. */
  begin(stage: Attempt['stage']): void {
    this.end();
    this.#began = { stage, at: this.#clock.now() };
  }

  end(): void {
    const began = this.#began;
    this.#began = undefined;
    if (began === undefined) return;
    this.#emit({ kind: 'stage-ended', stage: began.stage, seconds: (this.#clock.now() - began.at) / 1000 });
  }
}
