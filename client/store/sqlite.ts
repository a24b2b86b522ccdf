/**
 * The platform's state in one SQLite file.
 * @module
 */
import { StoreError } from './errors.ts';
import type { PlatformStore } from './platform-store.ts';
import { SqliteDatabase, text } from './sqlite/database.ts';
import { sqliteLedger } from './sqlite/ledger.ts';
import { sqliteReceived } from './sqlite/received.ts';
import { sqliteCodes, sqliteConsents, sqliteOutbox, sqliteRequests } from './sqlite/releases.ts';
import { sqliteModels, sqliteSessions, sqliteSums } from './sqlite/rounds.ts';
import { SCHEMA, SCHEMA_VERSION } from './sqlite/schema.ts';
import { sqliteStarts } from './sqlite/starts.ts';

/** Whose state it is. */
export interface StoreOwner {
  readonly federation: string;
  readonly platform: string;
}

/**
 * Opens the state, or makes it, and holds it alone until it is closed.
 * @param owner undefined: whoever it belongs to.
 * @throws StoreError STORE_LOCKED when another process holds it; STORE_FOREIGN when it belongs to another platform or
 * federation; STORE_UNWRITABLE, STORE_FULL, STORE_CORRUPT, STORE_VERSION.
 */
export function openSqliteStore(file: string, owner?: StoreOwner): PlatformStore {
  const database = new SqliteDatabase(file, SCHEMA_VERSION, SCHEMA);
  try {
    if (owner !== undefined) checkOwner(database, file, owner);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    sessions: sqliteSessions(database),
    ledger: sqliteLedger(database),
    sums: sqliteSums(database),
    codes: sqliteCodes(database),
    consents: sqliteConsents(database),
    requests: sqliteRequests(database),
    received: sqliteReceived(database),
    models: sqliteModels(database),
    outbox: sqliteOutbox(database),
    starts: sqliteStarts(database),
    close: () => database.close(),
  };
}

function checkOwner(database: SqliteDatabase, file: string, owner: StoreOwner): void {
  const row = database.get('SELECT federation, platform FROM owner');
  if (row === undefined) {
    database.run('INSERT INTO owner VALUES (:federation, :platform)', { ...owner });
    return;
  }
  const found = { federation: text(row, 'federation'), platform: text(row, 'platform') };
  if (found.federation === owner.federation && found.platform === owner.platform) return;
  throw new StoreError(
    'STORE_FOREIGN',
    `${file} is the state of platform "${found.platform}" of federation "${found.federation}", not of "${owner.platform}" of "${owner.federation}": give each platform its own --state`,
  );
}
