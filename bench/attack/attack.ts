/**
 * An attack, and the time that the longest attacks last.
 * @module
 */
import { setTimeout } from 'node:timers/promises';
import type { Scene } from './scene.ts';

/**
 * The federation under attack: three honest platforms in rounds; the same with an attacker as the fourth, whose loss
 * they survive; two and an attacker whose loss they do not survive; or one that exchanges letters.
 */
export type Stage = 'rounds' | 'margin' | 'no margin' | 'letters';

export interface Attack {
  /** The attack in words, with its size. */
  readonly name: string;
  readonly stage: Stage;
  /** The process that is measured. */
  readonly victim: string;
  /** Runs before the measurement begins. */
  readonly prepare?: (scene: Scene) => Promise<void>;
  /** @returns a remark in a few words. */
  readonly strike: (scene: Scene) => Promise<string>;
  /** True if the federation cannot be used for another attack afterwards. */
  readonly ruins?: true;
}

/** Duration of an attack that has no end of its own. */
export const STRIKE_MS = 6000;

/** Repeats `work` in this many lanes until the time is over. @returns the number of repetitions. */
export async function lanes(
  count: number,
  work: (lane: number) => Promise<void>,
  milliseconds = STRIKE_MS,
): Promise<number> {
  const until = performance.now() + milliseconds;
  let times = 0;
  await Promise.all(
    Array.from({ length: count }, async (_, lane) => {
      while (performance.now() < until) {
        await work(lane).catch(() => setTimeout(10));
        times += 1;
      }
    }),
  );
  return times;
}

/** Resolves once the condition holds, or the time is over. */
export async function until(holds: () => boolean, milliseconds = STRIKE_MS): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (!holds() && performance.now() < end) await setTimeout(20);
  return holds();
}

export { setTimeout as pause };
