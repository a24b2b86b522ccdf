/** The preview of a release: what a source shows a person of what a target would be told. */
import assert from 'node:assert/strict';
import { previewText } from '../../cli/commands/consent-preview.ts';
import type { PlatformOptions } from '../../client/options.ts';
import { createPlatform } from '../../client/platform.ts';
import type { Platform } from '../../client/platform.ts';
import { PreviewDesk } from '../../client/releases/preview.ts';
import type { Preview } from '../../client/releases/preview.ts';
import { previewSchema } from '../../client/schemas.ts';
import { MOST_SHOWN, shownOf } from '../../client/work/shown.ts';
import { peopleOf } from '../../client/data/people.ts';
import { PlatformError } from '../../client/errors.ts';
import type { Domain } from '../../core/data/domain.ts';
import { historyLength } from '../../core/data/select.ts';
import { privacyStatement } from '../../core/claims/claims.ts';
import { claimTerms } from '../../core/claims/claim-terms.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { Coordinator } from '../../server/options.ts';
import { longIt } from '../longer.ts';
import { HandClock } from './hand-clock.ts';
import { smallWorld, untilTrue } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';

const V0 = { epoch: 1, modelRound: 0 };
const started: (Platform | Coordinator)[] = [];

async function start<Part extends Platform | Coordinator>(part: Part): Promise<Part> {
  started.push(part);
  await part.start();
  return part;
}

/** All platforms, until books has what films released. */
async function run(world: SmallWorld, changes: Partial<PlatformOptions> = {}): Promise<Platform> {
  await start(world.coordinator());
  const target = await start(createPlatform(world.options('books')));
  if (world.domains.has('music')) await start(createPlatform(world.options('music', { receives: false })));
  const source = await start(createPlatform(world.options('films', { receives: false, ...changes })));
  await target.settled;
  return source;
}

const preview = async (source: Platform, person: string, target = 'books'): Promise<Preview> =>
  previewSchema.parse(await source.backend.preview(person, target));

/** Everything of a person that the source's store has for books. */
function recordOf({ stores }: SmallWorld, person: string): unknown {
  const { codes, consents, outbox, requests } = stores.get('films')!;
  return structuredClone([codes.get(1, 'books', person), consents.list({ person }), outbox.waiting(), requests.list()]);
}

/** The domain with titles, and one more person, who has no history. */
function withTitles(domain: Domain): Domain {
  return {
    ...domain,
    titles: domain.catalogue.map((id, item) => (item % 2 === 0 ? `The title of ${id}` : undefined)),
    persons: [...domain.persons, 'who only looked'],
    offsets: Uint32Array.of(...domain.offsets, domain.offsets[domain.persons.length]),
  };
}

afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part.stop();
});

