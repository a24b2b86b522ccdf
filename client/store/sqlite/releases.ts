/**
 * In SQLite, the source's half of releases: consents, stored codes, requests.
 * @module
 */
import type { CodeStore, ConsentStore, PseudonymStore, RequestStore } from '../platform-store.ts';
import { byTargetEpochPerson } from '../../../core/federation/consent.ts';
import type { Consent } from '../../../core/federation/consent.ts';
import type { Purpose } from '../../../core/federation/purposes.ts';
import type { Row, SqliteDatabase } from '../../../host/sqlite.ts';
import { toBytes, toFloat32 } from '../../../host/sqlite/vector-bytes.ts';

export function sqliteCodes(database: SqliteDatabase): CodeStore {
  return {
    get(epoch, target, person) {
      const row = database.get('SELECT * FROM codes WHERE target = :target AND epoch = :epoch AND person = :person', {
        epoch,
        target,
        person,
      });
      if (row === undefined) return undefined;
      const vector = toFloat32(row.bytes('vector'));
      const [pseudonym, mode] = [row.text('pseudonym'), row.text('mode')];
      return { person, pseudonym, vector, mode, modelRound: row.integer('model_round') };
    },
    put(epoch, target, codes) {
      const dimension = codes.at(0)?.vector.length ?? 0;
      const vectors = new Float32Array(codes.length * dimension);
      codes.forEach(({ vector }, row) => {
        if (vector.length !== dimension) throw new Error('codes of one batch have different dimensions');
        vectors.set(vector, row * dimension);
      });
      const rows = codes.map(({ person, pseudonym, mode, modelRound }) => [person, pseudonym, mode, modelRound]);
      const given = { target, rows: JSON.stringify(rows) };
      database.transaction(() => {
        database.run(
          `INSERT OR REPLACE INTO codes
           SELECT :target, :epoch, value ->> 0, value ->> 1, value ->> 2, value ->> 3, substr(:vectors, 1 + key * :width, :width)
           FROM json_each(:rows)`,
          { ...given, epoch, vectors: toBytes(vectors), width: dimension * Float32Array.BYTES_PER_ELEMENT },
        );
        database.run(
          'INSERT OR IGNORE INTO named SELECT :target, value ->> 0, value ->> 1 FROM json_each(:rows)',
          given,
        );
      });
    },
    pseudonyms: (target, persons) =>
      persons
        .flatMap((person) =>
          database.all('SELECT pseudonym FROM named WHERE target = :target AND person = :person', { target, person }),
        )
        .map((row) => row.text('pseudonym'))
        .sort(),
    delete(target, persons) {
      return database.transaction(() => {
        let deleted = 0;
        for (const person of persons) {
          const key = { target, person };
          deleted += database.run(
            "UPDATE codes SET vector = x'' WHERE target = :target AND person = :person AND vector <> x''",
            key,
          );
        }
        return deleted;
      });
    },
  };
}

export function sqliteConsents(database: SqliteDatabase): ConsentStore {
  return {
    add(consents) {
      const rows = consents.map(({ target, epoch, person, expires, also = [] }) => [
        ...[target, epoch, person, expires, also.join(' ')],
      ]);
      database.run(
        `INSERT OR REPLACE INTO consents
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 0, value ->> 4 FROM json_each(:rows)`,
        { rows: JSON.stringify(rows) },
      );
    },
    list(filter = {}) {
      const { target = null, epoch = null, person = null } = filter;
      const rows = database.all(
        `SELECT * FROM consents WHERE (:target IS NULL OR target = :target) AND (:epoch IS NULL OR epoch = :epoch)
         AND (:person IS NULL OR person = :person) AND revoked = 0 ORDER BY target, epoch, person`,
        { target, epoch, person },
      );
      return rows.map(toConsent);
    },
    revoke(persons, target) {
      return database.transaction(() => {
        let revoked = 0;
        for (const person of persons) {
          revoked += database.run(
            'UPDATE OR REPLACE consents SET revoked = 1 WHERE person = :person AND (:target IS NULL OR target = :target) AND revoked = 0',
            { person, target: target ?? null },
          );
        }
        return revoked;
      });
    },
    revoked: () =>
      database.all('SELECT * FROM consents WHERE revoked = 1 ORDER BY target, epoch, person').map(toConsent),
    withdraw(persons, target) {
      const withdrawn = database.transaction(() => {
        const withdrawn: Consent[] = [];
        for (const person of persons) {
          const key = { person, target: target ?? null };
          const which = 'WHERE person = :person AND (:target IS NULL OR target = :target) AND revoked = 1';
          withdrawn.push(...database.all(`SELECT * FROM consents ${which}`, key).map(toConsent));
          database.run(`DELETE FROM consents ${which}`, key);
        }
        return withdrawn;
      });
      return withdrawn.sort(byTargetEpochPerson);
    },
  };
}

export function sqlitePseudonyms(database: SqliteDatabase): PseudonymStore {
  return {
    get: () => database.get('SELECT fingerprint FROM pseudonym_scheme')?.text('fingerprint'),
    put(fingerprint) {
      database.run('INSERT OR REPLACE INTO pseudonym_scheme VALUES (1, :fingerprint)', { fingerprint });
    },
  };
}

export function sqliteRequests(database: SqliteDatabase): RequestStore {
  return {
    put({ target, epoch, modelRound }) {
      const row = { target, epoch, modelRound };
      database.run('INSERT OR REPLACE INTO requests VALUES (:target, :epoch, :modelRound, 0)', row);
    },
    answered(target) {
      database.run('UPDATE requests SET answered = 1 WHERE target = :target', { target });
    },
    list: () =>
      database.all('SELECT * FROM requests ORDER BY target').map((row) => ({
        target: row.text('target'),
        epoch: row.integer('epoch'),
        modelRound: row.integer('model_round'),
        isAnswered: row.integer('answered') === 1,
      })),
  };
}

function toConsent(row: Row): Consent {
  const also = row.text('also');
  return {
    person: row.text('person'),
    target: row.text('target'),
    epoch: row.integer('epoch'),
    expires: row.integer('expires'),
    ...(also !== '' && { also: also.split(' ') as Purpose[] }),
  };
}
