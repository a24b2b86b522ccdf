/**
 * The platform's state in one SQLite file.
 * @module
 */
import { StoreError } from '../../host/errors/store-errors.ts';
import type { PlatformStore, StoreOwner } from './platform-store.ts';
import { sqliteReceived } from './sqlite/received.ts';
import { sqliteCodes, sqliteConsents, sqlitePseudonyms, sqliteRequests } from './sqlite/releases.ts';
import { sqliteLetterKeys, sqliteOutbox } from './sqlite/letters.ts';
import { sqliteModels, sqliteSessions, sqliteSums } from './sqlite/rounds.ts';
import { SCHEMA, SCHEMA_VERSION } from './sqlite/schema.ts';
import { SqliteDatabase } from '../../host/sqlite.ts';
import type { StoreTerms } from '../../host/sqlite.ts';
import { sqliteLedger } from '../../host/sqlite/ledger.ts';
import { sqliteVersions } from '../../host/sqlite/versions.ts';
import { sqliteCoordinates, sqliteStarts } from './sqlite/starts.ts';

const TERMS: StoreTerms = {
  process: 'platform',
  inUse: ' by another process: stop it, or give this one its own state',
  older:
    'it records less than is needed to spend nothing twice (when updates left, whose the codes are, and which versions of the manifest were in force), so what was spent is not known; finish that federation with the program that wrote it, or begin one with another name and an empty state',
  corrupt: "it is no platform's state, or damaged: restore it from a backup, since it records what was spent",
};

/**
 * Opens the state, or makes it, and keeps others out until it is closed.
 * @param owner undefined: accept any owner.
 * @throws StoreError STORE_LOCKED if another process holds it; STORE_FOREIGN if it belongs to another platform or
 *   federation; STORE_UNWRITABLE, STORE_FULL, STORE_CORRUPT, STORE_VERSION.
 */
export function openSqliteStore(file: string, owner?: StoreOwner): PlatformStore {
  const database = new SqliteDatabase({ file, version: SCHEMA_VERSION, schema: SCHEMA, terms: TERMS });
  try {
    if (owner !== undefined) checkOwner(database, file, owner);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    sessions: sqliteSessions(database),
    ledger: sqliteLedger(database),
    versions: sqliteVersions(database),
    sums: sqliteSums(database),
    codes: sqliteCodes(database),
    pseudonyms: sqlitePseudonyms(database),
    consents: sqliteConsents(database),
    requests: sqliteRequests(database),
    received: sqliteReceived(database),
    models: sqliteModels(database),
    outbox: sqliteOutbox(database),
    letterKeys: sqliteLetterKeys(database),
    starts: sqliteStarts(database),
    coordinates: sqliteCoordinates(database),
    close: () => database.close(),
  };
}

function checkOwner(database: SqliteDatabase, file: string, owner: StoreOwner): void {
  const row = database.get('SELECT federation, platform FROM owner');
  if (row === undefined) {
    database.run('INSERT INTO owner VALUES (:federation, :platform)', { ...owner });
    return;
  }
  const found = { federation: row.text('federation'), platform: row.text('platform') };
  if (found.federation === owner.federation && found.platform === owner.platform) return;
  throw new StoreError(
    'STORE_FOREIGN',
    `${file} is the state of platform "${found.platform}" of federation "${found.federation}", not of "${owner.platform}" of "${owner.federation}": give each platform its own --state`,
  );
}
