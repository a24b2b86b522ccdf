/**
 * The store of one federation's entries, and an implementation in memory.
 * @module
 */
import { PrivacyError } from '../mechanism/errors.ts';
import type { LedgerEntry } from './ledger-chain.ts';

/** An entry survives a crash once `append` has returned. */
export interface LedgerStore {
  /** @throws if the sequence number is not the next one, for example because another process has written it. */
  append(entry: LedgerEntry): void;
  /** All entries, in order. */
  entries(): readonly LedgerEntry[];
}

/** Ends with the process: for tests, and for simulations that keep nothing. */
export class MemoryLedgerStore implements LedgerStore {
  readonly #entries: LedgerEntry[] = [];

  append(entry: LedgerEntry): void {
    if (entry.sequence !== this.#entries.length) {
      throw new PrivacyError(
        'PRIVACY_LEDGER_BROKEN',
        `ledger: entry ${entry.sequence} cannot follow ${this.#entries.length} entries; another process may be writing`,
      );
    }
    this.#entries.push(entry);
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#entries];
  }
}
