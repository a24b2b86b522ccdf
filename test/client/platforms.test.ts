import assert from 'node:assert/strict';
import { encoderSpec, withSettings } from '../../core/transfer/expression.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { prototypeSettings } from '../../core/transfer/encoder/release-shape.ts';
import { addConsents } from '../../client/consent-book.ts';
import type { PlatformEvent } from '../../client/events.ts';
import type { EvaluationDocument } from '../../client/evaluation/document.ts';
import type { PlatformOptions } from '../../client/options.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { table } from '../../cli/commands/recommend.ts';
import type { Domain } from '../../core/data/domain.ts';
import { silentLog } from '../../host/log.ts';
import { createPlatform } from '../../client/platform.ts';
import type { Platform } from '../../client/platform.ts';
import { PlatformError } from '../../client/errors.ts';
import { StoreError } from '../../host/errors/store-errors.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { recommendationSchema } from '../../client/schemas.ts';
import type { Coordinator } from '../../server/options.ts';
import { smallWorld, untilTrue } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';
import { longIt } from '../longer.ts';

/** Epoch 1, before any round. */
const V0 = { epoch: 1, modelRound: 0 };

const started: (Platform | Coordinator)[] = [];

async function start<Part extends Platform | Coordinator>(part: Part): Promise<Part> {
  started.push(part);
  await part.start();
  return part;
}

afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part.stop();
});

