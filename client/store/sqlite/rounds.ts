/**
 * What rounds leave behind: spent attempts, reveals, released sums, accepted models.
 * @module
 */
import type { ModelStore, ReleasedSumStore, SessionStore } from '../platform-store.ts';
import { toBytes, toFloat32, toFloat64 } from '../vector-bytes.ts';
import { blob, integer, real } from './database.ts';
import type { SqliteDatabase } from './database.ts';

export function sqliteSessions(database: SqliteDatabase): SessionStore {
  return {
    spend: (attempt) => database.run('INSERT OR IGNORE INTO spent VALUES (:attempt)', { attempt }) === 1,
    isSpent: (attempt) => database.get('SELECT 1 FROM spent WHERE attempt = :attempt', { attempt }) !== undefined,
    reveal: (session, choice) =>
      database.transaction(() => {
        database.run('INSERT OR IGNORE INTO reveals VALUES (:session, :choice)', { session, choice });
        const recorded = database.get('SELECT choice FROM reveals WHERE session = :session', { session });
        return recorded !== undefined && Buffer.compare(blob(recorded, 'choice'), choice) === 0;
      }),
  };
}

export function sqliteSums(database: SqliteDatabase): ReleasedSumStore {
  return {
    get(plan, repetition) {
      const key = { plan, repetition };
      const row = database.get('SELECT released FROM sums WHERE plan = :plan AND repetition = :repetition', key);
      return row === undefined ? undefined : toFloat64(blob(row, 'released'));
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
      return row === undefined ? undefined : { round: integer(row, 'round'), model: toFloat32(blob(row, 'model')) };
    },
    at(round) {
      const row = database.get('SELECT model FROM models WHERE round = :round', { round });
      return row === undefined ? undefined : toFloat32(blob(row, 'model'));
    },
    served() {
      const row = database.get('SELECT * FROM served');
      if (row === undefined) return undefined;
      return {
        epoch: integer(row, 'epoch'),
        modelRound: integer(row, 'model_round'),
        heldOut: row.held_out === null ? null : real(row, 'held_out'),
        persons: integer(row, 'persons'),
      };
    },
    serve({ epoch, modelRound, heldOut, persons }) {
      const row = { epoch, modelRound, heldOut, persons };
      database.run('INSERT OR REPLACE INTO served VALUES (1, :epoch, :modelRound, :heldOut, :persons)', row);
    },
  };
}
