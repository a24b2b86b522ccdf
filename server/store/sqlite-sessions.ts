/**
 * Key lists and statements in the coordinator's SQLite file.
 * @module
 */
import { fromHex, toHex } from '../../core/encoding/canonical-bytes.ts';
import type { NamedKeys } from '../../core/secagg/messages.ts';
import type { Row, SqliteDatabase } from '../../host/sqlite.ts';
import { conflict } from '../errors.ts';
import type { ListedKeys, SessionStore } from './coordinator-store.ts';

export const SESSION_TABLES = `
CREATE TABLE key_lists (
  round INTEGER NOT NULL, attempt INTEGER NOT NULL, session TEXT NOT NULL, parameters_hash BLOB NOT NULL, keys TEXT NOT NULL,
  PRIMARY KEY (round, attempt)
) STRICT;
CREATE TABLE last_keys (platform TEXT PRIMARY KEY, round INTEGER NOT NULL, attempt INTEGER NOT NULL) STRICT;
CREATE TABLE statements (
  round INTEGER NOT NULL, attempt INTEGER NOT NULL, platform TEXT NOT NULL, signature BLOB NOT NULL,
  PRIMARY KEY (round, attempt, platform)
) STRICT;`;

export function sqliteSessions(file: SqliteDatabase): SessionStore {
  return {
    list(listed) {
      file.transaction(() => {
        const { round, attempt, session, parametersHash, keys } = listed;
        const row = { round, attempt, session, parametersHash, keys: JSON.stringify(keys.map(toJson)) };
        const sql = 'INSERT OR IGNORE INTO key_lists VALUES (:round, :attempt, :session, :parametersHash, :keys)';
        if (file.run(sql, row) !== 1) throw conflict(listed, 'its keys were listed before');
        for (const { id } of keys) {
          const last = { platform: id, round, attempt };
          file.run('INSERT OR REPLACE INTO last_keys VALUES (:platform, :round, :attempt)', last);
        }
      });
    },
    listed: (round, attempt) =>
      toListed(file.get('SELECT * FROM key_lists WHERE round = :round AND attempt = :attempt', { round, attempt })),
    last: (platform) =>
      toListed(
        file.get('SELECT key_lists.* FROM key_lists JOIN last_keys USING (round, attempt) WHERE platform = :platform', {
          platform,
        }),
      ),
    state({ round, attempt }, platform, signature) {
      const row = { round, attempt, platform, signature };
      file.run('INSERT OR IGNORE INTO statements VALUES (:round, :attempt, :platform, :signature)', row);
    },
    statements({ round, attempt }) {
      const sql = 'SELECT platform, signature FROM statements WHERE round = :round AND attempt = :attempt';
      return new Map(file.all(sql, { round, attempt }).map((row) => [row.text('platform'), row.bytes('signature')]));
    },
  };
}

function toListed(row: Row | undefined): ListedKeys | undefined {
  if (row === undefined) return undefined;
  return {
    round: row.integer('round'),
    attempt: row.integer('attempt'),
    session: row.text('session'),
    parametersHash: row.bytes('parameters_hash'),
    keys: (JSON.parse(row.text('keys')) as StoredKeys[]).map(fromJson),
  };
}

type StoredKeys = ReturnType<typeof toJson>;

function toJson({ id, platform, sealKey, maskKey, beaconCommitment, signature }: NamedKeys) {
  return {
    id,
    platform,
    sealKey: toHex(sealKey),
    maskKey: toHex(maskKey),
    beaconCommitment: toHex(beaconCommitment),
    signature: toHex(signature),
  };
}

function fromJson({ id, platform, sealKey, maskKey, beaconCommitment, signature }: StoredKeys): NamedKeys {
  return {
    id,
    platform,
    sealKey: fromHex(sealKey),
    maskKey: fromHex(maskKey),
    beaconCommitment: fromHex(beaconCommitment),
    signature: fromHex(signature),
  };
}
