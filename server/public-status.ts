/**
 * The status that the coordinator shows to anyone: the progress of the rounds up to the last ended attempt, renewed at
 * full minutes. The stage, cohort, times and traffic of a running attempt would tell an attacker when to strike: an
 * attempt that is lost between its charge and the opening of its sum costs budget.
 * @module
 */
import type { Clock } from '../core/time/clock.ts';
import type { CoordinatorEvent } from './events.ts';
import type { CoordinatorStatus } from './status.ts';

export interface PublicStatus extends Pick<
  CoordinatorStatus,
  'federation' | 'version' | 'strategy' | 'noPrivacy' | 'epsilon'
> {
  readonly rounds: Pick<CoordinatorStatus['rounds'], 'completed' | 'of' | 'ending'>;
  /** The full minute at which this was true, in ISO 8601. */
  readonly asOf: string;
}

type Known = Omit<PublicStatus, 'asOf'>;

const MINUTE_MS = 60_000;

export class PublicView {
  readonly #clock: Clock;
  readonly #status: () => CoordinatorStatus;
  /** The state at the last full minute. */
  #shown: Known;
  /** The latest state, and the minute in which it became known. */
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

  /** Shows the latest state if it became known before this minute began. */
  #turn(): void {
    if (this.#latest.minute < this.#minute()) this.#shown = this.#latest.known;
  }
}

function publicPart({ federation, version, strategy, noPrivacy, epsilon, rounds }: CoordinatorStatus): Known {
  const { completed, of, ending } = rounds;
  return { federation, version, strategy, noPrivacy, rounds: { completed, of, ending }, epsilon };
}
