/**
 * Requirements for every PlatformStore. `reopen` gives the store as a new process would find it, or undefined if its
 * state ends with the process.
 */
import assert from 'node:assert/strict';
import { StoreError } from '../host/errors/store-errors.ts';
import type { PlatformStore, ReceivedPart, ReceivedVersion } from '../client/store/platform-store.ts';

import type { EnteredAttempt } from '../core/secagg/statement.ts';
import { versionStoreCompliance } from './version-store.ts';
import { ledgerStoreCompliance } from './ledger-store.ts';

export interface StoreSetup {
  readonly open: () => PlatformStore;
  readonly reopen?: () => PlatformStore;
  readonly teardown: () => void;
}

/** Declares the suite under mocha. @param setup called before each test; its `open` makes a new, empty store. */
export function platformStoreCompliance(setup: () => StoreSetup): void {
  let stores: StoreSetup;
  let store: PlatformStore;
  /** Reopens the store, if it survives its process. */
  const restart = (): void => {
    if (stores.reopen === undefined) return;
    store.close();
    store = stores.reopen();
  };

  beforeEach(() => {
    stores = setup();
    store = stores.open();
  });
  afterEach(() => {
    store.close();
    stores.teardown();
  });

  const room = <Room extends 'ledger' | 'versions'>(name: Room) => {
    const under = setup();
    let opened = under.open();
    const { reopen } = under;
    return {
      open: () => opened[name],
      ...(reopen && {
        reopen: () => {
          opened.close();
          opened = reopen();
          return opened[name];
        },
      }),
      close: () => {
        opened.close();
        under.teardown();
      },
    };
  };
  ledgerStoreCompliance('platform', () => room('ledger'));
  versionStoreCompliance('platform', () => room('versions'));

  const entered = (attempt: string): EnteredAttempt => {
    const [first, second] = [attempt.charCodeAt(0), attempt.charCodeAt(1)];
    const bytes = (last: number): Uint8Array =>
      Uint8Array.from({ length: 32 }, (_, i) => [first, second, last][i] ?? 7);
    return { attempt, parametersHash: bytes(1), sealKey: bytes(2), maskKey: bytes(3) };
  };

  it('enters an attempt once, with its keys, and finds it by key, session and public keys', () => {
    const { sessions } = store;
    assert.equal(sessions.find('aa'), undefined);
    assert.equal(sessions.knows(entered('aa')), false);
    assert.equal(sessions.enter(entered('aa')), true);
    assert.equal(sessions.enter({ ...entered('bb'), attempt: 'aa' }), false);
    assert.equal(sessions.enter(entered('bb')), true);
    assert.equal(sessions.ofSession('session'), undefined);
    sessions.charging('aa', 'session');
    restart();
    const found = { ...entered('aa'), session: 'session', ending: null };
    assert.deepEqual(store.sessions.find('aa'), found);
    assert.deepEqual(store.sessions.ofSession('session'), found);
    assert.deepEqual(store.sessions.find('bb'), { ...entered('bb'), session: null, ending: null });
    assert.equal(store.sessions.enter(entered('aa')), false);
    assert.equal(store.sessions.knows(entered('aa')), true);
    assert.equal(store.sessions.knows({ ...entered('aa'), maskKey: entered('bb').maskKey }), false);
  });

  it('keeps how the platform last started', () => {
    assert.deepEqual(store.coordinates.all(), []);
    store.coordinates.append(['b', 'a']);
    store.coordinates.append([]);
    store.coordinates.append(['c']);
    assert.equal(store.starts.get(), undefined);
    const start = { platform: 'a', platforms: ['a', 'b'], data: '/d.tsv', readingPath: '/d.yaml', reading: 'x: 1\n' };
    store.starts.put({ ...start, reading: 'x: 0\n' });
    store.starts.put(start);
    restart();
    assert.deepEqual(store.starts.get(), start);
    assert.deepEqual(store.coordinates.all(), ['b', 'a', 'c']);
  });

  it('records one choice of shares an attempt', () => {
    for (const attempt of ['aa', 'bb']) store.sessions.enter(entered(attempt));
    assert.equal(store.sessions.reveal('aa', Uint8Array.of(1, 2)), true);
    restart();
    assert.equal(store.sessions.reveal('aa', Uint8Array.of(1, 3)), false);
    assert.equal(store.sessions.reveal('aa', Uint8Array.of(1, 2)), true);
    assert.equal(store.sessions.find('aa')?.ending, 'revealed');
    assert.equal(store.sessions.reveal('bb', new Uint8Array(0)), true);
    assert.equal(store.sessions.reveal('bb', Uint8Array.of(1)), false);
    assert.equal(store.sessions.reveal('cc', Uint8Array.of(1)), false, 'never entered');
  });

  it('records a reveal or that it gave up, never both, whichever comes first', () => {
    for (const attempt of ['aa', 'bb']) store.sessions.enter(entered(attempt));
    assert.equal(store.sessions.giveUp('aa'), true);
    assert.equal(store.sessions.reveal('bb', Uint8Array.of(1)), true);
    restart();
    assert.equal(store.sessions.reveal('aa', Uint8Array.of(1)), false);
    assert.equal(store.sessions.giveUp('aa'), true, 'again is no harm');
    assert.equal(store.sessions.giveUp('bb'), false);
    assert.equal(store.sessions.giveUp('cc'), false, 'never entered');
    assert.deepEqual(
      ['aa', 'bb'].map((attempt) => store.sessions.find(attempt)?.ending),
      ['given-up', 'revealed'],
    );
  });

  it('gives up all that has no ending, and nothing else', () => {
    for (const attempt of ['aa', 'bb', 'cc']) store.sessions.enter(entered(attempt));
    store.sessions.reveal('bb', Uint8Array.of(1));
    store.sessions.charging('cc', 'session');
    restart();
    store.sessions.giveUpAll();
    assert.deepEqual(
      ['aa', 'bb', 'cc'].map((attempt) => store.sessions.find(attempt)?.ending),
      ['given-up', 'revealed', 'given-up'],
    );
    assert.equal(store.sessions.ofSession('session')?.attempt, 'cc');
  });

  it('keeps released sums by plan and repetition', () => {
    const values = Float64Array.of(1.5, -2, Number.MAX_SAFE_INTEGER);
    assert.equal(store.sums.get('plan', 1), undefined);
    store.sums.put('plan', 1, values);
    values[0] = 0;
    restart();
    assert.deepEqual(store.sums.get('plan', 1), Float64Array.of(1.5, -2, Number.MAX_SAFE_INTEGER));
    assert.equal(store.sums.get('plan', 2), undefined);
    assert.equal(store.sums.get('other plan', 1), undefined);
  });

  it('memoises codes by person, epoch and target, and deletes their vectors for one target', () => {
    const code = { person: 'p', pseudonym: 'P', vector: Float32Array.of(1, 2), mode: 'ldp 4', modelRound: 3 };
    store.codes.put(1, 'b', [code, { ...code, person: 'q', pseudonym: 'Q' }]);
    store.codes.put(2, 'b', [code]);
    store.codes.put(1, 'c', [code]);
    restart();
    assert.deepEqual(store.codes.get(1, 'b', 'p'), code);
    assert.equal(store.codes.get(3, 'b', 'p'), undefined);
    assert.equal(store.codes.delete('b', ['p', 'unknown']), 2);
    assert.equal(store.codes.delete('b', ['p']), 0);
    restart();
    const deleted = { ...code, vector: new Float32Array(0) };
    assert.deepEqual(store.codes.get(1, 'b', 'p'), deleted, 'that one was drawn stays known');
    assert.deepEqual(store.codes.get(2, 'b', 'p'), deleted);
    assert.equal(store.codes.get(3, 'b', 'p'), undefined);
    assert.equal(store.codes.get(1, 'b', 'q')?.vector.length, 2);
    assert.equal(store.codes.get(1, 'c', 'p')?.vector.length, 2);
  });

  it('keeps every pseudonym a code was made under for a target, deleted and replaced codes too', () => {
    const code = { person: 'p', pseudonym: 'P1', vector: Float32Array.of(1), mode: 'raw', modelRound: 0 };
    store.codes.put(1, 'b', [code, { ...code, person: 'q', pseudonym: 'Q' }]);
    store.codes.put(1, 'b', [{ ...code, pseudonym: 'P0' }]);
    store.codes.put(1, 'c', [{ ...code, pseudonym: 'P2' }]);
    store.codes.delete('b', ['p']);
    restart();
    assert.deepEqual(store.codes.pseudonyms('b', ['p', 'nobody']), ['P0', 'P1']);
    assert.deepEqual(store.codes.pseudonyms('b', ['p', 'q']), ['P0', 'P1', 'Q']);
    assert.deepEqual(store.codes.pseudonyms('d', ['p']), []);
  });

  it('keeps which pseudonym scheme it goes by', () => {
    assert.equal(store.pseudonyms.get(), undefined);
    store.pseudonyms.put('one');
    store.pseudonyms.put('other');
    restart();
    assert.equal(store.pseudonyms.get(), 'other');
  });

  it('lists consents in order, replaces the same one, withdraws by person', () => {
    const consent = { person: 'x', target: 'b', epoch: 1, expires: 100 };
    store.consents.add([{ ...consent, person: 'y' }, consent, { ...consent, target: 'a' }, { ...consent, epoch: 0 }]);
    store.consents.add([{ ...consent, expires: 200, also: ['history'] }]);
    restart();
    const found = store.consents.list();
    assert.deepEqual(
      found.map(({ also }) => also),
      [undefined, undefined, ['history'], undefined],
    );
    assert.deepEqual(
      found.map(({ target, epoch, person, expires }) => [target, epoch, person, expires]),
      [
        ['a', 1, 'x', 100],
        ['b', 0, 'x', 100],
        ['b', 1, 'x', 200],
        ['b', 1, 'y', 100],
      ],
    );
    assert.equal(store.consents.list({ target: 'b', epoch: 1 }).length, 2);
    assert.equal(store.consents.list({ person: 'y' }).length, 1);
    assert.deepEqual(store.consents.withdraw(['x']), [], 'what is in force is revoked first');
    store.consents.revoke(['x', 'y']);
    assert.deepEqual(
      store.consents.withdraw(['x', 'nobody'], 'b').map(({ epoch }) => epoch),
      [0, 1],
    );
    assert.equal(store.consents.withdraw(['x', 'y']).length, 2);
    restart();
    assert.deepEqual([store.consents.list(), store.consents.revoked()], [[], []]);
  });

  it('takes revoked consents out of force until they are withdrawn', () => {
    const consent = { person: 'x', target: 'b', epoch: 1, expires: 100 };
    store.consents.add([consent, { ...consent, target: 'a' }, { ...consent, person: 'y' }]);
    assert.equal(store.consents.revoke(['x', 'nobody'], 'b'), 1);
    assert.equal(store.consents.revoke(['x']), 1);
    assert.equal(store.consents.revoke(['x']), 0);
    restart();
    assert.deepEqual(store.consents.list(), [{ ...consent, person: 'y' }]);
    assert.deepEqual(store.consents.revoked(), [{ ...consent, target: 'a' }, consent]);
    assert.deepEqual(store.consents.withdraw(['x'], 'a'), [{ ...consent, target: 'a' }]);
    const again = { ...consent, expires: 300 };
    store.consents.add([again]);
    assert.deepEqual(store.consents.revoked(), [consent], 'a new consent does not undo the withdrawal of the old one');
    assert.deepEqual(store.consents.withdraw(['x']), [consent]);
    assert.deepEqual(store.consents.list(), [again, { ...consent, person: 'y' }]);
    store.consents.revoke(['x']);
    store.consents.add([again]);
    assert.equal(store.consents.revoke(['x']), 1);
    assert.deepEqual(store.consents.revoked(), [again]);
  });

  it('keeps the last request of each target, open until it is answered', () => {
    const request = { target: 'b', epoch: 1, modelRound: 0 };
    store.requests.put(request);
    store.requests.put({ ...request, target: 'a' });
    store.requests.answered('b');
    store.requests.answered('nobody');
    restart();
    assert.deepEqual(store.requests.list(), [
      { ...request, target: 'a', isAnswered: false },
      { ...request, isAnswered: true },
    ]);
    store.requests.put({ ...request, epoch: 2 });
    assert.deepEqual(store.requests.list()[1], { ...request, epoch: 2, isAnswered: false });
  });

  it('gathers a batch from its parts', () => {
    store.received.put(part({ part: 1, parts: 2, persons: ['q'], vectors: Float32Array.of(3, 4) }));
    assert.equal(store.received.batches()[0].partsReceived, 1);
    store.received.put(part({ part: 0, parts: 2, persons: ['p'] }));
    store.received.put(part({ part: 0, parts: 2, persons: ['p'], vectors: Float32Array.of(9, 9) }));
    restart();
    const [batch] = store.received.batches();
    assert.equal(batch.partsReceived, 2);
    assert.deepEqual(batch.noiseModel, { kind: 'exact' });
    assert.deepEqual(store.received.vectors('a', V1), [
      { pseudonym: 'p', vector: Float32Array.of(9, 9) },
      { pseudonym: 'q', vector: Float32Array.of(3, 4) },
    ]);
    assert.deepEqual(store.received.person('q', V1), [{ source: 'a', vector: Float32Array.of(3, 4) }]);
    assert.deepEqual(store.received.vectors('nobody', V1), []);
  });

  it('keeps prototypes of a noise model', () => {
    const prototypes = Float32Array.of(1, 0, 0, 1);
    const noiseModel = { kind: 'randomised-response', numbers: { epsilon0: 2, truthProbability: 0.5 }, prototypes };
    store.received.put(part({ mode: 'cohort', noiseModel }));
    restart();
    assert.deepEqual(store.received.batches()[0].noiseModel, noiseModel);
  });

  it('keeps versions apart, until some are dropped', () => {
    const later = { epoch: 1, modelRound: 2 };
    store.received.put(part({}));
    store.received.put(part({ source: 'z' }));
    store.received.put(part({ modelRound: 2, persons: ['q'] }));
    restart();
    const held = (source: string, version: ReceivedVersion): string[] =>
      store.received.vectors(source, version).map(({ pseudonym }) => pseudonym);
    assert.deepEqual([held('a', V1), held('z', V1), held('a', later), held('z', later)], [['p'], ['p'], ['q'], []]);
    assert.deepEqual(
      store.received.batches().map(({ source, modelRound }) => [source, modelRound]),
      [
        ['a', 1],
        ['a', 2],
        ['z', 1],
      ],
    );
    assert.deepEqual(store.received.person('p', later), []);
    assert.deepEqual(
      store.received.batches().map(({ persons }) => persons),
      [1, 1, 1],
    );
    store.received.drop('z', later);
    assert.equal(store.received.batches().length, 3);
    store.received.drop('z', V1);
    assert.deepEqual([held('a', V1), held('z', V1)], [['p'], []]);
    store.received.keep([V1, { epoch: 9, modelRound: 9 }]);
    restart();
    assert.deepEqual([held('a', V1), held('a', later)], [['p'], []]);
    store.received.keep([]);
    assert.deepEqual(store.received.batches(), []);
  });

  it('replaces an answer that was made otherwise', () => {
    store.received.put(part({ parts: 2 }));
    store.received.put(part({ mode: 'none', persons: ['q'] }));
    const [batch] = store.received.batches();
    assert.deepEqual([batch.mode, batch.parts, batch.partsReceived], ['none', 1, 1]);
    assert.deepEqual(
      store.received.vectors('a', V1).map(({ pseudonym }) => pseudonym),
      ['q'],
    );
  });

  it('deletes withdrawn persons and refuses them when an older part comes late, in whatever epoch; not when they come again', () => {
    store.received.put(part({ order: 5, persons: ['p'] }));
    assert.equal(store.received.withdraw('a', 7, ['p', 'later']), 1);
    assert.equal(store.received.withdraw('a', 6, ['p']), 0);
    restart();
    store.received.put(part({ order: 6, persons: ['p'] }));
    store.received.put(part({ order: 6, persons: ['later'] }));
    store.received.put(part({ order: 6, epoch: 2, persons: ['p'] }));
    assert.deepEqual([store.received.vectors('a', V1), store.received.vectors('a', { ...V1, epoch: 2 })], [[], []]);
    store.received.put(part({ order: 8, persons: ['p'] }));
    assert.equal(store.received.vectors('a', V1).length, 1);
  });

  it('deletes withdrawn persons from everything it holds of that source: every epoch, every model', () => {
    const versions = [V1, { ...V1, modelRound: V1.modelRound + 1 }, { ...V1, epoch: 2 }, { ...V1, epoch: 5 }];
    for (const version of versions)
      store.received.put(
        part({ ...version, persons: ['p', 'q'], expires: Uint32Array.of(9, 9), vectors: new Float32Array(4) }),
      );
    store.received.put(part({ source: 'b', persons: ['p'] }));
    assert.equal(store.received.withdraw('a', 2, ['p']), 1);
    restart();
    for (const version of versions) {
      const left = store.received.vectors('a', version).map(({ pseudonym }) => pseudonym);
      assert.deepEqual(left, ['q'], JSON.stringify(version));
    }
    assert.equal(store.received.vectors('b', V1).length, 1);
  });

  it('deletes what has expired', () => {
    store.received.put(part({ persons: ['p', 'q'], expires: Uint32Array.of(50, 51), vectors: new Float32Array(4) }));
    assert.equal(store.received.expire(50), 1);
    assert.deepEqual(
      store.received.vectors('a', V1).map(({ pseudonym }) => pseudonym),
      ['q'],
    );
  });

  it('keeps accepted models by round and the one that serves', () => {
    assert.equal(store.models.latest(), undefined);
    assert.equal(store.models.served(), undefined);
    store.models.accept(2, Float32Array.of(2));
    store.models.accept(1, Float32Array.of(1));
    store.models.accept(0, new Float32Array(0));
    const served = { epoch: 1, modelRound: 1, heldOut: 0.1 + 0.2, persons: 12 };
    store.models.serve(served);
    restart();
    assert.deepEqual(store.models.latest(), { round: 2, model: Float32Array.of(2) });
    assert.deepEqual(store.models.at(0), new Float32Array(0));
    assert.equal(store.models.at(3), undefined);
    assert.deepEqual(store.models.served(), served);
    store.models.serve({ ...served, heldOut: null });
    assert.deepEqual(store.models.served(), { ...served, heldOut: null });
  });

  it('keeps letters until they are sent, in order, and remembers the incoming ones it took', () => {
    const content = Uint8Array.of(1, 2, 3);
    const letter = { id: '02', to: 'b', lifetimeSeconds: 60, namesPersons: true, content };
    const other = { ...letter, id: '01', namesPersons: false };
    const added = store.outbox.add([letter, other]);
    restart();
    assert.deepEqual(store.outbox.waiting(), added);
    assert.deepEqual(added, [
      { ...letter, order: 1 },
      { ...other, order: 2 },
    ]);
    for (const id of ['02', 'unknown', '01']) store.outbox.sent(id);
    restart();
    assert.deepEqual(store.outbox.add([letter]), [{ ...letter, order: 3 }], 'an order is never used again');
    store.outbox.take('a', '01');
    store.outbox.take('a', '01');
    restart();
    assert.equal(store.outbox.isTaken('a', '01'), true);
    assert.equal(store.outbox.isTaken('b', '01'), false);
    assert.equal(store.outbox.isTaken('a', '02'), false);
  });

  it('keeps letter keys by peer and serial until they are forgotten, and the last serial for ever', () => {
    const keys = store.letterKeys;
    const pair = (n: number) => ({
      publicKey: new Uint8Array(32).fill(n),
      secretKey: new Uint8Array(32).fill(100 + n),
    });
    assert.equal(keys.lastSerial('b'), 0);
    for (const serial of [1, 2]) keys.add({ peer: 'b', ...pair(serial), until: 50 + serial, serial });
    keys.add({ peer: 'c', ...pair(3), until: 9, serial: 1 });
    keys.use('b', pair(1).publicKey);
    keys.awaits('b', pair(1).publicKey, ['0a', '0b']);
    keys.use('c', pair(2).publicKey);
    keys.awaits('c', pair(2).publicKey, []);
    restart();
    const [first, second] = store.letterKeys.own('b');
    assert.deepEqual(first, { peer: 'b', ...pair(1), until: 51, serial: 1, isUsed: true, awaited: ['0a', '0b'] });
    assert.deepEqual(second, { peer: 'b', ...pair(2), until: 52, serial: 2, isUsed: false, awaited: null });
    assert.equal(store.letterKeys.own().length, 3);
    store.letterKeys.forget([pair(1).publicKey, pair(2).publicKey]);
    restart();
    assert.deepEqual(store.letterKeys.own('b'), []);
    assert.deepEqual([store.letterKeys.lastSerial('b'), store.letterKeys.lastSerial('c')], [2, 1]);
  });

  it('keeps a peer’s key and the letters that were sealed to it, until there is another', () => {
    const key = { publicKey: new Uint8Array(32).fill(1), until: 50, serial: 1 };
    assert.equal(store.letterKeys.peer('b'), undefined);
    store.letterKeys.setPeer('b', key);
    for (const letter of ['0b', '0a', '0b']) store.letterKeys.sealed('b', letter);
    restart();
    assert.deepEqual([store.letterKeys.peer('b'), store.letterKeys.peer('c')], [key, undefined]);
    assert.deepEqual([...store.letterKeys.sealedTo('b')].sort(), ['0a', '0b']);
    store.letterKeys.setPeer('b', { ...key, serial: 2 });
    restart();
    assert.deepEqual([store.letterKeys.sealedTo('b'), store.letterKeys.peer('b')?.serial], [[], 2]);
  });

  it('refuses everything once closed', () => {
    store.close();
    store.close();
    const isClosed = (error: unknown): boolean => error instanceof StoreError && error.code === 'STORE_CLOSED';
    assert.throws(() => store.sessions.enter(entered('aa')), isClosed);
    assert.throws(() => store.ledger.entries(), isClosed);
    assert.throws(() => store.received.batches(), isClosed);
  });
}

const V1: ReceivedVersion = { epoch: 1, modelRound: 1 };

export function part(changes: Partial<ReceivedPart>): ReceivedPart {
  return {
    source: 'a',
    epoch: 1,
    modelRound: 1,
    part: 0,
    parts: 1,
    order: 1,
    mode: 'raw',
    noiseModel: { kind: 'exact' },
    dimension: 2,
    persons: ['p'],
    expires: Uint32Array.of(1000),
    vectors: Float32Array.of(1, 2),
    ...changes,
  };
}
