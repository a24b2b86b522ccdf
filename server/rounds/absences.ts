/**
 * Platforms whose connection broke during an attempt. They may come back within the same attempt, but the others do not
 * wait for them until the end of a long stage.
 * @module
 */
import type { Cancel, Clock } from '../../core/time/clock.ts';

export class Absences {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #onLost: (platform: string) => void;
  readonly #waiting = new Map<string, Cancel>();

  /** @param onLost called with a platform that stayed away for longer than `patienceMs`. */
  constructor(clock: Clock, patienceMs: number, onLost: (platform: string) => void) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#onLost = onLost;
  }

  left(platform: string): void {
    this.back(platform);
    const cancel = this.#clock.after(this.#patienceMs, () => {
      this.#waiting.delete(platform);
      this.#onLost(platform);
    });
    this.#waiting.set(platform, cancel);
  }

  back(platform: string): void {
    this.#waiting.get(platform)?.();
    this.#waiting.delete(platform);
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
