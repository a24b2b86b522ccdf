/** The system's clock, whose timers a test can drop all at once. */
import type { Clock } from '../../core/federation/clock.ts';

export interface QuickClock extends Clock {
  stop(): void;
}

export function quickClock(): QuickClock {
  const timers = new Set<NodeJS.Timeout>();
  return {
    now: () => Date.now(),
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
