import type { Cancel, Clock } from '../../core/time/clock.ts';

/** A clock that a test turns by hand. */
export class HandClock implements Clock {
  seconds = 1000;
  readonly #tasks = new Set<() => void>();
  now = (): number => this.seconds * 1000;
  after(_delayMs: number, task: () => void): Cancel {
    this.#tasks.add(task);
    return () => this.#tasks.delete(task);
  }
  /** Runs the tasks that are due. */
  tick(): void {
    const due = [...this.#tasks];
    this.#tasks.clear();
    for (const task of due) task();
  }
}
