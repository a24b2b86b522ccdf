import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { InOrder, ITEMS_IN_A_TURN } from '../../client/turns.ts';
import { createPlatform } from '../../client/platform.ts';
import { ReleaseOffice } from '../../client/releases/office.ts';
import { peopleOf } from '../../client/data/people.ts';
import { Withdrawals } from '../../client/releases/withdrawals.ts';
import { SourceDesk } from '../../client/releases/source.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import { lastDayOf, LATEST_EXPIRY } from '../../core/federation/consent.ts';
import type { Consent } from '../../core/federation/consent.ts';
import type { Domain } from '../../core/data/domain.ts';
import type { LetterBody, ReleaseBatch } from '../../core/federation/letter.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { Purpose } from '../../core/federation/purposes.ts';
import type { ReleaseModeName } from '../../core/release/registry.ts';
import { releaseMode } from '../../core/release/registry.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { silentLog } from '../../host/log.ts';
import { HandClock } from './hand-clock.ts';
import { smallWorld } from './small-world.ts';

interface Leaving {
  carryOut(): Promise<void>;
  withdraw(persons: readonly string[], target?: string): Promise<number>;
}

/** a and b have a history, and c has none. */
const domain: Domain = {
  name: 'films',
  persons: ['a', 'b', 'c'],
  catalogue: ['i', 'j'],
  offsets: Uint32Array.of(0, 1, 2, 2),
  items: Uint32Array.of(0, 1),
};
const scheme = unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(1));
/** The other platforms of the version in force. */
const TARGETS = ['books', 'music'];
const consent = { person: 'a', target: 'books', epoch: 1, expires: 2000 };

