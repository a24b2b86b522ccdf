/**
 * A privacy ledger in a SQLite file, one row per entry. `isthmus privacy ledger` reads the same table without opening the store.
 * @module
 */
import { PrivacyError } from '../../core/privacy/mechanism/errors.ts';
import type { LedgerEntry, LedgerStore } from '../../core/privacy/ledger/ledger.ts';
import type { SqliteDatabase } from '../sqlite.ts';

/**
 * First layout whose ledger records the spending of rounds. Stores of earlier layouts charged a round only when shares
 * were revealed.
 */
export const LEDGER_LAYOUT = 2;

/** Columns of the table `ledger` that the schema must have. */
export const LEDGER_COLUMNS = 'sequence INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL';

/** The last sequence number ever written: SQLite keeps it when rows are deleted. A chain of hashes does not know its end. */
export const LEDGER_END = "SELECT seq AS last FROM sqlite_sequence WHERE name = 'ledger'";

/** Number of entries that are gone from the end of the ledger. @param last of {@link LEDGER_END}; null before the first entry. */
export function entriesCutOff(entries: number, last: number | null): number {
  return last === null ? 0 : Math.max(0, last + 1 - entries);
}

/** The numbers of entries that are there and that are missing, as the end of a sentence about a ledger. */
export function cutOffText(entries: number, cutOff: number): string {
  return `holds ${entries} entries, and ${cutOff} more were written after them: they were removed by hand, or with a part of the file`;
}

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
    entries() {
      const rows = database.all('SELECT entry FROM ledger ORDER BY sequence');
      const cutOff = entriesCutOff(rows.length, database.get(LEDGER_END)?.integer('last') ?? null);
      if (cutOff > 0) {
        const text = `the ledger ${cutOffText(rows.length, cutOff)}; restore it from a copy`;
        throw new PrivacyError('PRIVACY_LEDGER_BROKEN', text);
      }
      return rows.map((row) => JSON.parse(row.text('entry')) as LedgerEntry);
    },
  };
}
