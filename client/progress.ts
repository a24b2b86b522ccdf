/**
 * The progress of a platform: in full for its own operator, and only the necessary part for the coordinator.
 * @module
 */
import type { StatusBody } from '../core/wire/body.ts';
import type { PlatformEvent, PlatformStage } from './events.ts';

export class Progress {
  readonly #emit: (event: PlatformEvent) => void;
  readonly #tell: (status: StatusBody) => void;
  #stage: PlatformStage = 'preparing';
  #fraction = 0;
  #isPrepared = false;

  constructor(emit: (event: PlatformEvent) => void, tell: (status: StatusBody) => void) {
    this.#emit = emit;
    this.#tell = tell;
  }

  get stage(): PlatformStage {
    return this.#stage;
  }

  /** Progress within the stage, 0 to 1. */
  get fraction(): number {
    return this.#fraction;
  }

  enter(stage: PlatformStage): void {
    this.#stage = stage;
    this.#fraction = stage === 'ready' || stage === 'serving' ? 1 : 0;
    this.#emit({ kind: 'stage', stage, fraction: this.#fraction });
    this.tell();
  }

  /** The encoder is ready: the platform can join attempts. */
  prepared(): void {
    this.#isPrepared = true;
    this.enter('ready');
  }

  /** Emits whole percents only, because people read them. */
  reach(fraction: number): void {
    const whole = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
    if (whole === this.#fraction) return;
    this.#fraction = whole;
    this.#emit({ kind: 'stage', stage: this.#stage, fraction: whole });
  }

  /**
   * Tells the coordinator the stage. The fraction within it stays here, because its speed would reveal the number of
   * persons.
   */
  tell(): void {
    const fraction = this.#fraction === 1 ? 1 : 0;
    this.#tell({ kind: 'status', stage: this.#stage, fraction, prepared: this.#isPrepared });
  }
}
