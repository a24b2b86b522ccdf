/**
 * The ledger as platforms are told of it: whole when they connect, then what is new.
 * @module
 */
import { canonicalEntry } from '../core/privacy/ledger/ledger.ts';
import type { Ledger } from '../core/privacy/ledger/ledger.ts';
import type { LedgerSyncBody } from '../core/wire/body.ts';

export class LedgerNews {
  readonly #ledger: Ledger;
  #told: number;

  /** What the ledger holds now nobody waits for: each platform gets all of it when it connects. */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#told = ledger.entries.length;
  }

  /** In one message, possibly of no entry: a platform judges a ledger as a whole, and waits until it is told of one. */
  all(): LedgerSyncBody {
    return this.#from(0);
  }

  /** What came since this was asked last. */
  untold(): LedgerSyncBody {
    const from = this.#told;
    this.#told = this.#ledger.entries.length;
    return this.#from(from);
  }

  #from(from: number): LedgerSyncBody {
    return { kind: 'ledger-sync', from, entries: this.#ledger.entries.slice(from).map(canonicalEntry) };
  }
}