describe('A source', () => {
  let store: PlatformStore;
  let clock: HandClock;
  let letters: { to: string; body: LetterBody }[];
  let represented: number[];
  let isKilled: boolean;

  const desk = async (
    name: ReleaseModeName = 'raw',
    epsilon0: number | null = null,
    plan = 'plan',
    pseudonyms = scheme,
    mostPersons = 10,
    purposes: readonly Purpose[] = [],
    dimension = 2,
  ): Promise<SourceDesk> =>
    new SourceDesk({
      people: await peopleOf(domain, pseudonyms),
      scheme: pseudonyms.fingerprint,
      store,
      mode: { name, epsilon0, dimension, of: () => releaseMode(name, { epsilon0, dimension }) },
      mostPersons,
      purposes,
      plan,
      targets: TARGETS,
      clock,
      random: seededStreams(`source ${letters.length}`),
      log: silentLog,
      write: (to, bodies) => {
        if (isKilled) throw new Error('killed');
        letters.push(...bodies.map((body) => ({ to, body })));
      },
      emit: () => undefined,
      onError: (error) => assert.fail(String(error)),
      order: new InOrder(),
    });
  /** Withdraws as the office does while no answer is being made. */
  const withdrawals = (targets = ['books', 'music'], log = silentLog): Leaving => {
    const made = new Withdrawals({
      targets,
      codes: store.codes,
      consents: store.consents,
      log,
      write: (to, bodies) => {
        if (isKilled) throw new Error('killed');
        letters.push(...bodies.map((body) => ({ to, body })));
      },
      emit: () => undefined,
    });
    return {
      carryOut: () => made.carryOut(),
      async withdraw(persons, target) {
        const revoked = await made.revoke(persons, target);
        await made.carryOut();
        return revoked;
      },
    };
  };
  const encoder = (modelRound = 0) => ({
    modelRound,
    represent: (rows: readonly number[]) => {
      represented.push(...rows);
      return Promise.resolve(rows.map((row) => Float32Array.of(3, 4 + row + modelRound)));
    },
  });
  const batches = (): ReleaseBatch[] => letters.flatMap(({ body }) => (body.kind === 'release-batch' ? [body] : []));
  const request = { target: 'books', epoch: 1, modelRound: 0 };

  beforeEach(() => {
    store = createMemoryStore();
    clock = new HandClock();
    letters = [];
    represented = [];
    isKilled = false;
  });

  it('answers with the consenting persons alone, under their pseudonyms', async () => {
    store.consents.add([consent, { ...consent, person: 'c' }, { ...consent, person: 'nobody' }]);
    store.consents.add([
      { ...consent, person: 'b', target: 'music' },
      { ...consent, person: 'b', epoch: 2 },
    ]);
    const source = await desk();
    await source.adopt(encoder());
    await source.request(request);
    const [batch] = batches();
    const [a] = await scheme.pseudonyms(['a']);
    assert.deepEqual(batch.persons, [a]);
    assert.deepEqual(batch.expires, Uint32Array.of(86_400));
    assert.deepEqual(batch.vectors, Float32Array.of(0.6, 0.8));
    assert.deepEqual([batch.part, batch.parts, batch.mode, batch.dimension], [0, 1, 'raw', 2]);
    assert.deepEqual(represented, [0], 'nobody else was even computed, and nobody twice');
  });

  it('releases a history by a consent that names this purpose, and by no other', async () => {
    store.consents.add([consent, { ...consent, person: 'b', also: ['history'] }]);
    const source = await desk('raw', null, 'plan', scheme, 10, ['history']);
    await source.adopt(encoder());
    await source.request(request);
    const [a, b] = await scheme.pseudonyms(['a', 'b']);
    assert.deepEqual(batches()[0].persons, [b]);
    assert.deepEqual(new Set(represented), new Set([1]), 'nobody else was even computed');
    const wider: Consent = { ...consent, also: ['history'] };
    store.consents.add([wider]);
    await source.onConsents([wider]);
    assert.deepEqual(new Set(batches()[1].persons), new Set([a, b]));
  });

  it('answers nothing before it is asked, and with nobody where nobody consented', async () => {
    const source = await desk();
    store.consents.add([consent]);
    await source.adopt(encoder());
    assert.deepEqual(letters, []);
    clock.seconds = 2000;
    await source.request(request);
    assert.deepEqual([batches()[0].persons, batches()[0].mode], [[], 'none']);
  });

  it('releases nothing in mode none', async () => {
    store.consents.add([consent]);
    const source = await desk('none');
    await source.adopt(encoder());
    await source.request(request);
    assert.deepEqual(batches()[0].persons, []);
    assert.deepEqual(represented, []);
  });

  it('keeps a request until it has the shared model, also over a restart', async () => {
    store.consents.add([consent]);
    await (await desk()).request({ ...request, modelRound: 2 });
    const later = await desk();
    await later.adopt(encoder(1));
    assert.deepEqual(letters, []);
    await later.adopt(encoder(2));
    assert.equal(batches()[0].modelRound, 2);
    const again = await desk();
    await again.adopt(encoder(2));
    assert.equal(letters.length, 1, 'an answered request is not answered again');
  });

  it('gives the same code however often it is asked, with any randomness', async () => {
    store.consents.add([consent]);
    for (let i = 0; i < 3; i++) {
      const source = await desk('ldp', 2);
      await source.adopt(encoder());
      await source.request(request);
    }
    const [first, second, third] = batches();
    assert.deepEqual(second.vectors, first.vectors);
    assert.deepEqual(third.vectors, first.vectors);
    assert.match(first.noiseModel, /"kind":"privunit"/);
  });

  it('draws the same code of a person in a seeded run, whoever else is released and whenever', async () => {
    const codesOf = async (...batchesOfPersons: string[][]): Promise<Map<string, number[]>> => {
      store = createMemoryStore();
      letters = [];
      const source = await desk('ldp', 2);
      await source.adopt(encoder());
      for (const persons of batchesOfPersons) {
        const given = persons.map((person) => ({ ...consent, person }));
        store.consents.add(given);
        await source.onConsents(given);
        await source.request(request);
      }
      const { persons, vectors, dimension } = batches().at(-1)!;
      return new Map(
        persons.map((person, row) => [person, [...vectors.subarray(row * dimension).slice(0, dimension)]]),
      );
    };
    const together = await codesOf(['a', 'b']);
    assert.equal(together.size, 2);
    assert.deepEqual(await codesOf(['b'], ['a', 'b']), together);
  });

  it('draws no second random code in an epoch, whatever changes; a raw vector follows the model', async () => {
    store.consents.add([consent, { ...consent, epoch: 2 }]);
    const ldp = await desk('ldp', 2);
    await ldp.adopt(encoder(0));
    await ldp.request(request);
    await ldp.adopt(encoder(1));
    await ldp.request(request);
    const stronger = await desk('ldp', 1);
    await stronger.adopt(encoder(0));
    await stronger.request(request);
    assert.deepEqual(
      batches().map(({ persons }) => persons.length),
      [1, 0, 0],
    );
    await ldp.request({ ...request, epoch: 2 });
    assert.equal(batches()[3].persons.length, 1);
    const raw = await desk('raw');
    store.consents.add([{ ...consent, target: 'music' }]);
    await raw.adopt(encoder(0));
    await raw.request({ ...request, target: 'music' });
    await raw.adopt(encoder(1));
    await raw.request({ ...request, target: 'music' });
    const [, , , , before, after] = batches();
    assert.notDeepEqual(after.vectors, before.vectors);
  });

  it('sends a stored code as it is, and computes nothing for it: the text of its tag never changes', async () => {
    store.consents.add([consent]);
    const [pseudonym] = await scheme.pseudonyms(['a']);
    const stored = { person: 'a', pseudonym, vector: Float32Array.of(7, 8), modelRound: 0 };
    store.codes.put(1, 'books', [{ ...stored, mode: `ldp 2 2 plan ${scheme.fingerprint}` }]);
    const source = await desk('ldp', 2);
    await source.adopt(encoder());
    await source.request(request);
    assert.deepEqual([batches()[0].vectors, represented], [stored.vector, []]);
  });

  it('withholds codes of another plan or dimension, and mixes none into a batch', async () => {
    store.consents.add([consent]);
    const wide = {
      modelRound: 0,
      represent: (rows: readonly number[]) => Promise.resolve(rows.map(() => Float32Array.of(1, 2, 3))),
    };
    const counts: number[] = [];
    for (const [plan, made] of [
      ['plan', encoder()],
      ['other plan', encoder()],
      ['plan', wide],
      ['plan', encoder()],
    ] as const) {
      const source = await desk('ldp', 2, plan, scheme, 10, [], made === wide ? 3 : 2);
      await source.adopt(made);
      if (made === wide) store.consents.add([{ ...consent, person: 'b' }]);
      await source.request(request);
      counts.push(batches().at(-1)!.persons.length);
    }
    assert.deepEqual(counts, [1, 0, 1, 1]);
    assert.deepEqual(
      batches().map(({ dimension }) => dimension),
      [2, 0, 3, 2],
    );
  });

  it('answers nobody who left the federation, though its request and consents stand', async () => {
    store.consents.add(['books', 'games'].map((target) => ({ ...consent, target })));
    // A request from before a version without the platform.
    store.requests.put({ target: 'games', epoch: 1, modelRound: 0 });
    store.requests.put({ target: 'books', epoch: 1, modelRound: 0 });
    store.requests.answered('games');
    const source = await desk();
    await source.adopt({ modelRound: 0, represent: (rows) => Promise.resolve(rows.map(() => Float32Array.of(1, 2))) });
    await source.onConsents([{ ...consent, target: 'games' }]);
    assert.deepEqual(
      letters.map(({ to }) => to),
      ['books'],
    );
  });

  it('sends a large answer in several letters, which name nobody who withdraws between them', async () => {
    const count = 40_000;
    const persons = Array.from({ length: count }, (_, i) => `p${i}`);
    const many: Domain = {
      ...domain,
      persons,
      offsets: Uint32Array.from({ length: count + 1 }, (_, i) => i),
      items: new Uint32Array(count),
    };
    store.consents.add(persons.map((person) => ({ ...consent, person })));
    const people = await peopleOf(many, scheme);
    let leaving: readonly string[] = [];
    const source = new SourceDesk({
      people,
      scheme: scheme.fingerprint,
      store,
      mode: { name: 'raw', epsilon0: null, dimension: 32, of: () => releaseMode('raw') },
      mostPersons: count,
      purposes: [],
      plan: 'plan',
      targets: TARGETS,
      clock,
      random: seededStreams('many'),
      log: silentLog,
      write(to, bodies) {
        letters.push(...bodies.map((body) => ({ to, body })));
        if (letters.length > 1) return;
        // Some whom no letter has named yet withdraw between two letters.
        const [{ body }] = letters;
        const named = new Set(body.kind === 'release-batch' ? body.persons : []);
        leaving = persons.filter((_, row) => !named.has(people.pseudonyms[row])).slice(0, 100);
        source.onWithdrawn(leaving, undefined);
      },
      emit: () => undefined,
      onError: (error) => assert.fail(String(error)),
      order: new InOrder(),
    });
    await source.adopt({
      modelRound: 0,
      represent: (rows) => Promise.resolve(rows.map(() => new Float32Array(32).fill(1))),
    });
    await source.request(request);
    assert.deepEqual(
      batches().map(({ part, parts }) => [part, parts]),
      Array.from({ length: 16 }, (_, part) => [part, 16]),
    );
    const named = new Set(batches().flatMap(({ persons: names }) => names));
    assert.equal(named.size, count - leaving.length);
    for (const pseudonym of await scheme.pseudonyms(leaving)) assert.ok(!named.has(pseudonym));
  });

  it('gives the same answer once a minute, however often it is asked for, and at once when somebody consents', async () => {
    store.consents.add([consent, { ...consent, epoch: 2 }]);
    const source = await desk();
    await source.adopt(encoder());
    for (let i = 0; i < 300; i++) {
      await source.request(request);
      await source.request({ ...request, epoch: 2 });
    }
    assert.deepEqual(
      batches().map(({ epoch }) => epoch),
      [1, 2],
    );
    const later = { ...consent, person: 'b', epoch: 2 };
    store.consents.add([later]);
    await source.onConsents([later]);
    assert.deepEqual([batches().length, batches()[2].persons.length], [3, 2]);
    clock.seconds += 60;
    clock.tick();
    await turn();
    assert.equal(batches().length, 3, 'what was asked last has been answered since');
    for (let i = 0; i < 3; i++) await source.request(request);
    assert.equal(batches().length, 4);
    clock.seconds += 59;
    clock.tick();
    await turn();
    assert.equal(batches().length, 4);
    clock.seconds += 1;
    clock.tick();
    await turn();
    assert.equal(batches().length, 5, 'who asked again within the minute is answered after it');
    await source.adopt(encoder(1));
    await source.request(request);
    assert.equal(batches().length, 6, 'another model is another answer');
    source.stop();
  });

  it('releases nobody who withdraws while the answer is made, and answers again who consents meanwhile', async () => {
    store.consents.add([consent, { ...consent, person: 'b' }]);
    const source = await desk();
    let goOn: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => (goOn = resolve));
    const { modelRound, represent } = encoder();
    await source.adopt({ modelRound, represent: async (rows) => (await waits, represent(rows)) });
    const answered = source.request(request);
    const leaving = withdrawals();
    await turn();
    store.consents.revoke(['a']);
    source.onWithdrawn(['a'], undefined);
    const again = { ...consent, target: 'books', person: 'a', epoch: 2 };
    store.consents.add([again]);
    const later = source.onConsents([{ ...again, epoch: 1 }]);
    goOn();
    await Promise.all([answered, later]);
    await leaving.carryOut();
    const [a, b] = await scheme.pseudonyms(['a', 'b']);
    assert.deepEqual(
      letters.map(({ body }) => (body.kind === 'release-batch' ? body.persons : body.kind)),
      [[b], [b], 'release-withdrawal'],
    );
    assert.deepEqual(letters[2].body, { kind: 'release-withdrawal', persons: [a] });
  });

  it('releases no more persons than a target takes by the manifest', async () => {
    store.consents.add([consent, { ...consent, person: 'b' }]);
    const source = await desk('raw', null, 'plan', scheme, 1);
    await source.adopt(encoder());
    await source.request(request);
    assert.deepEqual(batches()[0].persons, [...(await scheme.pseudonyms(['a', 'b']))].sort().slice(0, 1));
  });

  it('tells nothing by order or times: persons stand in the order of pseudonyms, consents end with a day', async () => {
    const persons = ['a', 'b'];
    // Another key, under which the two orders differ.
    const turning = unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(4));
    const pseudonyms = await turning.pseudonyms(persons);
    assert.notDeepEqual([...pseudonyms].sort(), pseudonyms);
    store.consents.add(persons.map((person, i) => ({ ...consent, person, expires: 2000 + i })));
    const source = await desk('raw', null, 'plan', turning);
    await source.adopt(encoder());
    await source.request(request);
    assert.deepEqual(batches()[0].persons, [...pseudonyms].sort());
    assert.deepEqual(batches()[0].expires, Uint32Array.of(86_400, 86_400));
    await withdrawals().withdraw(persons);
    const told = letters.at(-1)?.body;
    assert.deepEqual(told, { kind: 'release-withdrawal', persons: [...pseudonyms].sort() });
    for (const [given, day] of [
      [86_400, 86_400],
      [86_401, 172_800],
      [LATEST_EXPIRY, LATEST_EXPIRY],
    ]) {
      assert.equal(lastDayOf(given), day);
    }
  });

  it('tells the targets of a withdrawal, and deletes the vector', async () => {
    store.consents.add([consent, { ...consent, target: 'music' }, { ...consent, person: 'b' }]);
    const source = await desk();
    await source.adopt(encoder());
    await source.request(request);
    await source.request({ ...request, target: 'music' });
    const [a] = await scheme.pseudonyms(['a']);
    const leaving = withdrawals();
    assert.equal(await leaving.withdraw(['a']), 2);
    assert.deepEqual(
      letters.slice(2).map(({ to, body }) => [to, body]),
      ['books', 'music'].map((to) => [to, { kind: 'release-withdrawal', persons: [a] }]),
    );
    assert.equal(store.codes.get(1, 'books', 'a')?.vector.length, 0);
    assert.equal(await leaving.withdraw(['a']), 0);
  });

  it('tells a target of nobody it was never sent anything of', async () => {
    store.consents.add([
      consent,
      { ...consent, person: 'c' },
      { ...consent, person: 'nobody' },
      { ...consent, target: 'music' },
    ]);
    const leaving = withdrawals();
    assert.equal(await leaving.withdraw(['a'], 'music'), 1);
    const source = await desk();
    await source.adopt(encoder());
    await source.request(request);
    // A person without a history, one who is not in the data, and one who consented after the answer.
    store.consents.add([{ ...consent, person: 'b' }]);
    assert.equal(await leaving.withdraw(['a', 'b', 'c', 'nobody']), 4);
    const [a] = await scheme.pseudonyms(['a']);
    assert.deepEqual(letters.slice(1), [{ to: 'books', body: { kind: 'release-withdrawal', persons: [a] } }]);
    assert.deepEqual([store.consents.list(), store.consents.revoked()], [[], []]);
  });

  it('draws one random code a person and epoch whatever the pseudonym key, and withdraws all it ever sent', async () => {
    const keys = [1, 2, 3].map((byte) => unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(byte)));
    const sent = async (mode: ReleaseModeName, epsilon0: number | null): Promise<number[]> => {
      store = createMemoryStore();
      letters = [];
      store.consents.add([consent]);
      for (const key of [...keys, keys[0]]) {
        const source = await desk(mode, epsilon0, 'plan', key);
        await source.adopt(encoder());
        await source.request(request);
      }
      return batches().map(({ persons }) => persons.length);
    };
    assert.deepEqual(await sent('ldp', 2), [1, 0, 0, 1]);
    assert.deepEqual(await sent('raw', null), [1, 1, 1, 1]);
    await withdrawals().withdraw(['a']);
    const named = await Promise.all(keys.map(async (key) => (await key.pseudonyms(['a']))[0]));
    assert.deepEqual(letters.at(-1)?.body, { kind: 'release-withdrawal', persons: named.sort() });
  });

  it('keeps to the pseudonym key it started with, until it is told of a new one', () => {
    const world = smallWorld();
    const other = unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(9));
    createPlatform(world.options('films'));
    createPlatform(world.options('films'));
    assert.throws(() => createPlatform(world.options('films', { pseudonyms: other })), {
      code: 'PLATFORM_PSEUDONYM_KEY',
      message: /--new-pseudonym-key/,
    });
    createPlatform(world.options('films', { pseudonyms: other, hasNewPseudonyms: true }));
    createPlatform(world.options('films', { pseudonyms: other }));
    assert.throws(() => createPlatform(world.options('films')), { code: 'PLATFORM_PSEUDONYM_KEY' });
  });

  it('carries out after a restart a withdrawal that it was killed in', async () => {
    store.consents.add([consent]);
    const source = await desk();
    await source.adopt(encoder());
    await source.request(request);
    letters = [];
    const killed = withdrawals();
    isKilled = true;
    await assert.rejects(killed.withdraw(['a']), /killed/);
    assert.deepEqual(store.consents.list(), [], 'out of force all the same');
    isKilled = false;
    const later = withdrawals();
    await later.carryOut();
    await later.carryOut();
    const [a] = await scheme.pseudonyms(['a']);
    assert.deepEqual(letters, [{ to: 'books', body: { kind: 'release-withdrawal', persons: [a] } }]);
    assert.deepEqual(store.consents.revoked(), []);
  });

  it('answers at its next start the consents that were recorded while it did not run', async () => {
    for (const [mode, epsilon0] of [['raw', null] as const, ['ldp', 2] as const]) {
      store = createMemoryStore();
      letters = [];
      store.consents.add([consent]);
      const source = await desk(mode, epsilon0);
      await source.adopt(encoder());
      await source.request(request);
      await (await desk(mode, epsilon0)).adopt(encoder());
      assert.equal(letters.length, 1, 'nobody new, nothing to tell');
      store.consents.add([
        { ...consent, person: 'b' },
        { ...consent, person: 'c' },
      ]);
      await (await desk(mode, epsilon0)).adopt(encoder());
      assert.deepEqual(batches()[1].persons, await scheme.pseudonyms(['a', 'b']));
      await (await desk(mode, epsilon0)).adopt(encoder());
      assert.equal(letters.length, 2);
    }
  });

  it('carries out a withdrawal that a new consent followed while it did not run, then answers the consent', async () => {
    store.consents.add([consent]);
    const source = await desk();
    await source.adopt(encoder());
    await source.request(request);
    store.consents.revoke(['a']);
    store.consents.add([
      { ...consent, expires: 90_000 },
      { ...consent, epoch: 2 },
    ]);
    await withdrawals().carryOut();
    await (await desk()).adopt(encoder());
    assert.deepEqual(
      letters.map(({ body }) => body.kind),
      ['release-batch', 'release-withdrawal', 'release-batch'],
    );
    assert.deepEqual(batches()[1].expires, Uint32Array.of(172_800));
    assert.deepEqual(
      store.consents.list().map(({ epoch }) => epoch),
      [1, 2],
    );
    assert.deepEqual(store.consents.revoked(), []);
  });

  it('tells of a person who is already erased from the data', async () => {
    const [pseudonym] = await scheme.pseudonyms(['gone']);
    store.consents.add([{ ...consent, person: 'gone' }]);
    store.codes.put(1, 'books', [
      { person: 'gone', pseudonym, vector: Float32Array.of(1), mode: 'raw', modelRound: 0 },
    ]);
    assert.equal(await withdrawals().withdraw(['gone']), 1);
    assert.deepEqual(letters, [{ to: 'books', body: { kind: 'release-withdrawal', persons: [pseudonym] } }]);
    assert.equal(store.codes.get(1, 'books', 'gone')?.vector.length, 0);
    assert.deepEqual(store.consents.revoked(), []);
  });

  it('withdraws also without a pseudonym scheme: what was sent is on record', async () => {
    const { pseudonyms: _, ...options } = smallWorld().options('films', { store });
    store.consents.add([consent, { ...consent, person: 'b' }]);
    store.codes.put(1, 'books', [
      { person: 'a', pseudonym: 'A', vector: Float32Array.of(1), mode: 'raw', modelRound: 0 },
    ]);
    const { book } = new ReleaseOffice({
      ...options,
      plan: planFederation(options.manifest),
      people: await peopleOf(domain, undefined),
      emit: () => undefined,
      write: (to, bodies) => letters.push(...bodies.map((body) => ({ to, body }))),
      signal: new AbortController().signal,
      onError: (error) => assert.fail(String(error)),
    });
    assert.equal(await book.withdraw(['a', 'b']), 2);
    assert.deepEqual(letters, [{ to: 'books', body: { kind: 'release-withdrawal', persons: ['A'] } }]);
    assert.deepEqual([store.consents.list(), store.consents.revoked()], [[], []]);
  });

  it('records and withdraws many consents in pieces, a withdrawal and what follows it in order', async () => {
    const persons = Array.from({ length: 3 * ITEMS_IN_A_TURN }, (_, i) => `p${i}`);
    const pieces: number[] = [];
    const consents = {
      ...store.consents,
      add(some: readonly Consent[]): void {
        pieces.push(some.length);
        store.consents.add(some);
      },
    };
    const options = smallWorld().options('films', { store: { ...store, consents } });
    const { book } = new ReleaseOffice({
      ...options,
      plan: planFederation(options.manifest),
      people: await peopleOf(domain, scheme),
      emit: () => undefined,
      write: () => undefined,
      signal: new AbortController().signal,
      onError: (error) => assert.fail(String(error)),
    });
    const given = persons.map((person) => ({ ...consent, person }));
    const all = [book.add(given), book.withdraw(persons), book.add(given)];
    assert.deepEqual(await Promise.all(all), [undefined, persons.length, undefined]);
    assert.ok(pieces.every((size) => size <= ITEMS_IN_A_TURN) && pieces.length === 6);
    assert.equal(store.consents.list().length, persons.length);
  });

  it('carries out the withdrawal from a platform that has left the federation, and says that it cannot tell it', async () => {
    const told: unknown[] = [];
    store.consents.add([{ ...consent, target: 'gone' }]);
    store.codes.put(1, 'gone', [
      { person: 'a', pseudonym: 'A', vector: Float32Array.of(1), mode: 'raw', modelRound: 0 },
    ]);
    const log = { ...silentLog, error: (message: string, fields?: object) => void told.push([message, fields]) };
    assert.equal(await withdrawals(['books'], log).withdraw(['a']), 1);
    assert.deepEqual(letters, []);
    assert.match(JSON.stringify(told), /no longer in this federation.*gone/);
    assert.deepEqual(store.consents.revoked(), []);
  });

  it('is told at its start of consents that can release nobody, by their number alone', async () => {
    const warnings: unknown[] = [];
    const log = { ...silentLog, warn: (message: string, fields?: object) => void warnings.push([message, fields]) };
    const { manifest, ...options } = smallWorld().options('films', { store, log });
    const terms = [{ target: 'books' }, { target: 'nowhere' }, { target: 'films' }, { person: 'stranger' }];
    store.consents.add(terms.map((changes) => ({ ...consent, ...changes })));
    new ReleaseOffice({
      ...options,
      manifest,
      plan: planFederation(manifest),
      people: await peopleOf(domain, scheme),
      emit: () => undefined,
      write: () => undefined,
      signal: new AbortController().signal,
      onError: (error) => assert.fail(String(error)),
    }).stop();
    const told = JSON.stringify(warnings);
    assert.match(told, /persons that the data does not hold",\{"persons":1\}/);
    assert.match(told, /targets that this federation does not have.*"consents":2/);
    assert.doesNotMatch(told, /stranger|nowhere/);
  });

  it('draws no second random code for who withdraws and consents again; a raw vector can be made again', async () => {
    const counts: number[] = [];
    for (const [mode, epsilon0, target] of [['ldp', 2, 'books'] as const, ['raw', null, 'music'] as const]) {
      const source = await desk(mode, epsilon0);
      await source.adopt(encoder());
      for (const epoch of [1, 1, 2]) {
        const again = { ...consent, target, epoch };
        store.consents.add([again]);
        await source.onConsents([again]);
        await source.request({ ...request, target, epoch });
        counts.push(batches().at(-1)!.persons.length);
        await withdrawals().withdraw(['a']);
      }
    }
    assert.deepEqual(counts, [1, 0, 1, 1, 1, 1]);
  });
});
