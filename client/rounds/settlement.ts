/**
 * Settles the two ledgers: this platform compares its entries with the coordinator's, takes charges back that the
 * coordinator proves refunded, and states which attempts it has given up.
 * @module
 */
import type { LedgerSyncBody } from '../../core/wire/body.ts';
import type { Context } from '../context.ts';
import { Statements } from './statements.ts';
import type { StatementsOptions } from './statements.ts';

type Needed = Context<'plan' | 'identity' | 'engine' | 'ledger' | 'log' | 'emit'>;

export class Settlement {
  readonly #options: Needed;
  readonly #statements: Statements;

  constructor(options: Needed & Pick<StatementsOptions, 'sessions' | 'send'>) {
    this.#options = options;
    this.#statements = new Statements({ ...options, federation: options.plan.manifest.federation });
  }

  onNewLink(): void {
    this.#statements.onNewLink();
  }

  /** @throws StoreError. */
  onLedgerSync(body: LedgerSyncBody): void {
    const { ledger, log } = this.#options;
    this.#reportingRefunds(() => ledger.sync(body));
    if (ledger.refusal !== undefined) log.error(ledger.refusal.message, { code: ledger.refusal.code });
    this.#statements.tell();
  }

  /** An attempt was given up: the ledger may now accept its refund, and a statement about it is due. */
  onGivenUp(): void {
    this.#reportingRefunds(() => this.#options.ledger.recheck());
    this.#statements.tell();
  }

  /** Runs `work`, and reports the refunds that the ledger took over in it. */
  #reportingRefunds(work: () => void): void {
    const { ledger, log, emit } = this.#options;
    const before = ledger.refundable();
    work();
    const left = new Set(ledger.refundable().map(({ session }) => session));
    const refunded = before.filter(({ session }) => !left.has(session));
    for (const { round, attempt } of refunded) {
      log.info(
        `round ${round}, attempt ${attempt}: the ledger took its charge back, because its sum was not opened and cannot be any more`,
      );
    }
    if (refunded.length > 0) emit({ kind: 'epsilon', spent: ledger.spent, budget: ledger.budget });
  }
}
