/**
 * A coordinator's state in one SQLite file.
 * @module
 */
import { decodeOptimiserState, encodeOptimiserState } from '../../core/federation/optimiser.ts';
import type { Outcome } from '../../core/secagg/outcome.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { conflict } from '../errors.ts';
import { SqliteDatabase } from '../../host/sqlite.ts';
import type { Row, StoreTerms } from '../../host/sqlite.ts';
import { LEDGER_COLUMNS, sqliteLedger } from '../../host/sqlite/ledger.ts';
import { sqliteVersions, VERSION_COLUMNS } from '../../host/sqlite/versions.ts';
import { SESSION_TABLES, sqliteSessions } from './sqlite-sessions.ts';
import { toBytes, toFloat32 } from '../../host/sqlite/vector-bytes.ts';
import type {
  AttemptEnded,
  AttemptRecord,
  AttemptStarted,
  CompletedRound,
  CoordinatorStore,
  MailboxStore,
  RoundStore,
  StoredLetter,
  StoreOwner,
} from './coordinator-store.ts';

const VERSION = 3;
const SCHEMA = `
CREATE TABLE owner (federation TEXT NOT NULL, parameters INTEGER NOT NULL) STRICT;
CREATE TABLE rounds (round INTEGER PRIMARY KEY, model BLOB NOT NULL, optimiser BLOB NOT NULL) STRICT;
CREATE TABLE attempts (
  number INTEGER PRIMARY KEY,
  round INTEGER NOT NULL, attempt INTEGER NOT NULL, cohort TEXT NOT NULL, started_at INTEGER NOT NULL,
  outcome TEXT, text TEXT, platforms TEXT, charged INTEGER, ended_at INTEGER,
  UNIQUE (round, attempt)
) STRICT;
CREATE TABLE ledger (${LEDGER_COLUMNS}) STRICT;
CREATE TABLE versions (${VERSION_COLUMNS}) STRICT;${SESSION_TABLES}
CREATE TABLE letters (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL, sealed BLOB NOT NULL, expires_at INTEGER NOT NULL,
  UNIQUE (sender, id)
) STRICT;
CREATE INDEX letters_by_receiver ON letters (receiver, number);
CREATE INDEX letters_by_expiry ON letters (expires_at)`;

const TERMS: StoreTerms = {
  process: 'coordinator',
  inUse: ': another coordinator runs on this store; stop it first, or give --store another file',
  older:
    'it records less than is needed to count what was spent (when uploads began, and which versions of the manifest were in force); finish that federation with the program that wrote it, or begin one with another name and an empty store',
  corrupt: "it is no coordinator's store, or damaged: restore it from a copy, since it records what was spent",
};

/**
 * Opens the state, or makes it, and keeps others out until it is closed.
 * @throws StoreError STORE_LOCKED if another coordinator holds it; STORE_FOREIGN if it belongs to another federation or
 *   plan; STORE_UNWRITABLE, STORE_FULL, STORE_CORRUPT, STORE_VERSION.
 */
export function openSqliteStore(path: string, owner: StoreOwner): CoordinatorStore {
  const file = new SqliteDatabase({ file: path, version: VERSION, schema: SCHEMA, terms: TERMS });
  try {
    checkOwner(file, path, owner);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    rounds: new SqliteRounds(file),
    sessions: sqliteSessions(file),
    ledger: sqliteLedger(file),
    versions: sqliteVersions(file),
    mailbox: new SqliteMailbox(file),
    close: () => file.close(),
  };
}

function checkOwner(file: SqliteDatabase, path: string, owner: StoreOwner): void {
  const row = file.get('SELECT federation, parameters FROM owner');
  if (row === undefined) {
    file.run('INSERT INTO owner VALUES (:federation, :parameters)', { ...owner });
    return;
  }
  const federation = row.text('federation');
  const parameters = row.integer('parameters');
  if (federation !== owner.federation) {
    throw new StoreError(
      'STORE_FOREIGN',
      `${path} belongs to federation "${federation}", not to "${owner.federation}": give --store another file`,
    );
  }
  if (parameters !== owner.parameters) {
    throw new StoreError(
      'STORE_FOREIGN',
      `${path} holds shared models of ${parameters} parameters and the manifest now plans ${owner.parameters}: ` +
        'bring the earlier manifest back, or begin a federation with another name',
    );
  }
}

class SqliteRounds implements RoundStore {
  readonly #file: SqliteDatabase;

  constructor(file: SqliteDatabase) {
    this.#file = file;
  }

  latest(): CompletedRound | undefined {
    const row = this.#file.get('SELECT round, model, optimiser FROM rounds ORDER BY round DESC LIMIT 1');
    if (row === undefined) return undefined;
    return {
      round: row.integer('round'),
      model: toFloat32(row.bytes('model')),
      optimiser: decodeOptimiserState(row.bytes('optimiser')),
    };
  }

  model(round: number): Float32Array | undefined {
    const row = this.#file.get('SELECT model FROM rounds WHERE round = :round', { round });
    return row === undefined ? undefined : toFloat32(row.bytes('model'));
  }

