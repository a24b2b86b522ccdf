/**
 * The ledger entries that the coordinator sends to platforms: all when a platform connects, then the new ones.
 * @module
 */
import { canonicalEntry } from '../core/privacy/ledger/ledger.ts';
import type { Ledger } from '../core/privacy/ledger/ledger.ts';
import type { LedgerSyncBody } from '../core/wire/body.ts';

export class LedgerNews {
  readonly #ledger: Ledger;
  #told: number;

  /** Counts the present entries as sent: each platform gets all of them when it connects. */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#told = ledger.entries.length;
  }

  /** All entries in one message, even if there are none: a platform waits for the whole ledger before it judges it. */
  all(): LedgerSyncBody {
    return this.#from(0);
  }

  /** Entries added since the last call. */
  untold(): LedgerSyncBody {
    const from = this.#told;
    this.#told = this.#ledger.entries.length;
    return this.#from(from);
  }

  #from(from: number): LedgerSyncBody {
    return { kind: 'ledger-sync', from, entries: this.#ledger.entries.slice(from).map(canonicalEntry) };
  }
}
