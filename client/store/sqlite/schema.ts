/**
 * The tables of the platform's state.
 * @module
 */
import { LEDGER_COLUMNS } from '../../../host/sqlite/ledger.ts';
import { VERSION_COLUMNS } from '../../../host/sqlite/versions.ts';

export const SCHEMA_VERSION = 6;

export const SCHEMA = `
CREATE TABLE owner (federation TEXT NOT NULL, platform TEXT NOT NULL);
CREATE TABLE started (
  one INTEGER PRIMARY KEY CHECK (one = 1), platform TEXT NOT NULL, platforms TEXT NOT NULL, data TEXT NOT NULL,
  reading_path TEXT NOT NULL, reading TEXT NOT NULL
);
CREATE TABLE coordinates (place INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT UNIQUE NOT NULL);
CREATE TABLE ledger (${LEDGER_COLUMNS});
CREATE TABLE versions (${VERSION_COLUMNS});
CREATE TABLE attempts (
  attempt TEXT PRIMARY KEY, parameters_hash BLOB NOT NULL, seal_key BLOB NOT NULL, mask_key BLOB NOT NULL,
  session TEXT, ending TEXT CHECK (ending IN ('revealed', 'given-up')), choice BLOB
) WITHOUT ROWID;
CREATE TABLE sums (plan TEXT, repetition INTEGER, released BLOB NOT NULL, PRIMARY KEY (plan, repetition)) WITHOUT ROWID;
CREATE TABLE codes (
  target TEXT, epoch INTEGER, person TEXT, pseudonym TEXT NOT NULL, mode TEXT NOT NULL, model_round INTEGER NOT NULL,
  vector BLOB NOT NULL, PRIMARY KEY (target, epoch, person)
) WITHOUT ROWID;
CREATE INDEX codes_of_person ON codes (target, person);
CREATE TABLE named (
  target TEXT, person TEXT, pseudonym TEXT, PRIMARY KEY (target, person, pseudonym)
) WITHOUT ROWID;
CREATE TABLE pseudonym_scheme (one INTEGER PRIMARY KEY CHECK (one = 1), fingerprint TEXT NOT NULL);
CREATE TABLE consents (
  target TEXT, epoch INTEGER, person TEXT, expires INTEGER NOT NULL, revoked INTEGER NOT NULL,
  also TEXT NOT NULL,
  PRIMARY KEY (target, epoch, person, revoked)
) WITHOUT ROWID;
CREATE INDEX consents_of_person ON consents (person);
CREATE TABLE requests (
  target TEXT PRIMARY KEY, epoch INTEGER NOT NULL, model_round INTEGER NOT NULL, answered INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE received_batches (
  source TEXT, epoch INTEGER, model_round INTEGER, mode TEXT NOT NULL, noise_model TEXT NOT NULL,
  prototypes BLOB NOT NULL, dimension INTEGER NOT NULL, parts INTEGER NOT NULL,
  PRIMARY KEY (source, epoch, model_round)
) WITHOUT ROWID;
CREATE TABLE received_parts (
  source TEXT, epoch INTEGER, model_round INTEGER, part INTEGER, PRIMARY KEY (source, epoch, model_round, part)
) WITHOUT ROWID;
CREATE TABLE received_vectors (
  source TEXT, epoch INTEGER, model_round INTEGER, pseudonym TEXT, expires INTEGER NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (source, epoch, model_round, pseudonym)
) WITHOUT ROWID;
CREATE INDEX received_of_person ON received_vectors (pseudonym);
CREATE TABLE withdrawn (
  source TEXT, pseudonym TEXT, letter_order INTEGER NOT NULL, PRIMARY KEY (source, pseudonym)
) WITHOUT ROWID;
CREATE TABLE models (round INTEGER PRIMARY KEY, model BLOB NOT NULL);
CREATE TABLE served (
  one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, model_round INTEGER NOT NULL, held_out REAL,
  persons INTEGER NOT NULL
);
CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, receiver TEXT NOT NULL,
  lifetime_seconds INTEGER NOT NULL, names_persons INTEGER NOT NULL, content BLOB NOT NULL
);
CREATE TABLE letter_keys (
  peer TEXT, serial INTEGER, public_key BLOB NOT NULL, secret_key BLOB NOT NULL, until INTEGER NOT NULL,
  used INTEGER NOT NULL, awaited TEXT, PRIMARY KEY (peer, serial)
) WITHOUT ROWID;
CREATE TABLE peer_letter_keys (
  peer TEXT PRIMARY KEY, public_key BLOB NOT NULL, until INTEGER NOT NULL, serial INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE sealed_letters (peer TEXT, letter TEXT, PRIMARY KEY (peer, letter)) WITHOUT ROWID;
CREATE TABLE taken (sender TEXT, id TEXT, PRIMARY KEY (sender, id)) WITHOUT ROWID
`;
