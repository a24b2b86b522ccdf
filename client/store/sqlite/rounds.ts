/**
 * In SQLite, the records of rounds: attempts with their endings, released sums, accepted shared models.
 * @module
 */
import type { ModelStore, RecordedAttempt, ReleasedSumStore, SessionStore } from '../platform-store.ts';
import type { Row, SqliteDatabase } from '../../../host/sqlite.ts';
import { toBytes, toFloat32, toFloat64 } from '../../../host/sqlite/vector-bytes.ts';

export function sqliteSessions(database: SqliteDatabase): SessionStore {
  return {
    enter({ attempt, parametersHash, sealKey, maskKey }) {
      const row = { attempt, parametersHash, sealKey, maskKey };
      const sql = `INSERT OR IGNORE INTO attempts (attempt, parameters_hash, seal_key, mask_key)
                   VALUES (:attempt, :parametersHash, :sealKey, :maskKey)`;
      return database.run(sql, row) === 1;
    },
    find: (attempt) => toAttempt(database.get('SELECT * FROM attempts WHERE attempt = :attempt', { attempt })),
    ofSession: (session) => toAttempt(database.get('SELECT * FROM attempts WHERE session = :session', { session })),
    knows({ sealKey, maskKey }) {
      const sql = 'SELECT 1 FROM attempts WHERE seal_key = :sealKey AND mask_key = :maskKey';
      return database.get(sql, { sealKey, maskKey }) !== undefined;
    },
    charging(attempt, session) {
      database.run('UPDATE attempts SET session = :session WHERE attempt = :attempt', { attempt, session });
    },
    reveal: (attempt, choice) =>
      database.transaction(() => {
        const sql = `UPDATE attempts SET ending = 'revealed', choice = :choice WHERE attempt = :attempt AND ending IS NULL`;
        database.run(sql, { attempt, choice });
        const row = database.get('SELECT ending, choice FROM attempts WHERE attempt = :attempt', { attempt });
        if (row === undefined || row.isNull('choice')) return false;
        return Buffer.compare(row.bytes('choice'), choice) === 0;
      }),
    giveUp: (attempt) =>
      database.transaction(() => {
        const where = `WHERE attempt = :attempt AND ending IS NULL`;
        database.run(`UPDATE attempts SET ending = 'given-up' ${where}`, { attempt });
        return (
          toAttempt(database.get('SELECT * FROM attempts WHERE attempt = :attempt', { attempt }))?.ending === 'given-up'
        );
      }),
    giveUpAll() {
      database.run("UPDATE attempts SET ending = 'given-up' WHERE ending IS NULL");
    },
  };
}

function toAttempt(row: Row | undefined): RecordedAttempt | undefined {
  if (row === undefined) return undefined;
  return {
    attempt: row.text('attempt'),
    parametersHash: row.bytes('parameters_hash'),
    sealKey: row.bytes('seal_key'),
    maskKey: row.bytes('mask_key'),
    session: row.isNull('session') ? null : row.text('session'),
    ending: row.isNull('ending') ? null : (row.text('ending') as RecordedAttempt['ending']),
  };
}

export function sqliteSums(database: SqliteDatabase): ReleasedSumStore {
  return {
    get(plan, repetition) {
      const key = { plan, repetition };
      const row = database.get('SELECT released FROM sums WHERE plan = :plan AND repetition = :repetition', key);
      return row === undefined ? undefined : toFloat64(row.bytes('released'));
    },
    put(plan, repetition, values) {
      const row = { plan, repetition, released: toBytes(values) };
      database.run('INSERT INTO sums VALUES (:plan, :repetition, :released)', row);
    },
  };
}

export function sqliteModels(database: SqliteDatabase): ModelStore {
  return {
    accept(round, model) {
      database.run('INSERT OR REPLACE INTO models VALUES (:round, :model)', { round, model: toBytes(model) });
    },
    latest() {
      const row = database.get('SELECT round, model FROM models ORDER BY round DESC LIMIT 1');
      return row === undefined ? undefined : { round: row.integer('round'), model: toFloat32(row.bytes('model')) };
    },
    at(round) {
      const row = database.get('SELECT model FROM models WHERE round = :round', { round });
      return row === undefined ? undefined : toFloat32(row.bytes('model'));
    },
    served() {
      const row = database.get('SELECT * FROM served');
      if (row === undefined) return undefined;
      return {
        epoch: row.integer('epoch'),
        modelRound: row.integer('model_round'),
        heldOut: row.isNull('held_out') ? null : row.real('held_out'),
        persons: row.integer('persons'),
      };
    },
    serve({ epoch, modelRound, heldOut, persons }) {
      const row = { epoch, modelRound, heldOut, persons };
      database.run('INSERT OR REPLACE INTO served VALUES (1, :epoch, :modelRound, :heldOut, :persons)', row);
    },
  };
}
