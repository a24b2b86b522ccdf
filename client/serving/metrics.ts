/**
 * Metrics for Prometheus: the budget at each scrape, and counts of the platform's events. They count attempts and
 * codes, and hold nothing about a person.
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
  /** State at the last offered round. Statements of others may free budget for the next one. */
  #isExhausted = false;
  /** The last attempt counted. The coordinator reports its end again to a platform that connects again. */
  #counted = { round: 0, attempt: 0 };

  /** @param spending called at every scrape. */
  constructor(spending: () => Spending) {
    const figures = this.#figures;
    const reported = 'Attempts whose end the coordinator reported to this platform, by outcome.';
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

  /** The metrics in Prometheus' text format. */
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

  /** Attempt 0 is no attempt: it means that no further one will be made. */
  #isNew({ round, attempt }: { readonly round: number; readonly attempt: number }): boolean {
    const { round: lastRound, attempt: lastAttempt } = this.#counted;
    return attempt > 0 && (round > lastRound || (round === lastRound && attempt > lastAttempt));
  }
}
