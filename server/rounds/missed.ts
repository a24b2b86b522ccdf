/**
 * The platforms that the failed attempts at one round lacked: how often, and why.
 * @module
 */
import type { Missing } from '../../core/secagg/session.ts';

/** One platform that failed attempts at the current round lacked. */
export interface Missed {
  readonly platform: string;
  /** Number of failed attempts without it. */
  readonly attempts: number;
  /** Reason of the last time, in words. */
  readonly because: string;
}

/** Most names in one sentence. A status lists all. */
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

/** Names with reasons, as part of a sentence. */
export function missingText(missing: readonly Missing[]): string {
  return listed(missing.map(({ platform, because }) => `${platform} (${because})`));
}

/** Names with counts and last reasons, as part of a sentence. */
export function missedText(missed: readonly Missed[]): string {
  const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
  return listed(missed.map(({ platform, attempts, because }) => `${platform} ${times(attempts)} (${because})`));
}

function listed(parts: readonly string[]): string {
  const more = parts.length > MOST_NAMED ? ` and ${parts.length - MOST_NAMED} more` : '';
  return parts.slice(0, MOST_NAMED).join(', ') + more;
}
