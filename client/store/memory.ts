/**
 * A platform's state in memory, for simulations and tests. It ends with the process, and so does every attempt.
 * @module
 */
import { memoryVersions } from '../../core/federation/versions.ts';
import { MemoryLedgerStore } from '../../core/privacy/ledger/ledger.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { memoryReceived } from './memory/received.ts';
import { memoryCodes, memoryConsents, memoryPseudonyms, memoryRequests } from './memory/releases.ts';
import { memoryLetterKeys, memoryOutbox } from './memory/letters.ts';
import { memoryModels, memorySessions, memorySums } from './memory/rounds.ts';
import { memoryCoordinates, memoryStarts } from './memory/starts.ts';
import type { PlatformStore } from './platform-store.ts';

export function createMemoryStore(): PlatformStore {
  const rooms = {
    sessions: memorySessions(),
    ledger: new MemoryLedgerStore(),
    versions: memoryVersions(),
    sums: memorySums(),
    codes: memoryCodes(),
    pseudonyms: memoryPseudonyms(),
    consents: memoryConsents(),
    requests: memoryRequests(),
    received: memoryReceived(),
    models: memoryModels(),
    outbox: memoryOutbox(),
    letterKeys: memoryLetterKeys(),
    starts: memoryStarts(),
    coordinates: memoryCoordinates(),
  };
  let closed = false;
  const open = <Room extends keyof typeof rooms>(room: Room): (typeof rooms)[Room] => {
    if (closed) throw new StoreError('STORE_CLOSED', 'the store in memory is closed: the platform is stopping');
    return rooms[room];
  };
  return {
    get sessions() {
      return open('sessions');
    },
    get ledger() {
      return open('ledger');
    },
    get versions() {
      return open('versions');
    },
    get sums() {
      return open('sums');
    },
    get codes() {
      return open('codes');
    },
    get pseudonyms() {
      return open('pseudonyms');
    },
    get consents() {
      return open('consents');
    },
    get requests() {
      return open('requests');
    },
    get received() {
      return open('received');
    },
    get models() {
      return open('models');
    },
    get outbox() {
      return open('outbox');
    },
    get letterKeys() {
      return open('letterKeys');
    },
    get coordinates() {
      return open('coordinates');
    },
    get starts() {
      return open('starts');
    },
    close() {
      closed = true;
    },
  };
}
