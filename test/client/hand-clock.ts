import type { Cancel, Clock } from '../../core/time/clock.ts';

/** Time that passes when it is told to. */
export class HandClock implements Clock {
  seconds = 1000;
  readonly #tasks = new Set<() => void>();
  now = (): number => this.seconds * 1000;
  after(_delayMs: number, task: () => void): Cancel {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }
  /** Runs what waits. */
  tick(): void {
    const due = [...this.#tasks];
    this.#tasks.clear();
    for (const task of due) task();
  }
}
