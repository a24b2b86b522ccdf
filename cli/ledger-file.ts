/**
 * Reads the ledger of a platform's state or a coordinator's store without writing to it. Both keep an `owner`, and one
 * row of JSON per entry.
 * @module
 */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { codeOf } from '../core/errors/coded-error.ts';
import { StoreError } from '../host/errors/store-errors.ts';
import { cutOffText, entriesCutOff, LEDGER_END, LEDGER_LAYOUT } from '../host/sqlite/ledger.ts';

export interface LedgerFile {
  readonly federation: string;
  /** The platform's name; null for the coordinator's ledger. */
  readonly platform: string | null;
  /** The entries as JSON texts, in order. */
  readonly rows: readonly string[];
  /** Why the end of the ledger is missing, in words; null if it is there. */
  readonly cutOff: string | null;
}

/**
 * @throws StoreError STORE_MISSING; STORE_LOCKED while an agent or a coordinator has the file open; STORE_VERSION for
 * an older layout; STORE_CORRUPT for any other failure.
 */
export function readLedgerFile(file: string): LedgerFile {
  if (!existsSync(file)) {
    throw new StoreError('STORE_MISSING', `${file} does not exist: name a platform's state or a coordinator's store`);
  }
  try {
    return readWith(`${pathToFileURL(file).href}?mode=ro`, file);
  } catch (error) {
    // A killed process may leave a write-ahead log, which SQLite can apply only if it may write.
    const code = codeOf(error) ?? '';
    if (code === 'SQLITE_CANTOPEN' || code.startsWith('SQLITE_READONLY')) return guarded(file, file);
    throw translated(error, file);
  }
}

function guarded(path: string, file: string): LedgerFile {
  try {
    return readWith(path, file);
  } catch (error) {
    throw translated(error, file);
  }
}

function readWith(path: string, file: string): LedgerFile {
  const database = new Libsql(path);
  try {
    database.exec('PRAGMA query_only = ON');
    const { user_version: layout } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (layout > 0 && layout < LEDGER_LAYOUT) {
      throw new StoreError(
        'STORE_VERSION',
        `${file} has layout ${layout}: it charged rounds when shares were revealed, not when updates left, so its spend is unknown; print it with the program that wrote it`,
      );
    }
    const owner = database.prepare('SELECT * FROM owner').get() as Record<string, unknown> | undefined;
    const rows = database.prepare('SELECT entry FROM ledger ORDER BY sequence').all() as { entry: unknown }[];
    const end = database.prepare(LEDGER_END).get() as { last: number } | undefined;
    const cutOff = entriesCutOff(rows.length, end?.last ?? null);
    return {
      cutOff: cutOff === 0 ? null : cutOffText(rows.length, cutOff),
      federation: typeof owner?.federation === 'string' ? owner.federation : '',
      platform: typeof owner?.platform === 'string' ? owner.platform : null,
      rows: rows.map(({ entry }) => String(entry)),
    };
  } finally {
    database.close();
  }
}

function translated(cause: unknown, file: string): unknown {
  if (cause instanceof StoreError) return cause;
  const code = codeOf(cause) ?? '';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    const text = `${file} is held by a running agent or coordinator: stop it first; until then its local service and its metrics show the spend`;
    return new StoreError('STORE_LOCKED', text, { cause });
  }
  if (cause instanceof Error) {
    const text = `${file} is neither a platform's state nor a coordinator's store (${cause.message})`;
    return new StoreError('STORE_CORRUPT', text, { cause });
  }
  return cause;
}