describe('Platforms without rounds', () => {
  let world: SmallWorld;
  let coordinator: Coordinator;
  const platform = (name: string, changes?: Partial<PlatformOptions>): Promise<Platform> =>
    start(createPlatform(world.options(name, changes)));

  beforeEach(async () => {
    world = smallWorld();
    coordinator = await start(world.coordinator());
  });

  it('release, decode, evaluate cold persons and recommend', async () => {
    let document: EvaluationDocument | undefined;
    const hidden = { cold: world.split.cold };
    const onEvaluated = (evaluated: EvaluationDocument): null => {
      document = evaluated;
      return null;
    };
    const target = await platform('books', { hidden: () => hidden, onEvaluated });
    await platform('films', { receives: false });
    await target.settled;
    assert.ok(document);
    const ndcg = (method: string): number =>
      document!.rows.find(
        ({ method: name, metric, negatives, group }) =>
          name === method && metric === 'NDCG@10' && negatives === 'uniform' && group === 'all',
      )!.mean;
    assert.equal(document.coldPersonsReleased, hidden.cold.length);
    assert.deepEqual(document.sources, ['films']);
    const random = ndcg('random');
    assert.ok(random > 0.02 && random < 0.08, `random is ${random}, expected near .045`);
    assert.ok(ndcg('linear-bridge') > ndcg('prior') + 0.05, `${ndcg('linear-bridge')} over ${ndcg('prior')}`);
    const gain = document.gains.find(({ method, negatives }) => method === 'linear-bridge' && negatives === 'uniform')!;
    assert.ok(Math.abs(gain.mean - (ndcg('linear-bridge') - ndcg('prior'))) < 1e-12);

    const known = await target.backend.recommend({ person: hidden.cold[0].person }, 5);
    recommendationSchema.parse(known);
    assert.equal(known.items.length, 5);
    assert.equal(known.basis, 'representation');
    assert.deepEqual(known.sources, ['films']);
    assert.deepEqual([known.warnings, document.warnings], [[], []]);
    assert.match(known.claim, /Nothing here limits what it can work out from them/);
    const stranger = await target.backend.recommend({ person: 'nobody knows me' }, 5);
    assert.equal(stranger.known, false);
    assert.notEqual(stranger.basis, 'representation');
    assert.match(stranger.claim, /nothing of this person's data on other platforms/);
  });

  it('leave out what a person has already', async () => {
    const target = await platform('books');
    await platform('films', { receives: false });
    await target.settled;
    const domain = world.domains.get('books')!;
    const items = new Set(Array.from(domain.items.subarray(0, domain.offsets[1]), (item) => domain.catalogue[item]));
    const { items: best } = await target.backend.recommend({ person: domain.persons[0] }, domain.catalogue.length);
    assert.equal(best.length, domain.catalogue.length - items.size);
    assert.ok(best.every(({ item }) => !items.has(item)));
    assert.ok(best.every(({ score }, place) => place === 0 || score <= best[place - 1].score));
  });

  it('release nobody without a consent, and who consents later when they do', async () => {
    const { stores, domains } = world;
    const films = domains.get('films')!.persons;
    const { consents } = stores.get('films')!;
    consents.revoke(films);
    consents.withdraw(films);
    const target = await platform('books');
    const source = await platform('films', { receives: false });
    await target.settled;
    assert.deepEqual(stores.get('books')!.received.vectors('films', V0), []);
    const consent = { target: 'books', epoch: 1, expires: 4_000_000_000 };
    const three = films.slice(0, 3);
    const add = async (persons: readonly string[], target = 'books'): Promise<readonly string[] | null> => {
      const terms = { ...consent, target };
      return (await addConsents(source.backend.book, { persons, terms, dryRun: false, acceptUnknown: true })).unknown;
    };
    assert.deepEqual(await add([...three, 'not-here']), ['not-here']);
    await untilTrue(() => stores.get('books')!.received.vectors('films', V0).length === 3);
    await assert.rejects(add(['p'], 'nowhere'), { code: 'CONSENT_INVALID' });
  });

  it('delete at both ends what is withdrawn, also when it is withdrawn while the source is down', async () => {
    const { stores, domains } = world;
    const events: PlatformEvent[] = [];
    const target = await platform('books');
    target.on((event) => events.push(event));
    const source = await platform('films', { receives: false });
    await target.settled;
    const held = stores.get('books')!.received;
    const before = held.vectors('films', V0).length;
    const [first, second] = domains.get('films')!.persons;
    assert.equal(await source.backend.book.withdraw([first]), 1);
    await untilTrue(() => held.vectors('films', V0).length === before - 1);
    await source.stop();
    assert.equal(stores.get('films')!.consents.revoke([second]), 1);
    await platform('films', { receives: false });
    await untilTrue(() => held.vectors('films', V0).length === before - 2);
    assert.deepEqual(stores.get('films')!.consents.revoked(), []);
    const answer = await target.backend.recommend({ person: first }, 3);
    assert.deepEqual(answer.sources, []);
    // The decoder had used them too, so it is fitted again without them.
    await untilTrue(() => events.filter(({ kind }) => kind === 'decoder').length >= 2);
  });

  it('serve without what has expired', async () => {
    const { stores, domains } = world;
    const store = stores.get('films')!;
    const [person] = domains.get('films')!.persons;
    store.consents.add([{ person, target: 'books', epoch: 1, expires: 1000 }]);
    const target = await platform('books');
    await platform('films', { receives: false });
    await target.settled;
    assert.equal(stores.get('books')!.received.vectors('films', V0).length, domains.get('films')!.persons.length - 1);
  });

  it('go on without a source that does not answer, and take it in when it comes', async () => {
    const events: PlatformEvent[] = [];
    const target = createPlatform(world.options('books', { releaseTimeoutMs: 1 }));
    target.on((event) => events.push(event));
    await start(target);
    await target.settled;
    assert.equal((await target.backend.recommend({ person: 'anybody' }, 1)).basis, 'popularity');
    await platform('films', { receives: false });
    await untilTrue(() => events.filter(({ kind }) => kind === 'decoder').length === 2);
    assert.equal(target.backend.stage(), 'serving');
    const answer = await target.backend.recommend({ person: world.split.cold[0].person }, 1);
    assert.equal(answer.basis, 'representation');
  });

  it('serve what they have while every source is away: what is popular, and the earlier decoder from the next start on', async () => {
    const cold = world.split.cold[0].person;
    const basis = async (target: Platform): Promise<string> =>
      (await target.backend.recommend({ person: cold }, 3)).basis;
    // Nobody answers at the first start, and the wait is long.
    const first = await platform('books', { threads: {} });
    await untilTrue(() => first.backend.stage() === 'releasing');
    assert.equal(await basis(first), 'popularity');
    const source = await platform('films', { receives: false });
    await first.settled;
    const before = await first.backend.recommend({ person: cold }, 3);
    assert.equal(before.basis, 'representation');
    await source.stop();
    await first.stop();

    const again = await platform('books', { epoch: 2, threads: {} });
    while ((await basis(again)) === 'popularity') await turn();
    assert.deepEqual((await again.backend.recommend({ person: cold }, 3)).items, before.items, 'the earlier list');
    await untilTrue(() => again.backend.stage() === 'releasing');
  });

  it('serve on with an earlier version when the held-out quality of a later one falls', async () => {
    const store = world.stores.get('books')!;
    await platform('films', { receives: false });
    const first = await platform('books');
    await first.settled;
    await first.stop();
    assert.deepEqual({ ...store.models.served(), heldOut: 0, persons: 0 }, { ...V0, heldOut: 0, persons: 0 });
    // Pretends that the served decoder had been better than it is.
    store.models.serve({ ...V0, heldOut: 0.99, persons: 1000 });
    const films = world.stores.get('films')!;
    films.consents.add(films.consents.list().map((consent) => ({ ...consent, epoch: 2 })));
    const events: PlatformEvent[] = [];
    const second = createPlatform(world.options('books', { epoch: 2 }));
    second.on((event) => events.push(event));
    await start(second);
    await second.settled;
    const fitted = events.find((event) => event.kind === 'decoder');
    assert.match(fitted?.refusedBecause ?? '', /serves 0\.9900/);
    assert.equal(store.models.served()?.epoch, 1);
    assert.ok(store.received.vectors('films', { ...V0, epoch: 2 }).length > 0);
    const { basis } = await second.backend.recommend({ person: world.split.cold[0].person }, 1);
    assert.equal(basis, 'representation');
  });

  it('serve on when the coordinator goes, and end when another process with the same key takes over', async () => {
    const store = world.stores.get('films')!;
    const target = await platform('books', { releaseTimeoutMs: 1 });
    const source = createPlatform(world.options('films', { receives: false }));
    const events: PlatformEvent[] = [];
    source.on((event) => events.push(event));
    const failures: unknown[] = [];
    for (const one of [target, source]) void one.failed.then((error) => failures.push(error));
    await start(source);
    await Promise.all([target.settled, source.settled]);

    await coordinator.stop();
    await untilTrue(() => events.some((event) => event.kind === 'link' && event.state === 'offline'));
    assert.equal((await target.backend.recommend({ person: 'anybody' }, 1)).items.length, 1);
    coordinator = await start(world.coordinator());
    await untilTrue(() => events.filter((event) => event.kind === 'link' && event.state === 'online').length === 2);
    assert.deepEqual(failures, []);

    await platform('films', { receives: false, store: { ...createMemoryStore(), consents: store.consents } });
    const error = await source.failed;
    assert.ok(error instanceof PlatformError);
    assert.equal(error.code, 'LINK_ENDED');
    assert.match(error.message, /LINK_REPLACED/);
    assert.deepEqual(events.at(-1), { kind: 'failed', code: 'LINK_ENDED' });
    assert.deepEqual(failures, [error]);
  });

  it('end when what comes cannot be kept, and tell the coordinator nothing of it', async () => {
    const told: string[] = [];
    coordinator.on((event) => {
      if (event.kind === 'failure') told.push(event.code);
    });
    const store = world.stores.get('books')!;
    const full = new StoreError('STORE_FULL', 'the disk is full');
    const outbox = Object.assign(Object.create(store.outbox) as typeof store.outbox, {
      take: () => {
        throw full;
      },
    });
    const target = await platform('books', { store: { ...store, outbox } });
    await platform('films', { receives: false });
    assert.equal(await target.failed, full);
    await assert.rejects(target.settled, full);
    await untilTrue(() =>
      coordinator.status().platforms.some((one) => one.platform === 'books' && one.state !== 'online'),
    );
    assert.deepEqual(told, []);
  });

  it('end when a decoder fitted again cannot be kept', async () => {
    const store = world.stores.get('books')!;
    const full = new StoreError('STORE_FULL', 'the disk is full');
    let isFull = false;
    const models = Object.assign(Object.create(store.models) as typeof store.models, {
      serve: (quality: Parameters<typeof store.models.serve>[0]) => {
        if (isFull) throw full;
        store.models.serve(quality);
      },
    });
    const target = await platform('books', { store: { ...store, models } });
    const source = await platform('films', { receives: false });
    await target.settled;
    isFull = true;
    await source.backend.book.withdraw(world.domains.get('films')!.persons.slice(0, 1));
    assert.equal(await target.failed, full);
  });

  it('take part without pseudonyms, releasing and receiving nothing', async () => {
    const { pseudonyms: _, ...options } = world.options('books');
    const target = await start(createPlatform(options));
    await platform('films');
    await target.settled;
    assert.deepEqual(world.stores.get('books')!.received.batches(), []);
    assert.equal((await target.backend.recommend({ person: 'anybody' }, 1)).items.length, 1);
  });
});

describe('Platforms of a federation without noise', () => {
  it('say so with every answer and measurement', async () => {
    const world = smallWorld({ privacy: { epsilon: null } });
    await start(world.coordinator());
    let document: EvaluationDocument | undefined;
    const onEvaluated = (evaluated: EvaluationDocument): null => {
      document = evaluated;
      return null;
    };
    const hidden = { cold: world.split.cold };
    const floor = { ...DEFAULT_FLOOR, acceptNoPrivacy: true };
    const target = await start(createPlatform(world.options('books', { floor, hidden: () => hidden, onEvaluated })));
    await start(createPlatform(world.options('films', { floor, receives: false })));
    await target.settled;
    const answer = recommendationSchema.parse(await target.backend.recommend({ person: hidden.cold[0].person }, 3));
    for (const { warnings } of [answer, document!]) assert.match(warnings.join(), /^NO PRIVACY/);
    assert.match(table(answer), /^NO PRIVACY/);
  });
});

describe('Platforms that release randomised codes', () => {
  it('send one code each, tell how noisy it is, and say what bounds it', async () => {
    const encoder = encoderSpec('private-subspace');
    const world = smallWorld({ encoder, privacy: { epsilon: 8, release: 'ldp', epsilon0: 8 } });
    await start(world.coordinator());
    const target = await start(createPlatform(world.options('books')));
    await start(createPlatform(world.options('films', { receives: false })));
    await target.settled;
    const { received } = world.stores.get('books')!;
    const [batch] = received.batches();
    assert.deepEqual([batch.mode, batch.noiseModel.kind], ['ldp', 'privunit']);
    const codes = received.vectors('films', V0);
    assert.equal(codes.length, world.domains.get('films')!.persons.length);
    const films = world.stores.get('films')!;
    const kept = world.domains.get('films')!.persons.map((person) => films.codes.get(1, 'books', person));
    const first = kept.find((code) => code?.pseudonym === codes[0].pseudonym);
    assert.deepEqual(first?.vector, codes[0].vector);
    const norms = codes.map(({ vector }) => Math.hypot(...vector));
    assert.ok(
      norms.every((norm) => Math.abs(norm - norms[0]) < 1e-3),
      'every code is as long as every other',
    );
    assert.equal(target.statement.epsilon0, 8);
    for (const name of ['books', 'films']) assert.ok(world.stores.get(name)!.ledger.entries().length > 0);
  });

  for (const name of ['linear-bridge', 'private-subspace']) {
    it(`tell each person's cohort among prototypes that are paid for once, also over a restart: ${name}`, async () => {
      const privacy = { epsilon: 8, release: 'cohort' as const, epsilon0: 4, sources: ['films'] };
      const world = smallWorld({ encoder: encoderSpec(name), privacy });
      await start(world.coordinator());
      const first = await start(createPlatform(world.options('films', { receives: false })));
      const target = await start(createPlatform(world.options('books')));
      await target.settled;
      const { received } = world.stores.get('books')!;
      const [{ noiseModel, dimension }] = received.batches();
      const prototypes = noiseModel.prototypes!;
      const cohorts = prototypes.length / dimension;
      const planned = prototypeSettings(first.plan.shape, dimension);
      assert.ok(planned !== undefined && cohorts === planned.cohorts);
      const codes = received.vectors('films', V0);
      assert.equal(codes.length, world.domains.get('films')!.persons.length);
      const told = new Set(codes.map(({ vector }) => vector.join()));
      const known = Array.from({ length: cohorts }, (_, k) =>
        prototypes.slice(k * dimension, (k + 1) * dimension).join(),
      );
      assert.ok(told.size > 1 && [...told].every((vector) => known.includes(vector)));

      const { ledger } = world.stores.get('films')!;
      const charges = ledger.entries().map(({ charge }) => charge?.label);
      assert.equal(charges.filter((label) => label === 'cohort/prototypes').length, planned.passes);
      if (name === 'linear-bridge') assert.equal(charges.length, planned.passes, 'nothing else is charged');
      assert.equal(world.stores.get('books')!.ledger.entries().length, 0);

      await first.stop();
      await target.stop();
      await start(createPlatform(world.options('films', { receives: false })));
      const store = createMemoryStore();
      const later = await start(createPlatform(world.options('books', { store })));
      await later.settled;
      assert.deepEqual(store.received.batches(), received.batches());
      assert.deepEqual(store.received.vectors('films', V0), codes);
      assert.equal(ledger.entries().length, charges.length);
    });
  }
});

describe('Platforms whose catalogue changed', () => {
  it('draw and pay for nothing anew: items keep their coordinates, new ones take free ones while there are any', async () => {
    const world = smallWorld({ encoder: encoderSpec('private-subspace'), privacy: { epsilon: 8 } }, undefined, {
      spareItems: 2,
    });
    await start(world.coordinator());
    const store = world.stores.get('films')!;
    const domain = world.domains.get('films')!;
    const left: (object | undefined)[] = [];
    const warn = (message: string, fields?: object): void => {
      if (message.includes('no coordinates left')) left.push(fields);
    };
    const settled = async (changed: Domain): Promise<void> => {
      const options = { domain: changed, receives: false, log: { ...silentLog, warn } };
      const platform = await start(createPlatform(world.options('films', options)));
      await platform.settled;
      await platform.stop();
    };
    await settled(domain);
    const paid = store.ledger.entries();
    // The same data with its catalogue in another order, and one new item that somebody met.
    const reversed = reordered(domain);
    await settled({ ...reversed, catalogue: [...reversed.catalogue, 'new'], ...oneMore(reversed) });
    assert.deepEqual(store.coordinates.all(), [...domain.catalogue, 'new']);
    // Two more items: one takes the last coordinate. The rows of the other are left out and counted.
    const catalogue = [...reversed.catalogue, 'new', 'newer', 'newest'];
    await settled({ ...reversed, catalogue, ...oneMore({ ...reversed, catalogue }) });
    assert.deepEqual(store.coordinates.all(), [...domain.catalogue, 'new', 'newer']);
    assert.deepEqual(left, [{ room: domain.catalogue.length + 2, itemsLeftOut: 1, rowsLeftOut: 1 }]);
    assert.deepEqual(store.ledger.entries(), paid);
  });

  /** The same rows, with the catalogue reversed. */
  const reordered = (domain: Domain): Domain => ({
    ...domain,
    catalogue: domain.catalogue.toReversed(),
    items: domain.items.map((item) => domain.catalogue.length - 1 - item),
    ...(domain.titles && { titles: domain.titles.toReversed() }),
  });

  /** One more row of the first person, with the last item of the catalogue or a new one. */
  const oneMore = ({ items, offsets, catalogue }: Domain): Pick<Domain, 'items' | 'offsets'> => {
    const item = Math.max(catalogue.length - 1, Math.max(...items) + 1);
    return {
      items: Uint32Array.of(item, ...items),
      offsets: offsets.map((offset, index) => (index === 0 ? 0 : offset + 1)),
    };
  };
});

describe('Platforms with rounds', () => {
  const rounds = { count: 2, stageTimeoutMs: 5_000, trainTimeoutMs: 20_000, maxAttempts: 3 };
  const trunk = encoderSpec('shared-trunk', {
    'autoencoder.hidden': 8,
    'autoencoder.bottleneck': 4,
    'subspace.steps': 1,
  });
  const names = ['books', 'films', 'music'];

  it('train the shared model together, charge every ledger, and end alike', async () => {
    // Wide enough that a round is trained in several batches.
    const wide = withSettings(trunk, { 'autoencoder.hidden': 256 });
    const world = smallWorld({ encoder: wide, privacy: { epsilon: 8 }, rounds }, names);
    const coordinator = await start(world.coordinator());
    const spent = new Map<string, number>();
    const stages: string[] = [];
    const platforms = names.map((name) => createPlatform(world.options(name, { receives: name === 'books' })));
    for (const platform of platforms) {
      platform.on((event) => {
        if (event.kind === 'epsilon' && event.spent !== null) spent.set(platform.name, event.spent);
        if (event.kind === 'stage' && platform === platforms[0] && stages.at(-1) !== event.stage)
          stages.push(event.stage);
      });
      await start(platform);
    }
    assert.equal(await coordinator.roundsOver, 'completed');
    await platforms[0].settled;
    assert.equal(stages.filter((stage) => stage === 'training').length, 1, stages.join());
    const models = names.map((name) => world.stores.get(name)!.models.latest());
    assert.deepEqual(
      models.map((model) => model?.round),
      [2, 2, 2],
    );
    assert.deepEqual(models[1], models[0]);
    assert.deepEqual(models[2], models[0]);
    assert.notDeepEqual(models[0]?.model, world.stores.get('books')!.models.at(1));
    for (const name of names) {
      const charges = world.stores.get(name)!.ledger.entries();
      const rounds = charges.filter(({ charge }) => charge?.scope === 'federation');
      assert.deepEqual(
        rounds.map(({ origin, charge }) => [origin, charge?.round]),
        [
          ['own', 1],
          ['own', 2],
        ],
        'charged here, not taken over',
      );
      assert.ok(spent.get(name)! > 0 && spent.get(name)! <= 8);
    }
    assert.ok(world.stores.get('books')!.received.vectors('films', { ...V0, modelRound: 2 }).length > 0);
  });

  it('come back from the dead with their state, pay for nothing twice, and complete the round', async () => {
    const world = smallWorld({ encoder: trunk, privacy: { epsilon: 8 }, rounds }, names);
    const coordinator = await start(world.coordinator());
    for (const name of names.slice(0, 2)) await start(createPlatform(world.options(name, { receives: false })));
    const victim = createPlatform(world.options('music', { receives: false }));
    const masked = new Promise<void>((resolve) => {
      victim.on((event) => {
        if (event.kind === 'attempt' && event.stage === 'masked-input') resolve();
      });
    });
    await start(victim);
    await masked;
    await victim.stop();
    const own = world.stores.get('music')!.ledger.entries().length;
    await start(createPlatform(world.options('music', { receives: false })));
    assert.equal(await coordinator.roundsOver, 'completed');
    const { attempts } = coordinator.status();
    assert.ok(attempts.some(({ round, end }) => round === 1 && end?.outcome !== 'completed'));
    const entries = world.stores.get('music')!.ledger.entries();
    const platformSums = entries.filter(({ charge }) => charge?.scope === 'platform').length;
    assert.equal(platformSums, own, 'a restart charged its own sums again');
  });

  longIt(
    'release and serve while a round is given up, and go on with it once the platform that was missing is back',
    async function () {
      this.timeout(60_000);
      const few = { ...rounds, maxAttempts: 1 };
      const world = smallWorld({ encoder: trunk, privacy: { epsilon: 8 }, rounds: few }, names);
      const coordinator = await start(world.coordinator());
      const books = await start(createPlatform(world.options('books', { releaseTimeoutMs: 1 })));
      await start(createPlatform(world.options('films', { receives: false })));
      const victim = createPlatform(world.options('music', { receives: false }));
      const masked = new Promise<void>((resolve) => {
        victim.on((event) => {
          if (event.kind === 'attempt' && event.stage === 'masked-input') resolve();
        });
      });
      await start(victim);
      await masked;
      await victim.stop();
      assert.equal(await coordinator.roundsOver, 'gave-up');
      await books.settled;
      const [person] = world.domains.get('books')!.persons;
      assert.equal((await books.backend.recommend({ pseudonym: person }, 3)).items.length, 3);
      assert.equal(world.stores.get('books')!.models.latest()?.round, 0);
      const ended = new Promise<string>((resolve) => {
        coordinator.on((event) => {
          if (event.kind === 'rounds-over') resolve(event.ending);
        });
      });
      await start(createPlatform(world.options('music', { receives: false })));
      assert.equal(await ended, 'completed');
      // From now on recommendations use the last round's model.
      const { received } = world.stores.get('books')!;
      await untilTrue(() => received.vectors('films', { ...V0, modelRound: 2 }).length > 0);
    },
  );

  it('end with a state that was brought back from an older copy: nothing is stated, joined or sent with it', async () => {
    const world = smallWorld({ encoder: trunk, privacy: { epsilon: 8 }, rounds: { ...rounds, count: 1 } }, names);
    const coordinator = await start(world.coordinator());
    const [first] = await Promise.all(
      names.map((name) => start(createPlatform(world.options(name, { receives: false })))),
    );
    assert.equal(await coordinator.roundsOver, 'completed');
    await first.stop();
    // The state before the round, including a letter on its way.
    const old = createMemoryStore();
    old.consents.add(world.stores.get('books')!.consents.list());
    const letter = { namesPersons: false, content: new Uint8Array(8) };
    old.outbox.add([{ id: 'ab'.repeat(16), to: 'films', lifetimeSeconds: 60, ...letter }]);
    const mail: string[] = [];
    coordinator.on((event) => {
      if (event.kind === 'mail') mail.push(event.from);
    });
    const again = createPlatform(world.options('books', { receives: false, store: old }));
    await again.start();
    const error = await again.failed;
    assert.ok(error instanceof PlatformError);
    assert.equal(error.code, 'PLATFORM_STATE_OLD');
    assert.match(error.message, /signed keys for round 1, attempt 1.* leave the federation and join again/);
    assert.deepEqual([mail, old.outbox.waiting().length], [[], 1]);
    assert.deepEqual(old.ledger.entries(), [], 'what the coordinator tells is not taken over');
    // Restoring the latest state is the remedy.
    await start(createPlatform(world.options('books', { receives: false })));
    await untilTrue(() => coordinator.status().platforms.every(({ prepared }) => prepared));
  });

  it('go on with a coordinator that was stopped in the middle of a round and started again', async () => {
    const world = smallWorld({ encoder: trunk, privacy: { epsilon: 8 }, rounds }, names);
    const first = await start(world.coordinator());
    const masked = new Promise<void>((resolve) => {
      first.on((event) => {
        if (event.kind === 'stage' && event.stage === 'masked-input') resolve();
      });
    });
    for (const name of names) await start(createPlatform(world.options(name, { receives: false })));
    await masked;
    await first.stop();
    const second = await start(world.coordinator());
    assert.equal(await second.roundsOver, 'completed');
    const outcomes = second.status().attempts.map(({ round, end }) => [round, end?.outcome]);
    assert.deepEqual(outcomes, [
      [1, 'abandoned'],
      [1, 'completed'],
      [2, 'completed'],
    ]);
  });
});
