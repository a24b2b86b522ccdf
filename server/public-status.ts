/**
 * What the coordinator tells whoever asks: how far the rounds are, as of attempts that have ended, renewed at full minutes.
 * Stages, cohorts, times and traffic of an attempt under way would tell an attacker when to strike: between a charge and the
 * opening of its sum a lost attempt costs budget.
 * @module
 */
import type { Clock } from '../core/time/clock.ts';
import type { CoordinatorEvent } from './events.ts';
import type { CoordinatorStatus } from './status.ts';

export interface PublicStatus extends Pick<CoordinatorStatus, 'federation' | 'strategy' | 'noPrivacy' | 'epsilon'> {
  readonly rounds: Pick<CoordinatorStatus['rounds'], 'completed' | 'of' | 'ending'>;
  /** The full minute up to which this holds, in ISO 8601. */
  readonly asOf: string;
}

type Known = Omit<PublicStatus, 'asOf'>;

const MINUTE_MS = 60_000;

export class PublicView {
  readonly #clock: Clock;
  readonly #status: () => CoordinatorStatus;
  /** Known at the last full minute. */
  #shown: Known;
  /** Known now, and since when. */
  #latest: { readonly minute: number; readonly known: Known };

  constructor(clock: Clock, status: () => CoordinatorStatus) {
    this.#clock = clock;
    this.#status = status;
    this.#shown = publicPart(status());
    this.#latest = { minute: this.#minute(), known: this.#shown };
  }

  observe({ kind }: CoordinatorEvent): void {
    if (kind !== 'attempt-ended' && kind !== 'rounds-over') return;
    this.#turn();
    this.#latest = { minute: this.#minute(), known: publicPart(this.#status()) };
  }

  read(): PublicStatus {
    this.#turn();
    return { ...this.#shown, asOf: new Date(this.#minute() * MINUTE_MS).toISOString() };
  }

  #minute(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }

  /** What was known before this minute began may be shown. */
  #turn(): void {
    if (this.#latest.minute < this.#minute()) this.#shown = this.#latest.known;
  }
}

function publicPart({ federation, strategy, noPrivacy, epsilon, rounds }: CoordinatorStatus): Known {
  const { completed, of, ending } = rounds;
  return { federation, strategy, noPrivacy, rounds: { completed, of, ending }, epsilon };
}
