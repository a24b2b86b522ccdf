/**
 * In SQLite, the target's half of releases: vectors from sources, and withdrawn persons.
 * @module
 */
import { noiseText, readNoise } from '../../../core/release/noise-text.ts';
import type { ReleaseModeName } from '../../../core/release/registry.ts';
import type { ReceivedBatch, ReceivedPart, ReceivedStore } from '../platform-store.ts';
import type { Row, SqliteDatabase } from '../../../host/sqlite.ts';
import { toBytes, toFloat32 } from '../../../host/sqlite/vector-bytes.ts';

const VERSION = 'epoch = :epoch AND model_round = :modelRound';
const TABLES = ['received_batches', 'received_parts', 'received_vectors'];

export function sqliteReceived(database: SqliteDatabase): ReceivedStore {
  return {
    put(part) {
      database.transaction(() => {
        openBatch(database, part);
        const key = { source: part.source, epoch: part.epoch, modelRound: part.modelRound };
        database.run('INSERT OR IGNORE INTO received_parts VALUES (:source, :epoch, :modelRound, :part)', {
          ...key,
          part: part.part,
        });
        // One statement for all persons of a letter: with one per person the event loop stood still for longer.
        database.run(
          `INSERT OR REPLACE INTO received_vectors
           SELECT :source, :epoch, :modelRound, value ->> 0, value ->> 1, substr(:vectors, 1 + key * :width, :width)
           FROM json_each(:persons) WHERE NOT EXISTS
           (SELECT 1 FROM withdrawn WHERE source = :source AND pseudonym = value ->> 0 AND letter_order > :order)`,
          {
            ...key,
            order: part.order,
            persons: JSON.stringify(part.persons.map((pseudonym, row) => [pseudonym, part.expires[row]])),
            vectors: toBytes(part.vectors),
            width: part.dimension * Float32Array.BYTES_PER_ELEMENT,
          },
        );
      });
    },
    batches() {
      const count = (table: string): string =>
        `(SELECT COUNT(*) FROM ${table} AS t WHERE t.source = b.source AND t.epoch = b.epoch AND t.model_round = b.model_round)`;
      const counts = `${count('received_parts')} AS parts_received, ${count('received_vectors')} AS persons`;
      const order = 'ORDER BY source, epoch, model_round';
      return database.all(`SELECT *, ${counts} FROM received_batches AS b ${order}`).map(toBatch);
    },
    vectors: (source, { epoch, modelRound }) =>
      database
        .all(
          `SELECT pseudonym, vector FROM received_vectors WHERE source = :source AND ${VERSION} ORDER BY pseudonym`,
          {
            source,
            epoch,
            modelRound,
          },
        )
        .map((row) => ({ pseudonym: row.text('pseudonym'), vector: toFloat32(row.bytes('vector')) })),
    person: (pseudonym, { epoch, modelRound }) =>
      database
        .all(
          `SELECT source, vector FROM received_vectors WHERE pseudonym = :pseudonym AND ${VERSION} ORDER BY source`,
          {
            pseudonym,
            epoch,
            modelRound,
          },
        )
        .map((row) => ({ source: row.text('source'), vector: toFloat32(row.bytes('vector')) })),
    keep(versions) {
      database.transaction(() => {
        const held = database.all('SELECT DISTINCT epoch, model_round FROM received_batches');
        for (const row of held) {
          const version = { epoch: row.integer('epoch'), modelRound: row.integer('model_round') };
          const isKept = versions.some(
            (kept) => kept.epoch === version.epoch && kept.modelRound === version.modelRound,
          );
          if (isKept) continue;
          for (const table of TABLES) database.run(`DELETE FROM ${table} WHERE ${VERSION}`, version);
        }
      });
    },
    drop(source, { epoch, modelRound }) {
      database.transaction(() => dropAnswer(database, { source, epoch, modelRound }));
    },
    withdraw(source, order, pseudonyms) {
      return database.transaction(() => {
        let deleted = 0;
        for (const pseudonym of pseudonyms) {
          const key = { source, pseudonym };
          const which = 'WHERE source = :source AND pseudonym = :pseudonym';
          if (database.run(`DELETE FROM received_vectors ${which}`, key) > 0) deleted += 1;
          database.run(
            `INSERT INTO withdrawn VALUES (:source, :pseudonym, :order)
             ON CONFLICT DO UPDATE SET letter_order = MAX(letter_order, excluded.letter_order)`,
            { source, pseudonym, order },
          );
        }
        return deleted;
      });
    },
    expire: (now) => database.run('DELETE FROM received_vectors WHERE expires <= :now', { now }),
  };
}

/** Makes this batch the stored answer of its source and version. A different earlier answer is deleted completely. */
function openBatch(database: SqliteDatabase, part: ReceivedPart): void {
  const { noiseModel: noise, prototypes } = noiseText(part.noiseModel);
  const key = { source: part.source, epoch: part.epoch, modelRound: part.modelRound };
  const { mode, dimension, parts } = part;
  const made = { mode, noise, dimension, parts };
  const held = database.get(
    `SELECT 1 FROM received_batches WHERE source = :source AND ${VERSION}
     AND mode = :mode AND noise_model = :noise AND dimension = :dimension AND parts = :parts`,
    { ...key, ...made },
  );
  if (held !== undefined) return;
  dropAnswer(database, key);
  database.run(
    'INSERT INTO received_batches VALUES (:source, :epoch, :modelRound, :mode, :noise, :prototypes, :dimension, :parts)',
    { ...key, ...made, prototypes: toBytes(prototypes) },
  );
}

function dropAnswer(
  database: SqliteDatabase,
  key: { readonly source: string; readonly epoch: number; readonly modelRound: number },
): void {
  for (const table of TABLES) database.run(`DELETE FROM ${table} WHERE source = :source AND ${VERSION}`, key);
}

function toBatch(row: Row): ReceivedBatch {
  const kept = { noiseModel: row.text('noise_model'), prototypes: toFloat32(row.bytes('prototypes')) };
  const noiseModel = readNoise(kept);
  if (noiseModel === undefined)
    throw new Error(`this store holds a noise model that it did not write: ${kept.noiseModel}`);
  return {
    source: row.text('source'),
    epoch: row.integer('epoch'),
    modelRound: row.integer('model_round'),
    mode: row.text('mode') as ReleaseModeName,
    noiseModel,
    dimension: row.integer('dimension'),
    parts: row.integer('parts'),
    partsReceived: row.integer('parts_received'),
    persons: row.integer('persons'),
  };
}
