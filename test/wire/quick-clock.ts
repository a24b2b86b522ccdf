/** The system's clock, whose timers a test can drop all at once. */
import type { Clock } from '../../core/time/clock.ts';

export interface QuickClock extends Clock {
  /** Advances the time at once. Timers keep their own pace. */
  jump(ms: number): void;
  stop(): void;
}

export function quickClock(): QuickClock {
  const timers = new Set<NodeJS.Timeout>();
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    jump: (ms) => {
      ahead += ms;
    },
    after(delayMs, task) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        task();
      }, delayMs);
      timers.add(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(timer);
      };
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
