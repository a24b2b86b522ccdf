/**
 * Figures for Prometheus: the budget as of each scrape, and what was counted from the platform's events. Numbers of
 * attempts and codes: nothing of a person.
 * @module
 */
import type { Counter } from 'prom-client';
import { OUTCOMES } from '../../core/secagg/outcome.ts';
import type { PlatformEvent } from '../events.ts';
import { Figures } from '../../host/metrics.ts';
import type { Spending } from '../../host/metrics.ts';

const EXHAUSTED = 'PRIVACY_BUDGET_EXHAUSTED';

export class PlatformMetrics {
  readonly #figures = new Figures();
  readonly #reported: Counter;
  readonly #refusals: Counter;
  /** Of the last round that was offered: statements of others may free room for the next. */
  #isExhausted = false;
  /** The last attempt counted: a platform that connects again is told once more how it ended. */
  #counted = { round: 0, attempt: 0 };

  /** @param spending read at every scrape. */
  constructor(spending: () => Spending) {
    const figures = this.#figures;
    const reported = 'Attempts whose end the coordinator reported to this platform, by how they ended.';
    this.#reported = figures.counter('isthmus_reported_attempts_total', reported, ['outcome']);
    for (const outcome of OUTCOMES) this.#reported.inc({ outcome }, 0);
    const refusals = 'Attempts that this platform declined, by code.';
    this.#refusals = figures.counter('isthmus_refusals_total', refusals, ['code']);
    this.#refusals.inc({ code: EXHAUSTED }, 0);
    figures.budget(spending, () => this.#isExhausted);
  }

  get contentType(): string {
    return this.#figures.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#figures.text();
  }

  observe(event: PlatformEvent): void {
    switch (event.kind) {
      case 'declined':
        this.#refusals.inc({ code: event.code });
        if (event.code === EXHAUSTED) this.#isExhausted = true;
        return;
      case 'attempt':
        if (event.stage === 'begun') this.#isExhausted = false;
        return;
      case 'attempt-ended':
        if (event.outcome === 'budget-exhausted') this.#isExhausted = true;
        if (!this.#isNew(event)) return;
        this.#counted = { round: event.round, attempt: event.attempt };
        this.#reported.inc({ outcome: event.outcome });
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
