/**
 * Platform state that ends with the process: for simulations and tests, where no attempt outlives it.
 * @module
 */
import { byTargetEpochPerson } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';
import { canonicalJson } from '../../core/federation/manifest.ts';
import { MemoryLedgerStore } from '../../core/privacy/ledger.ts';
import { StoreError } from './errors.ts';
import type {
  CodeStore,
  ConsentStore,
  MemoisedCode,
  ModelStore,
  OutgoingLetter,
  Outbox,
  PlatformStore,
  ReceivedBatch,
  ReceivedPart,
  ReceivedStore,
  ReceivedVersion,
  ReleasedSumStore,
  RequestStore,
  ServedVersion,
  SessionStore,
} from './platform-store.ts';

export function createMemoryStore(): PlatformStore {
  const rooms = {
    sessions: memorySessions(),
    ledger: new MemoryLedgerStore(),
    sums: memorySums(),
    codes: memoryCodes(),
    consents: memoryConsents(),
    requests: memoryRequests(),
    received: memoryReceived(),
    models: memoryModels(),
    outbox: memoryOutbox(),
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
    get sums() {
      return open('sums');
    },
    get codes() {
      return open('codes');
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
    close() {
      closed = true;
    },
  };
}

function memorySessions(): SessionStore {
  const spent = new Set<string>();
  const reveals = new Map<string, Uint8Array>();
  return {
    spend: (attempt) => spent.size !== spent.add(attempt).size,
    isSpent: (attempt) => spent.has(attempt),
    reveal(session, choice) {
      const recorded = reveals.get(session);
      if (recorded !== undefined) return Buffer.compare(recorded, choice) === 0;
      reveals.set(session, choice.slice());
      return true;
    },
  };
}

function memorySums(): ReleasedSumStore {
  const sums = new Map<string, Float64Array>();
  return {
    get: (plan, repetition) => sums.get(`${plan} ${repetition}`)?.slice(),
    put: (plan, repetition, values) => void sums.set(`${plan} ${repetition}`, values.slice()),
  };
}

function memoryModels(): ModelStore {
  const models = new Map<number, Float32Array>();
  let served: ServedVersion | undefined;
  return {
    accept: (round, model) => void models.set(round, model.slice()),
    latest() {
      const round = Math.max(...models.keys());
      const model = models.get(round);
      return model === undefined ? undefined : { round, model: model.slice() };
    },
    at: (round) => models.get(round)?.slice(),
    served: () => served,
    serve: (version) => void (served = { ...version }),
  };
}

function memoryCodes(): CodeStore {
  const targets = new Map<string, Map<string, Map<number, MemoisedCode>>>();
  return {
    get: (epoch, target, pseudonym) => targets.get(target)?.get(pseudonym)?.get(epoch),
    put(epoch, target, codes) {
      for (const code of codes) {
        const ofPerson = entry(entry(targets, target), code.pseudonym);
        ofPerson.set(epoch, { ...code, vector: code.vector.slice() });
      }
    },
    delete(target, pseudonyms) {
      let deleted = 0;
      for (const pseudonym of pseudonyms) {
        const ofPerson = targets.get(target)?.get(pseudonym) ?? new Map<number, MemoisedCode>();
        for (const [epoch, code] of ofPerson) {
          if (code.vector.length > 0) deleted += 1;
          ofPerson.set(epoch, { ...code, vector: new Float32Array(0) });
        }
      }
      return deleted;
    },
  };
}

function memoryConsents(): ConsentStore {
  const all = new Map<string, { readonly consent: Consent; isRevoked: boolean }>();
  const keyOf = ({ target, epoch, person }: Consent, isRevoked: boolean): string =>
    canonicalJson([target, epoch, person, isRevoked]);
  const select = (matches: (consent: Consent, isRevoked: boolean) => boolean): Consent[] =>
    [...all.values()]
      .filter(({ consent, isRevoked }) => matches(consent, isRevoked))
      .map(({ consent }) => consent)
      .sort(byTargetEpochPerson);
  const of = (persons: readonly string[], target: string | undefined): ((consent: Consent) => boolean) => {
    const them = new Set(persons);
    return (consent) => them.has(consent.person) && (target === undefined || consent.target === target);
  };
  return {
    add(consents) {
      for (const consent of consents) all.set(keyOf(consent, false), { consent: { ...consent }, isRevoked: false });
    },
    list: ({ target, epoch, person } = {}) =>
      select(
        (consent, isRevoked) =>
          !isRevoked &&
          (target === undefined || consent.target === target) &&
          (epoch === undefined || consent.epoch === epoch) &&
          (person === undefined || consent.person === person),
      ),
    revoke(persons, target) {
      const isTheirs = of(persons, target);
      const revoked = select((consent, isRevoked) => !isRevoked && isTheirs(consent));
      for (const consent of revoked) {
        all.delete(keyOf(consent, false));
        all.set(keyOf(consent, true), { consent, isRevoked: true });
      }
      return revoked.length;
    },
    revoked: () => select((_, isRevoked) => isRevoked),
    withdraw(persons, target) {
      const isTheirs = of(persons, target);
      const withdrawn = select((consent, isRevoked) => isRevoked && isTheirs(consent));
      for (const consent of withdrawn) all.delete(keyOf(consent, true));
      return withdrawn;
    },
  };
}

function memoryRequests(): RequestStore {
  const requests = new Map<string, ReturnType<RequestStore['list']>[number]>();
  return {
    put: (request) => void requests.set(request.target, { ...request, isAnswered: false }),
    answered(target) {
      const request = requests.get(target);
      if (request !== undefined) requests.set(target, { ...request, isAnswered: true });
    },
    list: () => [...requests.values()].sort((a, b) => compare(a.target, b.target)),
  };
}

function memoryReceived(): ReceivedStore {
  let answers: Held[] = [];
  const withdrawn = new Map<string, Map<string, number>>();
  const of = (version: ReceivedVersion): Held[] => answers.filter(({ batch }) => isSame(batch, version));
  return {
    put(part) {
      const { source, epoch, modelRound, mode, noiseModel, dimension, parts } = part;
      const batch = { source, epoch, modelRound, mode, noiseModel, dimension, parts };
      let held = of(part).find((answer) => answer.batch.source === source);
      if (held === undefined || fingerprint(held.batch) !== fingerprint(batch)) {
        answers = answers.filter((answer) => answer !== held);
        held = { batch, parts: new Set(), vectors: new Map() };
        answers.push(held);
      }
      held.parts.add(part.part);
      for (const [row, pseudonym] of part.persons.entries()) {
        if ((withdrawn.get(source)?.get(pseudonym) ?? -1) >= epoch) continue;
        const vector = part.vectors.slice(row * dimension, (row + 1) * dimension);
        held.vectors.set(pseudonym, { vector, expires: part.expires[row] });
      }
    },
    batches: () =>
      answers
        .map((held) => ({ ...held.batch, partsReceived: held.parts.size }))
        .sort((a, b) => compare(a.source, b.source) || a.epoch - b.epoch || a.modelRound - b.modelRound),
    vectors: (source, version) =>
      of(version)
        .filter(({ batch }) => batch.source === source)
        .flatMap(({ vectors }) => [...vectors])
        .sort(([a], [b]) => compare(a, b))
        .map(([pseudonym, { vector }]) => ({ pseudonym, vector: vector.slice() })),
    person: (pseudonym, version) =>
      of(version)
        .sort((a, b) => compare(a.batch.source, b.batch.source))
        .flatMap(({ batch: { source }, vectors }) => {
          const vector = vectors.get(pseudonym)?.vector;
          return vector === undefined ? [] : [{ source, vector: vector.slice() }];
        }),
    keep(versions) {
      answers = answers.filter(({ batch }) => versions.some((version) => isSame(batch, version)));
    },
    withdraw(source, epoch, pseudonyms) {
      const refused = entry(withdrawn, source);
      let deleted = 0;
      for (const pseudonym of pseudonyms) {
        const theirs = answers.filter(({ batch }) => batch.source === source);
        if (theirs.filter(({ vectors }) => vectors.delete(pseudonym)).length > 0) deleted++;
        refused.set(pseudonym, Math.max(epoch, refused.get(pseudonym) ?? 0));
      }
      return deleted;
    },
    expire(now) {
      let deleted = 0;
      for (const { vectors } of answers) {
        for (const [pseudonym, { expires }] of vectors) if (expires <= now && vectors.delete(pseudonym)) deleted++;
      }
      return deleted;
    },
  };
}

interface Held {
  readonly batch: Omit<ReceivedBatch, 'partsReceived'>;
  readonly parts: Set<ReceivedPart['part']>;
  readonly vectors: Map<string, { readonly vector: Float32Array; readonly expires: number }>;
}

function isSame(a: ReceivedVersion, b: ReceivedVersion): boolean {
  return a.epoch === b.epoch && a.modelRound === b.modelRound;
}

function memoryOutbox(): Outbox {
  const letters = new Map<string, OutgoingLetter>();
  const taken = new Set<string>();
  return {
    add: (added) => added.forEach((letter) => letters.set(letter.id, letter)),
    waiting: () => [...letters.values()],
    sent: (id) => void letters.delete(id),
    take: (sender, id) => void taken.add(`${sender} ${id}`),
    isTaken: (sender, id) => taken.has(`${sender} ${id}`),
  };
}

function fingerprint(batch: Omit<ReceivedBatch, 'partsReceived'>): string {
  const { noiseModel, ...rest } = batch;
  return canonicalJson({ ...rest, noiseModel: { ...noiseModel, prototypes: undefined } });
}

function entry<Key, Inner, Value>(outer: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = outer.get(key) ?? new Map<Inner, Value>();
  outer.set(key, known);
  return known;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
