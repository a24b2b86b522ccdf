/**
 * Metrics for Prometheus: counted from the coordinator's events, or read from its status at each scrape.
 * @module
 */
import { OUTCOMES } from '../../core/secagg/outcome.ts';
import { SecaggError } from '../../core/secagg/errors.ts';
import { WireError } from '../../core/wire/errors.ts';
import type { Counter, Histogram } from 'prom-client';
import { Figures } from '../../host/metrics.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { CoordinatorStatus } from '../status.ts';

/**
 * Codes that may become a label. A platform chooses the codes it sends, and each made-up code would start a new series.
 */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...Object.keys(WireError.table),
  ...Object.keys(SecaggError.table),
  'PRIVACY_BUDGET_EXHAUSTED',
  'PRIVACY_LEDGER_REFUSED',
  'PRIVACY_LEDGER_BROKEN',
  'PLATFORM_NOT_READY',
  'ATTEMPT_CONFIG',
  'ROUND_MODEL',
  'ROUND_STALE',
]);

const known = (code: string): string => (KNOWN_CODES.has(code) ? code : 'other');

const STAGE_SECONDS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000];

export class Metrics {
  readonly #figures = new Figures();
  readonly #attempts: Counter;
  readonly #stages: Histogram;
  readonly #failures: Counter;
  readonly #faults: Counter;
  readonly #declines: Counter;
  readonly #statements: Counter;
  readonly #refunds: Counter;
  readonly #letters: Counter;
  readonly #letterBytes: Counter;

  readonly #status: () => CoordinatorStatus;
  /** The status at the current scrape. */
  #now: CoordinatorStatus;

  /** @param status called once per scrape. */
  constructor(status: () => CoordinatorStatus) {
    this.#status = status;
    this.#now = status();
    const counter = this.#figures.counter.bind(this.#figures);
    this.#attempts = counter('isthmus_attempts_total', 'Attempts at rounds, by outcome.', ['outcome']);
    for (const outcome of OUTCOMES) this.#attempts.inc({ outcome }, 0);
    const stages = 'Time in each stage of the masked sum.';
    this.#stages = this.#figures.histogram('isthmus_stage_seconds', stages, ['stage'], STAGE_SECONDS);
    const failures = 'Messages refused by the coordinator (here) or by a platform (there).';
    this.#failures = counter('isthmus_failures_total', failures, ['code', 'seen']);
    this.#faults = counter('isthmus_faults_total', 'Breaches of the masked sum protocol, by code.', ['code']);
    this.#declines = counter('isthmus_declines_total', 'Invitations that platforms declined, by code.', ['code']);
    const statements = 'Statements of platforms that gave an attempt up, by outcome.';
    this.#statements = counter('isthmus_statements_total', statements, ['outcome']);
    for (const outcome of ['taken', 'dropped']) this.#statements.inc({ outcome }, 0);
    this.#refunds = counter(
      'isthmus_refunds_total',
      'Charges of attempts that the coordinator took back since it started.',
    );
    const letters = 'Letters in the mailbox, by outcome.';
    this.#letters = counter('isthmus_letters_total', letters, ['outcome']);
    this.#letterBytes = counter('isthmus_letter_bytes_total', 'Bytes of letters received.');
    this.#readings();
  }

  get contentType(): string {
    return this.#figures.contentType;
  }

  /** The metrics in Prometheus' text format. */
  text(): Promise<string> {
    this.#now = this.#status();
    return this.#figures.text();
  }

  observe(event: CoordinatorEvent): void {
    switch (event.kind) {
      case 'attempt-ended':
        this.#attempts.inc({ outcome: event.outcome });
        return;
      case 'stage-ended':
        this.#stages.observe({ stage: event.stage }, event.seconds);
        return;
      case 'failure':
        this.#failures.inc({ code: known(event.code), seen: event.seen });
        return;
      case 'fault':
        this.#faults.inc({ code: known(event.code) });
        return;
      case 'declined':
        this.#declines.inc({ code: known(event.code) });
        return;
      case 'statement':
        this.#statements.inc({ outcome: 'taken' });
        return;
      case 'statements-dropped':
        this.#statements.inc({ outcome: 'dropped' }, event.count);
        return;
      case 'refund':
        this.#refunds.inc();
        return;
      case 'mail':
        this.#letters.inc({ outcome: event.outcome });
        this.#letterBytes.inc(event.bytes);
        return;
      default:
    }
  }

  #readings(): void {
    const gauge = (name: string, help: string, read: (now: CoordinatorStatus) => number): void =>
      this.#figures.gauge(name, help, () => read(this.#now));
    const online = (now: CoordinatorStatus): number => now.platforms.filter(({ state }) => state === 'online').length;
    gauge('isthmus_rounds_completed', 'Rounds completed.', (now) => now.rounds.completed);
    gauge('isthmus_rounds_planned', 'Rounds of this federation.', (now) => now.rounds.of);
    gauge('isthmus_platforms_online', 'Platforms with a live connection.', online);
    gauge(
      'isthmus_platforms_ready',
      'Platforms online and prepared.',
      (now) => now.platforms.filter(({ state, prepared }) => state === 'online' && prepared).length,
    );
    gauge('isthmus_platforms', 'Platforms in the manifest.', (now) => now.platforms.length);
    gauge(
      'isthmus_platforms_sitting_out',
      'Platforms that failed repeatedly and are not invited while the others are enough.',
      (now) => now.platforms.filter(({ sitsOut }) => sitsOut > 0).length,
    );
    gauge(
      'isthmus_round_given_up',
      '1 while the round is given up, until a platform that was missing is back.',
      (now) => (now.rounds.state === 'given-up' ? 1 : 0),
    );
    this.#figures.budget(
      () => ({ ...(this.#now.epsilon ?? { spent: null, budget: null }), ...this.#now.ledger }),
      () => this.#now.rounds.ending === 'budget-exhausted',
    );
    gauge(
      'isthmus_statements_awaited',
      'Platforms whose statements the rounds wait for, because the budget allows no further attempt.',
      (now) => now.rounds.waitingFor?.length ?? 0,
    );
    gauge('isthmus_no_privacy', '1 in a federation without privacy.', (now) => (now.noPrivacy ? 1 : 0));
    gauge('isthmus_letters_waiting', 'Letters that wait for their receiver.', (now) =>
      now.platforms.reduce((sum, { letters }) => sum + letters, 0),
    );
    this.#figures.counter('isthmus_wire_bytes_total', 'Bytes of frames.', ['direction'], (bytes) => {
      const { sentBytes, receivedBytes } = this.#now.traffic;
      bytes.reset();
      bytes.inc({ direction: 'sent' }, sentBytes);
      bytes.inc({ direction: 'received' }, receivedBytes);
    });
  }
}
