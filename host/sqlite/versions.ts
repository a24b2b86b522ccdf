/**
 * The versions of the manifest that a process is bound to, in a SQLite file.
 * @module
 */
import type { VersionRecord, VersionStore } from '../../core/federation/versions.ts';
import type { SqliteDatabase } from '../sqlite.ts';

/** Columns of the table `versions` that the schema must have. */
export const VERSION_COLUMNS =
  'number INTEGER PRIMARY KEY, version INTEGER NOT NULL, hash TEXT NOT NULL, standing TEXT NOT NULL, attempts_before INTEGER NOT NULL';

export function sqliteVersions(database: SqliteDatabase): VersionStore {
  return {
    all: () =>
      database.all('SELECT * FROM versions ORDER BY number').map((row) => ({
        version: row.integer('version'),
        hash: row.text('hash'),
        standing: row.text('standing') as VersionRecord['standing'],
        attemptsBefore: row.integer('attempts_before'),
      })),
    append(records) {
      database.transaction(() => {
        for (const record of records) {
          database.run(
            `INSERT INTO versions (version, hash, standing, attempts_before)
             VALUES (:version, :hash, :standing, :attemptsBefore)`,
            { ...record },
          );
        }
      });
    },
  };
}
