/**
 * This platform's own ledger, one row an entry.
 * @module
 */
import { PrivacyError } from '../../../core/privacy/mechanism/errors.ts';
import type { LedgerEntry, LedgerStore } from '../../../core/privacy/ledger/ledger.ts';
import { integer, text } from './database.ts';
import type { SqliteDatabase } from './database.ts';

export function sqliteLedger(database: SqliteDatabase): LedgerStore {
  return {
    append(entry) {
      database.transaction(() => {
        const count = integer(database.get('SELECT COUNT(*) AS entries FROM ledger') ?? {}, 'entries');
        if (entry.sequence !== count) {
          throw new PrivacyError(
            'PRIVACY_LEDGER_BROKEN',
            `ledger: entry ${entry.sequence} cannot follow ${count} entries; another process may be writing`,
          );
        }
        const row = { sequence: entry.sequence, entry: JSON.stringify(entry) };
        database.run('INSERT INTO ledger VALUES (:sequence, :entry)', row);
      });
    },
    // The chain of hashes, checked by whoever opens the ledger, tells when a row was altered.
    entries: () =>
      database
        .all('SELECT entry FROM ledger ORDER BY sequence')
        .map((row) => JSON.parse(text(row, 'entry')) as LedgerEntry),
  };
}
