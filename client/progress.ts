/**
 * How far a platform has come: in full for whoever watches it, as little as is needed for the coordinator.
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

  /** Of the stage, 0 to 1. */
  get fraction(): number {
    return this.#fraction;
  }

  enter(stage: PlatformStage): void {
    this.#stage = stage;
    this.#fraction = stage === 'ready' || stage === 'serving' ? 1 : 0;
    this.#emit({ kind: 'stage', stage, fraction: this.#fraction });
    this.tell();
  }

  /** The encoder stands: attempts may be joined. */
  prepared(): void {
    this.#isPrepared = true;
    this.enter('ready');
  }

  /** Whole per cents alone: they are for people. */
  reach(fraction: number): void {
    const whole = Math.floor(Math.min(1, Math.max(0, fraction)) * 100) / 100;
    if (whole === this.#fraction) return;
    this.#fraction = whole;
    this.#emit({ kind: 'stage', stage: this.#stage, fraction: whole });
  }

  /** To the coordinator. How far a stage has come would tell how many persons there are: that stays here. */
  tell(): void {
    const fraction = this.#fraction === 1 ? 1 : 0;
    this.#tell({ kind: 'status', stage: this.#stage, fraction, prepared: this.#isPrepared });
  }
}
