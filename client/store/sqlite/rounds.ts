/**
 * What rounds leave behind: spent attempts, reveals, released sums, accepted models.
 * @module
 */
import type { ModelStore, ReleasedSumStore, SessionStore } from '../platform-store.ts';
import type { SqliteDatabase } from '../../../host/sqlite.ts';
import { toBytes, toFloat32, toFloat64 } from '../../../host/sqlite/vector-bytes.ts';

export function sqliteSessions(database: SqliteDatabase): SessionStore {
  return {
    spend: (attempt) => database.run('INSERT OR IGNORE INTO spent VALUES (:attempt)', { attempt }) === 1,
    isSpent: (attempt) => database.get('SELECT 1 FROM spent WHERE attempt = :attempt', { attempt }) !== undefined,
    reveal: (session, choice) =>
      database.transaction(() => {
        database.run('INSERT OR IGNORE INTO reveals VALUES (:session, :choice)', { session, choice });
        const recorded = database.get('SELECT choice FROM reveals WHERE session = :session', { session });
        return recorded !== undefined && Buffer.compare(recorded.bytes('choice'), choice) === 0;
      }),
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
