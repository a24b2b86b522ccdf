/**
 * Figures for Prometheus: the budget as of each scrape, and what was counted from the platform's events. Numbers of
 * attempts and codes: nothing of a person.
 * @module
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { OUTCOMES } from '../../core/secagg/outcome.ts';
import type { PlatformEvent } from '../events.ts';

/** Of the platform's own ledger; null where nothing bounds it. */
export interface Spending {
  readonly spent: number | null;
  readonly budget: number | null;
}

const EXHAUSTED = 'PRIVACY_BUDGET_EXHAUSTED';

export class PlatformMetrics {
  readonly #registry = new Registry();
  readonly #attempts: Counter;
  readonly #refusals: Counter;
  #isExhausted = false;
  /** The last attempt counted: a platform that connects again is told once more how it ended. */
  #counted = { round: 0, attempt: 0 };

  /** @param spending read at every scrape. */
  constructor(spending: () => Spending) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#attempts = new Counter({
      name: 'isthmus_attempts_total',
      help: 'Attempts at rounds that the coordinator ended, by how.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of OUTCOMES) this.#attempts.inc({ outcome }, 0);
    this.#refusals = new Counter({
      name: 'isthmus_refusals_total',
      help: 'Attempts that this platform declined, by code.',
      labelNames: ['code'],
      registers,
    });
    this.#refusals.inc({ code: EXHAUSTED }, 0);
    const gauge = (name: string, help: string, read: () => number | null): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          const value = read();
          if (value === null) this.remove();
          else this.set(value);
        },
      });
    };
    gauge('isthmus_epsilon_spent', 'Epsilon spent at the delta of the budget; absent where nothing bounds it.', () => {
      return spending().spent;
    });
    gauge('isthmus_epsilon_budget', 'Epsilon of the budget; absent where nothing bounds it.', () => spending().budget);
    gauge('isthmus_budget_exhausted', '1 once a round was refused because the budget does not hold it.', () =>
      this.#isExhausted ? 1 : 0,
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  observe(event: PlatformEvent): void {
    switch (event.kind) {
      case 'declined':
        this.#refusals.inc({ code: event.code });
        if (event.code === EXHAUSTED) this.#isExhausted = true;
        return;
      case 'attempt-ended':
        if (event.outcome === 'budget-exhausted') this.#isExhausted = true;
        if (!this.#isNew(event)) return;
        this.#counted = { round: event.round, attempt: event.attempt };
        this.#attempts.inc({ outcome: event.outcome });
        return;
      default:
    }
  }

  /** Attempt 0 is none: it says that no further one will be made. */
  #isNew({ round, attempt }: { readonly round: number; readonly attempt: number }): boolean {
    const { round: lastRound, attempt: lastAttempt } = this.#counted;
    return attempt > 0 && (round > lastRound || (round === lastRound && attempt > lastAttempt));
  }
}
