/**
 * Figures for Prometheus: counted from the coordinator's events, or read from its status when asked.
 * @module
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { OUTCOMES } from '../../core/secagg/outcome.ts';
import { SECAGG_CODES } from '../../core/secagg/errors.ts';
import { INVALID_MESSAGE_CODES, PROTOCOL_ERROR_CODES } from '../../core/wire/errors.ts';
import type { CoordinatorEvent } from '../events.ts';
import type { CoordinatorStatus } from '../status.ts';

/** Codes that may be a label. Platforms choose the codes they send, and must not make a series each. */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  ...Object.keys(INVALID_MESSAGE_CODES),
  ...Object.keys(PROTOCOL_ERROR_CODES),
  ...Object.keys(SECAGG_CODES),
  'PRIVACY_BUDGET_EXHAUSTED',
  'PRIVACY_LEDGER_REFUSED',
  'PRIVACY_LEDGER_BROKEN',
  'PLATFORM_NOT_READY',
  'ATTEMPT_CONFIG',
  'ROUND_MODEL',
  'ROUND_STALE',
]);

const known = (code: string): string => (KNOWN_CODES.has(code) ? code : 'other');

export class Metrics {
  readonly #registry = new Registry();
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
  /** As of this scrape. */
  #now: CoordinatorStatus;

  /** @param status read once at every scrape. */
  constructor(status: () => CoordinatorStatus) {
    this.#status = status;
    this.#now = status();
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#attempts = new Counter({
      name: 'isthmus_attempts_total',
      help: 'Attempts at rounds, by how they ended.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of OUTCOMES) this.#attempts.inc({ outcome }, 0);
    this.#stages = new Histogram({
      name: 'isthmus_stage_seconds',
      help: 'Time in each stage of the masked sum.',
      labelNames: ['stage'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
      registers,
    });
    this.#failures = new Counter({
      name: 'isthmus_failures_total',
      help: 'Messages that were not taken: here, or by a platform (there).',
      labelNames: ['code', 'seen'],
      registers,
    });
    this.#faults = new Counter({
      name: 'isthmus_faults_total',
      help: 'Breaches of the masked sum protocol, by code.',
      labelNames: ['code'],
      registers,
    });
    this.#declines = new Counter({
      name: 'isthmus_declines_total',
      help: 'Invitations that platforms declined, by code.',
      labelNames: ['code'],
      registers,
    });
    this.#statements = new Counter({
      name: 'isthmus_statements_total',
      help: 'Statements of platforms that gave an attempt up, by what became of them.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['taken', 'dropped']) this.#statements.inc({ outcome }, 0);
    this.#refunds = new Counter({
      name: 'isthmus_refunds_total',
      help: 'Charges of attempts that this process took back.',
      registers,
    });
    this.#letters = new Counter({
      name: 'isthmus_letters_total',
      help: 'Letters in the mailbox, by what became of them.',
      labelNames: ['outcome'],
      registers,
    });
    this.#letterBytes = new Counter({
      name: 'isthmus_letter_bytes_total',
      help: 'Bytes of letters that came in.',
      registers,
    });
    this.#readings(registers);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    this.#now = this.#status();
    return this.#registry.metrics();
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

  #readings(registers: Registry[]): void {
    const status = (): CoordinatorStatus => this.#now;
    const gauge = (name: string, help: string, read: (now: CoordinatorStatus) => number): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read(status()));
        },
      });
    };
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
      'isthmus_epsilon_spent',
      'Epsilon spent at the delta of the budget, less once a charge is taken back; NaN where nothing bounds it.',
      (now) => now.epsilon?.spent ?? Number.NaN,
    );
    gauge(
      'isthmus_epsilon_budget',
      'Epsilon of the budget; NaN where nothing bounds it.',
      (now) => now.epsilon?.budget ?? Number.NaN,
    );
    gauge('isthmus_budget_exhausted', '1 once a round was refused because the budget does not hold it.', (now) =>
      now.rounds.ending === 'budget-exhausted' ? 1 : 0,
    );
    gauge(
      'isthmus_statements_awaited',
      'Platforms whose statements rounds pause for, since the budget holds no further attempt.',
      (now) => now.rounds.waitingFor?.length ?? 0,
    );
    gauge('isthmus_no_privacy', '1 in a federation without privacy.', (now) => (now.noPrivacy ? 1 : 0));
    gauge('isthmus_letters_waiting', 'Letters that wait for their receiver.', (now) =>
      now.platforms.reduce((sum, { letters }) => sum + letters, 0),
    );
    const bytes: Counter = new Counter({
      name: 'isthmus_wire_bytes_total',
      help: 'Bytes of frames.',
      labelNames: ['direction'],
      registers,
      collect() {
        const { sentBytes, receivedBytes } = status().traffic;
        this.reset();
        this.inc({ direction: 'sent' }, sentBytes);
        this.inc({ direction: 'received' }, receivedBytes);
      },
    });
    bytes.inc({ direction: 'sent' }, 0);
  }
}
