/**
 * Figures of a process for Prometheus, with those that coordinator and platform declare alike.
 * @module
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a process's own ledger holds of rounds. */
export interface LedgerCounts {
  /** Attempts that are charged and not taken back. */
  readonly attempts: number;
  /** Charges of attempts that were taken back. */
  readonly refunds: number;
}

/** What a process's own ledger says; null where nothing bounds what is learnt. */
export interface Spending extends LedgerCounts {
  readonly spent: number | null;
  readonly budget: number | null;
}

export class Figures {
  readonly #registry = new Registry();

  /** Begins with the process's own figures: memory, time, event loop. */
  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** @param collect runs at every scrape, before the counter is read. */
  counter(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
    collect?: (counter: Counter) => void,
  ): Counter {
    return new Counter({
      ...{ name, help, labelNames, registers: [this.#registry] },
      ...(collect !== undefined && {
        collect() {
          collect(this);
        },
      }),
    });
  }

  /** @param buckets upper bounds. */
  histogram(name: string, help: string, labelNames: readonly string[], buckets: readonly number[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.#registry] });
  }

  /** @param read runs at every scrape; null leaves the figure out. */
  gauge(name: string, help: string, read: () => number | null): void {
    new Gauge({
      ...{ name, help, registers: [this.#registry] },
      collect() {
        const value = read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  }

  /** This process's ledger, read at every scrape. */
  budget(spending: () => Spending, isExhausted: () => boolean): void {
    const { spent, budget, exhausted, attempts, refunds } = BUDGET;
    this.gauge(...spent, () => spending().spent);
    this.gauge(...budget, () => spending().budget);
    this.gauge(...exhausted, () => (isExhausted() ? 1 : 0));
    this.gauge(...attempts, () => spending().attempts);
    this.gauge(...refunds, () => spending().refunds);
  }
}

const BUDGET = {
  spent: [
    'isthmus_epsilon_spent',
    'Epsilon spent at the delta of the budget; falls when a charge is taken back; absent where nothing bounds it.',
  ],
  budget: ['isthmus_epsilon_budget', 'Epsilon of the budget; absent where nothing bounds it.'],
  exhausted: ['isthmus_budget_exhausted', '1 while the last round was refused because the budget does not hold it.'],
  attempts: [
    'isthmus_ledger_attempts',
    'Attempts at rounds that the ledger charges and has not taken back; falls when one is taken back.',
  ],
  refunds: ['isthmus_ledger_refunds', 'Charges of attempts that the ledger has taken back.'],
} as const;
