/**
 * The target's half of releases: vectors it holds, and persons who took them back.
 * @module
 */
import { canonicalJson } from '../../../core/federation/manifest.ts';
import type { NoiseModel, ReleaseModeName } from '../../../core/privacy/release.ts';
import type { ReceivedBatch, ReceivedPart, ReceivedStore } from '../platform-store.ts';
import { toBytes, toFloat32 } from '../vector-bytes.ts';
import { blob, integer, text } from './database.ts';
import type { Row, SqliteDatabase } from './database.ts';

export function sqliteReceived(database: SqliteDatabase): ReceivedStore {
  return {
    put(part) {
      database.transaction(() => {
        openBatch(database, part);
        const { source } = part;
        database.run('INSERT OR IGNORE INTO received_parts VALUES (:source, :part)', { source, part: part.part });
        part.persons.forEach((pseudonym, row) => {
          const vector = part.vectors.subarray(row * part.dimension, (row + 1) * part.dimension);
          database.run(
            `INSERT OR REPLACE INTO received_vectors SELECT :source, :pseudonym, :expires, :vector WHERE NOT EXISTS
             (SELECT 1 FROM withdrawn WHERE source = :source AND pseudonym = :pseudonym AND epoch >= :epoch)`,
            { source, pseudonym, expires: part.expires[row], vector: toBytes(vector), epoch: part.epoch },
          );
        });
      });
    },
    batches() {
      const count = '(SELECT COUNT(*) FROM received_parts AS p WHERE p.source = b.source) AS parts_received';
      return database.all(`SELECT *, ${count} FROM received_batches AS b ORDER BY source`).map(toBatch);
    },
    vectors: (source) =>
      database
        .all('SELECT pseudonym, vector FROM received_vectors WHERE source = :source ORDER BY pseudonym', { source })
        .map((row) => ({ pseudonym: text(row, 'pseudonym'), vector: toFloat32(blob(row, 'vector')) })),
    person: (pseudonym) =>
      database
        .all('SELECT source, vector FROM received_vectors WHERE pseudonym = :pseudonym ORDER BY source', { pseudonym })
        .map((row) => ({ source: text(row, 'source'), vector: toFloat32(blob(row, 'vector')) })),
    withdraw(source, epoch, pseudonyms) {
      return database.transaction(() => {
        let deleted = 0;
        for (const pseudonym of pseudonyms) {
          const key = { source, pseudonym };
          deleted += database.run(
            'DELETE FROM received_vectors WHERE source = :source AND pseudonym = :pseudonym',
            key,
          );
          database.run(
            `INSERT INTO withdrawn VALUES (:source, :pseudonym, :epoch)
             ON CONFLICT DO UPDATE SET epoch = MAX(epoch, excluded.epoch)`,
            { source, pseudonym, epoch },
          );
        }
        return deleted;
      });
    },
    expire: (now) => database.run('DELETE FROM received_vectors WHERE expires <= :now', { now }),
  };
}

/** Makes the part's batch the one held of its source; an answer made otherwise is dropped whole. */
function openBatch(database: SqliteDatabase, part: ReceivedPart): void {
  const { prototypes, ...noise } =
    part.noiseModel.kind === 'randomised-response'
      ? part.noiseModel
      : { ...part.noiseModel, prototypes: new Float32Array(0) };
  const row = {
    source: part.source,
    epoch: part.epoch,
    modelRound: part.modelRound,
    mode: part.mode,
    noise: canonicalJson(noise),
    prototypes: toBytes(prototypes),
    dimension: part.dimension,
    parts: part.parts,
  };
  const { source, prototypes: _, ...same } = row;
  const held = database.get(
    `SELECT 1 FROM received_batches WHERE source = :source AND epoch = :epoch AND model_round = :modelRound
     AND mode = :mode AND noise_model = :noise AND dimension = :dimension AND parts = :parts`,
    { source, ...same },
  );
  if (held !== undefined) return;
  for (const table of ['received_batches', 'received_parts', 'received_vectors']) {
    database.run(`DELETE FROM ${table} WHERE source = :source`, { source });
  }
  database.run(
    'INSERT INTO received_batches VALUES (:source, :epoch, :modelRound, :mode, :noise, :prototypes, :dimension, :parts)',
    row,
  );
}

function toBatch(row: Row): ReceivedBatch {
  const noise = JSON.parse(text(row, 'noise_model')) as NoiseModel;
  return {
    source: text(row, 'source'),
    epoch: integer(row, 'epoch'),
    modelRound: integer(row, 'model_round'),
    mode: text(row, 'mode') as ReleaseModeName,
    noiseModel:
      noise.kind === 'randomised-response' ? { ...noise, prototypes: toFloat32(blob(row, 'prototypes')) } : noise,
    dimension: integer(row, 'dimension'),
    parts: integer(row, 'parts'),
    partsReceived: integer(row, 'parts_received'),
  };
}
