/**
 * The ledger as platforms are told of it: whole when they connect, then what is new.
 * @module
 */
import { canonicalEntry } from '../core/privacy/ledger/ledger.ts';
import type { Ledger } from '../core/privacy/ledger/ledger.ts';
import type { LedgerSyncBody } from '../core/wire/body.ts';

/** Ledger entries told in one message. */
const ENTRIES_AT_ONCE = 1000;

export class LedgerNews {
  readonly #ledger: Ledger;
  #told: number;

  /** What the ledger holds now nobody waits for: each platform gets all of it when it connects. */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#told = ledger.entries.length;
  }

  /** At least one message, possibly of no entry: who is told nothing would wait. */
  all(): readonly LedgerSyncBody[] {
    return this.#from(0);
  }

  /** What came since this was asked last. */
  untold(): readonly LedgerSyncBody[] {
    const from = this.#told;
    this.#told = this.#ledger.entries.length;
    return this.#from(from);
  }

  #from(from: number): readonly LedgerSyncBody[] {
    const entries = this.#ledger.entries.slice(from).map(canonicalEntry);
    const messages: LedgerSyncBody[] = [];
    for (let at = 0; at === 0 || at < entries.length; at += ENTRIES_AT_ONCE) {
      messages.push({ kind: 'ledger-sync', from: from + at, entries: entries.slice(at, at + ENTRIES_AT_ONCE) });
    }
    return messages;
  }
}