describe('the preview of a release', function () {
  this.timeout(60_000);

  it('shows the numbers that the target has received, bit for bit, and leaves everything as it was', async () => {
    const world = smallWorld();
    const films = withTitles(world.domains.get('films')!);
    const source = await run(world, { domain: films });
    const [person] = films.persons;
    const before = recordOf(world, person);
    const shown = await preview(source, person);
    const pseudonym = world.stores.get('films')!.codes.get(1, 'books', person)!.pseudonym;
    const held = world.stores.get('books')!.received.vectors('films', V0);
    const { vector } = held.find((one) => one.pseudonym === pseudonym)!;
    assert.deepEqual(Float32Array.from(shown.representation), vector);
    const { bits, bound, epsilon0, numbers, release } = shown;
    const sent = {
      release: 'raw',
      bound: 'unbounded',
      epsilon0: null,
      numbers: vector.length,
      bits: 32 * vector.length,
    };
    assert.deepEqual({ release, bound, epsilon0, numbers, bits }, sent);
    assert.match(shown.claim, /Nothing here limits what it can work out from them/);
    assert.deepEqual(shown.consents, [{ epoch: 1, expires: 4_000_000_000, inForce: true }]);
    assert.deepEqual([shown.history, shown.items.length], Array(2).fill(historyLength(films, 0)));
    const own = [...films.items.subarray(0, films.offsets[1])].map((item) => films.catalogue[item]);
    assert.deepEqual(shown.items.map(({ item }) => item).toSorted(), own.toSorted());
    for (const { item, title } of shown.items) assert.equal(title, films.titles![films.catalogue.indexOf(item)]);
    const influences = shown.items.map(({ influence }) => influence!);
    assert.deepEqual(
      influences,
      influences.toSorted((a, b) => b - a),
    );
    assert.ok(influences[0] > 0 && shown.items.every(({ weight }) => weight === undefined));
    assert.deepEqual(recordOf(world, person), before);
  });

  it('asks for no consent, makes none, and sends nothing', async () => {
    const world = smallWorld();
    const store = world.stores.get('films')!;
    const [person, later] = world.domains.get('films')!.persons;
    store.consents.revoke([person]);
    store.consents.withdraw([person]);
    store.consents.add([{ person: later, target: 'books', epoch: 1, expires: 1000 }]);
    const source = await run(world);
    for (const [whom, consents] of [
      [person, []],
      [later, [{ epoch: 1, expires: 1000, inForce: false }]],
    ] as const) {
      const before = recordOf(world, whom);
      const shown = await preview(source, whom);
      assert.deepEqual(shown.consents, consents);
      assert.ok(shown.representation.length > 0);
      assert.match(previewText(shown), /^Nothing is sent now: no consent to books is in force\.$/m);
      assert.deepEqual(recordOf(world, whom), before);
      assert.equal(store.codes.get(1, 'books', whom), undefined);
    }
    assert.match(previewText(await preview(source, later)), /until 1970-01-01, .* not in force, it has expired/);
  });

  it('is refused for strangers and other targets, and says why nothing is sent of a person without a history', async () => {
    const world = smallWorld();
    const source = await run(world, { domain: withTitles(world.domains.get('films')!) });
    const [person] = world.domains.get('films')!.persons;
    for (const target of ['films', 'bookz', '', '__proto__', 'books\n']) {
      await assert.rejects(source.backend.preview(person, target), {
        code: 'CONSENT_INVALID',
        message: 'the target is none of the other platforms of this federation (books)',
      });
    }
    for (const stranger of ['nobody', '', '__proto__', '../token', '漢\u0000']) {
      await assert.rejects(source.backend.preview(stranger, 'books'), (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'CONSENT_UNKNOWN');
        return stranger === '' || !error.message.includes(stranger);
      });
    }
    const nothing = await preview(source, 'who only looked');
    const { bits, bound, history, items, modelRound, numbers, release } = nothing;
    const told = { bits, bound, history, items, modelRound, numbers, release };
    const none = {
      bits: 0,
      bound: 'nothing-sent',
      history: 0,
      items: [],
      modelRound: null,
      numbers: 0,
      release: 'none',
    };
    assert.deepEqual(told, none);
    assert.match(previewText(nothing), /^films tells books nothing about this person\.\nThere is no history here/);
  });

  it('is not ready before there is an encoder, and needs none where nothing is sent', async () => {
    const world = smallWorld();
    const [person] = world.domains.get('films')!.persons;
    // Without a coordinator it prepares nothing.
    const waiting = await start(createPlatform(world.options('films')));
    await assert.rejects(waiting.backend.preview(person, 'books'), {
      code: 'PLATFORM_NOT_READY',
      message: /^there are no representations yet: this platform is preparing/,
    });
    const { pseudonyms: _, ...options } = world.options('books');
    const silent = await start(createPlatform(options));
    const [other] = world.domains.get('books')!.persons;
    assert.equal(
      (await preview(silent, other, 'films')).claim,
      'books runs without a pseudonym key, so it sends nothing.',
    );
  });

  it('under a local mode shows the representation before the code, and changes no code', async () => {
    const encoder = encoderSpec('private-subspace');
    const world = smallWorld({ encoder, privacy: { epsilon: 8, release: 'ldp', epsilon0: 8 } });
    const source = await run(world);
    const [person] = world.domains.get('films')!.persons;
    const before = recordOf(world, person);
    const shown = await preview(source, person);
    assert.deepEqual([shown.bound, shown.epsilon0, shown.numbers], ['epsilon0', 8, 5]);
    assert.ok(Math.abs(Math.hypot(...shown.representation) - 1) < 1e-6);
    const { vector } = world.stores.get('films')!.codes.get(1, 'books', person)!;
    const ofCode = Math.hypot(...vector);
    assert.ok(vector.some((value, i) => Math.abs(value / ofCode - shown.representation[i]) > 1e-3));
    assert.deepEqual(recordOf(world, person), before);
    assert.match(previewText(shown), /books about this person only a random code of the representation: 5 numbers/);
    assert.match(previewText(shown), /before the code, which books does not receive/);
  });

  it('says that the target receives items themselves, and which purpose a consent lacks', async () => {
    const world = smallWorld({ encoder: encoderSpec('history', { 'history.items': 3 }) });
    const source = await run(world);
    const films = world.domains.get('films')!;
    const row = films.persons.findIndex((_, at) => historyLength(films, at) > 4);
    const shown = await preview(source, films.persons[row]);
    assert.deepEqual([shown.needs, shown.consents[0].inForce, shown.numbers], [['history'], false, 4]);
    assert.equal(shown.bits, 3 * Math.ceil(Math.log2(films.catalogue.length + 1)));
    const latest = [...films.items.subarray(films.offsets[row], films.offsets[row + 1])].reverse();
    assert.deepEqual(
      shown.items.map(({ title: _, ...item }) => item),
      latest.map((item, at) => ({ item: films.catalogue[item], ...(at < 3 && { sent: true }) })),
    );
    const text = previewText(shown);
    assert.match(text, /for a representation: not in force, it does not name history\./);
    assert.match(text, /receives your history itself: your latest 3 items/);
    assert.doesNotMatch(text, /influence/);
  });

  longIt('shows the weights of a trained attention beside the influence of each item', async () => {
    const encoder = encoderSpec('subspace>item-attention', { 'item-attention.longest': 6 });
    const world = smallWorld({ encoder, privacy: { epsilon: 8 }, rounds: { count: 2 } }, ['books', 'films', 'music']);
    const source = await run(world);
    const films = world.domains.get('films')!;
    const row = films.persons.findIndex((_, at) => historyLength(films, at) > 8);
    const shown = await preview(source, films.persons[row]);
    assert.equal(shown.modelRound, 2);
    const weights = shown.items.map(({ weight }) => weight!);
    assert.deepEqual(
      weights,
      weights.toSorted((a, b) => b - a),
    );
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6);
    assert.deepEqual([weights.filter((weight) => weight > 0).length, weights[5] > 0], [6, true]);
    assert.ok(new Set(weights).size > 2, 'trained: not all alike');
    assert.ok(shown.items.every(({ influence }) => influence !== undefined));
    assert.match(previewText(shown), /^influence {2}weight {2}item$/m);
    assert.match(previewText(shown), /^books is told none of these figures\.$/m);
  });

  it('gives up while a round keeps the encoder’s thread busy', async () => {
    const world = smallWorld();
    const { identity, store, pseudonyms } = world.options('films');
    const plan = planFederation(world.manifest);
    const clock = new HandClock();
    const asked: ((error: Error) => void)[] = [];
    const desk = new PreviewDesk({
      ...{ plan, identity, store, pseudonyms, clock, encoder: { modelRound: 0 } },
      statement: privacyStatement(claimTerms(plan)),
      people: await peopleOf(world.domains.get('films')!, pseudonyms),
      workshop: { show: () => new Promise((_, reject) => asked.push(reject)) },
    });
    const [person] = world.domains.get('films')!.persons;
    const ask = (): Promise<Preview> =>
      desk.of(person, 'books', () => new PlatformError('PLATFORM_NOT_READY', 'no encoder'));
    for (let again = 0; again < 3; again++) {
      const refused = [ask(), ask()].map((given) =>
        assert.rejects(given, { code: 'PLATFORM_NOT_READY', message: /busy with a round: ask again later/ }),
      );
      await untilTrue(() => asked.length > 0);
      clock.tick();
      await Promise.all(refused);
    }
    assert.equal(asked.length, 1, 'questions add up on the thread that trains');
    // Then only the question that somebody waits for is asked; a failure of another is not its own.
    const given = ask();
    asked[0](new Error('of the first'));
    await untilTrue(() => asked.length > 1);
    asked[1](new Error('of the last'));
    await assert.rejects(given, { message: 'of the last' });
    assert.equal(asked.length, 2);
  });

  it('runs the encoder a bounded number of times, however long a history is', () => {
    let read = 0;
    const model = {
      represent: ({ items }: { readonly items: Uint32Array }) => {
        read += items.length;
        return Float32Array.of(1, items.length);
      },
      attend: ({ items }: { readonly items: Uint32Array }) => Float32Array.from(items, (_, place) => place),
    };
    for (const [length, latest] of [
      [0, 0],
      [3, 3],
      [1000, MOST_SHOWN],
      [10_000, 20],
      [1_000_000, 1],
    ]) {
      read = 0;
      const shown = shownOf(model, { items: new Uint32Array(length) }, undefined);
      const { influences, weights } = shown;
      assert.deepEqual([shown.latest, influences?.length, weights?.length], [latest, latest, latest]);
      assert.equal(weights?.at(-1), length === 0 ? undefined : length - 1, 'of the latest items');
      assert.ok(read <= 3 * length + 200_000, `${read} items read`);
    }
  });
});