  begin(attempt: AttemptStarted): void {
    this.#file.transaction(() => {
      const { round, attempt: number, cohort, startedAt } = attempt;
      const open = this.#file.get('SELECT number FROM attempts WHERE outcome IS NULL');
      if (open !== undefined) throw conflict(attempt, 'another one is under way');
      const before = this.#file.get('SELECT number FROM attempts WHERE round = :round AND attempt = :number', {
        round,
        number,
      });
      if (before !== undefined) throw conflict(attempt, 'it was begun before');
      this.#file.run(
        'INSERT INTO attempts (round, attempt, cohort, started_at) VALUES (:round, :number, :cohort, :startedAt)',
        { round, number, cohort: JSON.stringify(cohort), startedAt },
      );
    });
  }

  end(attempt: AttemptEnded): void {
    const { round, attempt: number, outcome, text, platforms, charged, endedAt } = attempt;
    const changed = this.#file.run(
      `UPDATE attempts SET outcome = :outcome, text = :text, platforms = :platforms, charged = :charged, ended_at = :endedAt
       WHERE round = :round AND attempt = :number AND outcome IS NULL`,
      { round, number, outcome, text, platforms: JSON.stringify(platforms), charged: charged ? 1 : 0, endedAt },
    );
    if (changed !== 1) throw conflict(attempt, 'it is not under way');
  }

  complete(attempt: AttemptEnded, { round, model, optimiser }: CompletedRound): void {
    this.#file.transaction(() => {
      const rounds = this.#file.one('SELECT COUNT(*) AS rounds FROM rounds').integer('rounds');
      if (round !== rounds + 1) throw conflict(attempt, 'it is not of the next round');
      this.end(attempt);
      this.#file.run('INSERT INTO rounds VALUES (:round, :model, :optimiser)', {
        round,
        model: toBytes(model),
        optimiser: encodeOptimiserState(optimiser),
      });
    });
  }

  attempts(most: number): readonly AttemptRecord[] {
    return this.#file
      .all('SELECT * FROM attempts ORDER BY number DESC LIMIT :most', { most })
      .toReversed()
      .map(recordOf);
  }

  find(round: number, attempt: number): AttemptRecord | undefined {
    const where = 'WHERE round = :round AND attempt = :attempt';
    const row = this.#file.get(`SELECT * FROM attempts ${where}`, { round, attempt });
    return row === undefined ? undefined : recordOf(row);
  }

  lastAttempt(round: number): number {
    return this.#file
      .one('SELECT COALESCE(MAX(attempt), 0) AS last FROM attempts WHERE round = :round', { round })
      .integer('last');
  }

  outcomes(): ReadonlyMap<Outcome, number> {
    const rows = this.#file.all(
      'SELECT outcome, COUNT(*) AS attempts FROM attempts WHERE outcome IS NOT NULL GROUP BY outcome',
    );
    return new Map(rows.map((row) => [row.text('outcome') as Outcome, row.integer('attempts')]));
  }
}

function recordOf(row: Row): AttemptRecord {
  return {
    round: row.integer('round'),
    attempt: row.integer('attempt'),
    cohort: JSON.parse(row.text('cohort')) as string[],
    startedAt: row.integer('started_at'),
    end: row.isNull('outcome')
      ? undefined
      : {
          outcome: row.text('outcome') as Outcome,
          text: row.text('text'),
          platforms: JSON.parse(row.text('platforms')) as string[],
          charged: row.integer('charged') === 1,
          endedAt: row.integer('ended_at'),
        },
  };
}

class SqliteMailbox implements MailboxStore {
  readonly #file: SqliteDatabase;

  constructor(file: SqliteDatabase) {
    this.#file = file;
  }

  add({ id, from, to, sealed, expiresAt }: Omit<StoredLetter, 'order'>): boolean {
    const added = this.#file.run(
      `INSERT INTO letters (id, sender, receiver, sealed, expires_at) VALUES (:id, :from, :to, :sealed, :expiresAt)
       ON CONFLICT (sender, id) DO NOTHING`,
      { id, from, to, sealed, expiresAt },
    );
    return added === 1;
  }

  next(to: string, order: number): StoredLetter | undefined {
    const row = this.#file.get(
      'SELECT * FROM letters WHERE receiver = :to AND number > :order ORDER BY number LIMIT 1',
      { to, order },
    );
    if (row === undefined) return undefined;
    return {
      order: row.integer('number'),
      id: row.bytes('id'),
      from: row.text('sender'),
      to: row.text('receiver'),
      sealed: row.bytes('sealed'),
      expiresAt: row.integer('expires_at'),
    };
  }

  load(to: string, from?: string): { letters: number; bytes: number } {
    const row = this.#file.one(
      `SELECT COUNT(*) AS letters, COALESCE(SUM(LENGTH(sealed)), 0) AS bytes FROM letters
       WHERE receiver = :to AND (:from IS NULL OR sender = :from)`,
      { to, from: from ?? null },
    );
    return { letters: row.integer('letters'), bytes: row.integer('bytes') };
  }

  remove(to: string, id: Uint8Array): string | undefined {
    return this.#file.transaction(() => {
      const row = this.#file.get('SELECT number, sender FROM letters WHERE receiver = :to AND id = :id LIMIT 1', {
        to,
        id,
      });
      if (row === undefined) return undefined;
      this.#file.run('DELETE FROM letters WHERE number = :number', { number: row.integer('number') });
      return row.text('sender');
    });
  }

  expire(now: number): readonly Pick<StoredLetter, 'id' | 'from' | 'to'>[] {
    return this.#file.transaction(() => {
      const gone = this.#file.all('SELECT id, sender, receiver FROM letters WHERE expires_at <= :now', { now });
      if (gone.length > 0) this.#file.run('DELETE FROM letters WHERE expires_at <= :now', { now });
      return gone.map((row) => ({ id: row.bytes('id'), from: row.text('sender'), to: row.text('receiver') }));
    });
  }
}
