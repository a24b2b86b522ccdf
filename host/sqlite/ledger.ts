/**
 * A privacy ledger in a SQLite file, one row per entry. `isthmus privacy ledger` reads the same table without opening the store.
 * @module
 */
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import type { LedgerEntry, LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { SqliteDatabase } from '../sqlite.ts';

/** First layout whose ledger tells what rounds spent. Stores of earlier ones charged a round only when shares were revealed. */
export const LEDGER_LAYOUT = 2;

/** Columns of the table `ledger` that the schema must have. */
export const LEDGER_COLUMNS = 'sequence INTEGER PRIMARY KEY, entry TEXT NOT NULL';

export function sqliteLedger(database: SqliteDatabase): LedgerStore {
  return {
    append(entry) {
      database.transaction(() => {
        const count = database.one('SELECT COUNT(*) AS entries FROM ledger').integer('entries');
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
    // The code that opens the ledger checks its chain of hashes, which shows an altered row.
    entries: () =>
      database
        .all('SELECT entry FROM ledger ORDER BY sequence')
        .map((row) => JSON.parse(row.text('entry')) as LedgerEntry),
  };
}
