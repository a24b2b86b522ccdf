/**
 * Where one federation's entries are kept, and the store that ends with the process.
 * @module
 */
import { PrivacyError } from '../mechanism/errors.ts';
import type { LedgerEntry } from './ledger-chain.ts';

/** Whatever `append` returned from survives a crash. */
export interface LedgerStore {
  /** @throws when the sequence number is not the next one, e.g. because another process has written it. */
  append(entry: LedgerEntry): void;
  /** All, in order. */
  entries(): readonly LedgerEntry[];
}

/** For tests and for simulations that keep nothing. */
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
