/**
 * Who was missing in the failed attempts at one round, how often, and why.
 * @module
 */
import type { Missing } from '../../core/secagg/session.ts';

/** A platform that failed attempts at the current round lacked. */
export interface Missed {
  readonly platform: string;
  /** How many of them. */
  readonly attempts: number;
  /** Why the last time, in words. */
  readonly because: string;
}

/** Names in a sentence; a status lists all. */
const MOST_NAMED = 10;

export class MissedRecord {
  readonly #missed = new Map<string, Missed>();

  /** Most often missing first. */
  get all(): readonly Missed[] {
    return [...this.#missed.values()].toSorted((a, b) => b.attempts - a.attempts || (a.platform < b.platform ? -1 : 1));
  }

  has(platform: string): boolean {
    return this.#missed.has(platform);
  }

  add(missing: readonly Missing[]): void {
    for (const { platform, because } of missing) {
      const attempts = (this.#missed.get(platform)?.attempts ?? 0) + 1;
      this.#missed.set(platform, { platform, attempts, because });
    }
  }

  clear(): void {
    this.#missed.clear();
  }
}

/** As part of a sentence: who, and why. */
export function missingText(missing: readonly Missing[]): string {
  return listed(missing.map(({ platform, because }) => `${platform} (${because})`));
}

/** As part of a sentence: who, how often, and why the last time. */
export function missedText(missed: readonly Missed[]): string {
  const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
  return listed(missed.map(({ platform, attempts, because }) => `${platform} ${times(attempts)} (${because})`));
}

function listed(parts: readonly string[]): string {
  const more = parts.length > MOST_NAMED ? ` and ${parts.length - MOST_NAMED} more` : '';
  return parts.slice(0, MOST_NAMED).join(', ') + more;
}
