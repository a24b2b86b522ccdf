/**
 * In SQLite: waiting letters, ids of letters taken, and the keys that letters are sealed to.
 * @module
 */
import { z } from 'zod';
import type { LetterKeyStore, Outbox, OwnLetterKey } from '../platform-store.ts';
import type { Row, SqliteDatabase } from '../../../host/sqlite.ts';

export function sqliteOutbox(database: SqliteDatabase): Outbox {
  return {
    add(letters) {
      return database.transaction(() =>
        letters.map((letter) => {
          const { id, to, lifetimeSeconds, namesPersons, content } = letter;
          database.run(
            `INSERT INTO outbox (id, receiver, lifetime_seconds, names_persons, content)
             VALUES (:id, :to, :lifetimeSeconds, :namesPersons, :content)`,
            { id, to, lifetimeSeconds, namesPersons: namesPersons ? 1 : 0, content },
          );
          const order = database.one('SELECT position FROM outbox WHERE id = :id', { id }).integer('position');
          return { ...letter, order };
        }),
      );
    },
    waiting: () =>
      database.all('SELECT * FROM outbox ORDER BY position').map((row) => ({
        id: row.text('id'),
        to: row.text('receiver'),
        lifetimeSeconds: row.integer('lifetime_seconds'),
        namesPersons: row.integer('names_persons') === 1,
        content: row.bytes('content'),
        order: row.integer('position'),
      })),
    sent(id) {
      database.run('DELETE FROM outbox WHERE id = :id', { id });
    },
    take(sender, id) {
      database.run('INSERT OR IGNORE INTO taken VALUES (:sender, :id)', { sender, id });
    },
    isTaken: (sender, id) =>
      database.get('SELECT 1 FROM taken WHERE sender = :sender AND id = :id', { sender, id }) !== undefined,
  };
}

const ids = z.array(z.string());

export function sqliteLetterKeys(database: SqliteDatabase): LetterKeyStore {
  const change = (peer: string, publicKey: Uint8Array, awaited: string | null, isUsed: boolean): void => {
    database.run(
      `UPDATE letter_keys SET awaited = COALESCE(:awaited, awaited), used = MAX(used, :used)
       WHERE peer = :peer AND public_key = :publicKey`,
      { peer, publicKey, awaited, used: isUsed ? 1 : 0 },
    );
  };
  return {
    own: (peer) =>
      database
        .all(
          "SELECT * FROM letter_keys WHERE (:peer IS NULL OR peer = :peer) AND secret_key <> x'' ORDER BY peer, serial",
          { peer: peer ?? null },
        )
        .map(toOwn),
    add({ peer, publicKey, secretKey, until, serial }) {
      database.run('INSERT INTO letter_keys VALUES (:peer, :serial, :publicKey, :secretKey, :until, 0, NULL)', {
        ...{ peer, serial, publicKey, secretKey, until },
      });
    },
    lastSerial: (peer) =>
      database
        .one('SELECT COALESCE(MAX(serial), 0) AS last FROM letter_keys WHERE peer = :peer', { peer })
        .integer('last'),
    use: (peer, publicKey) => change(peer, publicKey, null, true),
    awaits: (peer, publicKey, letters) => change(peer, publicKey, JSON.stringify(letters), false),
    forget(publicKeys) {
      database.transaction(() => {
        for (const publicKey of publicKeys) {
          database.run("UPDATE letter_keys SET secret_key = x'' WHERE public_key = :publicKey", { publicKey });
        }
        // The newest serial must never be forgotten.
        database.run(
          `DELETE FROM letter_keys WHERE secret_key = x''
           AND serial < (SELECT MAX(serial) FROM letter_keys AS later WHERE later.peer = letter_keys.peer)`,
        );
      });
      database.eraseDeleted();
    },
    peer(name) {
      const row = database.get('SELECT * FROM peer_letter_keys WHERE peer = :name', { name });
      return row && { publicKey: row.bytes('public_key'), until: row.integer('until'), serial: row.integer('serial') };
    },
    setPeer(name, { publicKey, until, serial }) {
      database.transaction(() => {
        database.run('DELETE FROM sealed_letters WHERE peer = :name', { name });
        database.run('INSERT OR REPLACE INTO peer_letter_keys VALUES (:name, :publicKey, :until, :serial)', {
          ...{ name, publicKey, until, serial },
        });
      });
    },
    sealed(peer, letter) {
      database.run('INSERT OR IGNORE INTO sealed_letters VALUES (:peer, :letter)', { peer, letter });
    },
    sealedTo: (peer) =>
      database
        .all('SELECT letter FROM sealed_letters WHERE peer = :peer ORDER BY letter', { peer })
        .map((row) => row.text('letter')),
  };
}

function toOwn(row: Row): OwnLetterKey {
  return {
    peer: row.text('peer'),
    publicKey: row.bytes('public_key'),
    secretKey: row.bytes('secret_key'),
    until: row.integer('until'),
    serial: row.integer('serial'),
    isUsed: row.integer('used') === 1,
    awaited: row.isNull('awaited') ? null : ids.parse(JSON.parse(row.text('awaited'))),
  };
}
