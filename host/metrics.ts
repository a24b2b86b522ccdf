/**
 * The metrics of a process for Prometheus, among them those that the coordinator and the platforms have in common.
 * @module
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Counts of attempts in a process's own ledger. */
export interface LedgerCounts {
  /** Attempts that are charged and not taken back. */
  readonly attempts: number;
  /** Charges of attempts that were taken back. */
  readonly refunds: number;
}

/** The figures of a process's own ledger. */
export interface Spending extends LedgerCounts {
  /** Epsilon of the charges that stand; null if nothing bounds what the releases reveal. */
  readonly spent: number | null;
  /** Epsilon of the budget; null if nothing bounds what the releases reveal. */
  readonly budget: number | null;
}

export class Figures {
  readonly #registry = new Registry();

  /** Declares the figures that every process has: memory, time, event loop. */
  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures in Prometheus' text format. */
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

  /** @param buckets upper bounds, ascending. */
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

  /** Declares the figures of this process's ledger, which are read at every scrape. */
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
