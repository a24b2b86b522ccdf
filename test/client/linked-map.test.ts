/** A federation that learns a map from linked persons, in one process: a target without links serves by it, and nobody spends twice. */
import assert from 'node:assert/strict';
import type { PlatformEvent } from '../../client/events.ts';
import type { PlatformOptions } from '../../client/options.ts';
import { createPlatform } from '../../client/platform.ts';
import type { Platform } from '../../client/platform.ts';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { recommendationSchema } from '../../client/schemas.ts';
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons } from '../../core/data/select.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { Coordinator } from '../../server/options.ts';
import { longIt } from '../longer.ts';
import { NEVER, smallWorld, untilTrue } from './small-world.ts';
import type { SmallWorld } from './small-world.ts';

const TARGET = 'north';
const TEACHERS = ['south', 'east'];
const SOURCE = 'films';
/** Weak enough for a map of few persons. */
const EPSILON = 100;
const floor = { ...DEFAULT_FLOOR, maxEpsilon: EPSILON, minNoiseMultiplier: 0.01 };

describe('Platforms that learn a map from linked persons', () => {
  const started: (Platform | Coordinator)[] = [];
  let world: SmallWorld;
  /** The target without the persons whom it would know on both sides. */
  let target: Domain;

  async function start<Part extends Platform | Coordinator>(part: Part): Promise<Part> {
    started.push(part);
    await part.start();
    return part;
  }

  function platform(name: string, onEvent: (event: PlatformEvent) => void = () => undefined): Platform {
    const changes: Partial<PlatformOptions> = { floor, receives: name !== SOURCE };
    const made = createPlatform(world.options(name, { ...changes, ...(name === TARGET && { domain: target }) }));
    made.on(onEvent);
    return made;
  }

  beforeEach(() => {
    world = smallWorld(
      {
        encoder: encoderSpec('subspace>map', { 'subspace.steps': 2 }),
        vocabulary: { buckets: 4000 },
        privacy: { epsilon: EPSILON, sources: [SOURCE], maxPlatformsPerPerson: 4 },
        rounds: { count: 1 },
      },
      [TARGET, ...TEACHERS, SOURCE],
      { isOneCatalogue: true },
    );
    const known = new Set(world.split.linked);
    target = restrictPersons(
      world.split.target,
      world.split.target.persons.flatMap((person, row) => (known.has(person) ? [] : [row])),
    );
    for (const name of TEACHERS) {
      const consents = world.domains
        .get(name)!
        .persons.map((person) => ({ person, target: name, epoch: 1, expires: NEVER, also: ['map'] as const }));
      world.stores.get(name)!.consents.add(consents);
    }
  });

  afterEach(async () => {
    for (const part of started.splice(0).reverse()) await part.stop();
  });

  it('serve a person by it where nobody is known on both sides', async () => {
    const coordinator = await start(world.coordinator());
    const events: PlatformEvent[] = [];
    for (const name of [...TEACHERS, SOURCE]) await start(platform(name));
    const served = await start(platform(TARGET, (event) => events.push(event)));
    assert.equal(await coordinator.roundsOver, 'completed');
    // The decoders of the others are no part of this test.
    for (const part of started.splice(1, 3)) await part.stop();
    await served.settled;
    const stages = events.flatMap((event) => (event.kind === 'stage' ? [event.stage] : []));
    assert.ok(stages.indexOf('releasing') < stages.indexOf('ready'), 'the rounds come after the releases');
    const map = events.find((event) => event.kind === 'map');
    assert.ok(map !== undefined && map.noise > 0 && map.coordinate > 1.1 * map.noise);

    const { items: popular, basis } = await served.backend.recommend({ person: 'a stranger' }, 50);
    assert.equal(basis, 'popularity');
    const hits = { map: 0, popularity: 0 };
    for (const { person, positives } of world.split.cold) {
      const answer = recommendationSchema.parse(await served.backend.recommend({ person }, 50));
      assert.deepEqual([answer.basis, answer.sources], ['map', [SOURCE]]);
      const [{ explanation, score }] = answer.items;
      assert.deepEqual(
        explanation.map(({ name }) => name),
        ['map', 'popularity'],
      );
      assert.ok(Math.abs(explanation.reduce((sum, { weight }) => sum + weight, 0) - score) < 1e-4);
      assert.match(answer.claim, /trains? on sums over persons with noise added/);
      const hidden = new Set(Array.from(positives, (item) => target.catalogue[item]));
      hits.map += answer.items.filter(({ item }) => hidden.has(item)).length;
      hits.popularity += popular.filter(({ item }) => hidden.has(item)).length;
    }
    assert.ok(hits.map > 1.1 * hits.popularity, JSON.stringify(hits));
  });

  it('upload nothing of a person who withdrew after the invitation', async () => {
    const coordinator = await start(world.coordinator());
    const [teacher] = TEACHERS;
    const { consents, ledger } = world.stores.get(teacher)!;
    const [{ person }] = consents.list({ target: teacher });
    for (const name of [...TEACHERS.slice(1), SOURCE, TARGET]) await start(platform(name));
    let withdrawnIn: number | undefined;
    await start(
      platform(teacher, (event) => {
        // By now its update is made.
        if (event.kind !== 'attempt' || event.stage !== 'awaiting-packets' || withdrawnIn !== undefined) return;
        withdrawnIn = event.attempt;
        consents.revoke([person], teacher);
      }),
    );
    assert.equal(await coordinator.roundsOver, 'completed');
    const uploaded = ledger.entries().flatMap(({ charge }) => (charge?.scope === 'federation' ? [charge.attempt] : []));
    assert.ok(withdrawnIn !== undefined && !uploaded.includes(withdrawnIn), `${withdrawnIn} in ${uploaded.join()}`);
  });

  longIt(
    'release and pay for nothing twice over a kill between the releases and the rounds, and one in a round',
    async () => {
      const coordinator = await start(world.coordinator());
      const [teacher] = TEACHERS;
      const { ledger, received } = world.stores.get(teacher)!;
      const source = await start(platform(SOURCE));
      const first = await start(platform(teacher));
      await untilTrue(() => first.backend.stage() === 'ready');
      assert.deepEqual(ledger.entries(), [], 'it receives and adds nothing yet');
      const before = received.vectors(SOURCE, { epoch: 1, modelRound: 0 });
      assert.ok(before.length > 0);
      const own = world.stores.get(SOURCE)!.ledger.entries().length;
      assert.ok(own > 0);
      for (const part of [first, source]) await part.stop();

      for (const name of [SOURCE, TARGET]) await start(platform(name));
      let isUploading = false;
      const second = await start(
        platform(teacher, (event) => {
          if (event.kind === 'attempt' && event.stage === 'masked-input') isUploading = true;
        }),
      );
      await untilTrue(() => isUploading);
      await second.stop();
      await start(platform(teacher));
      assert.equal(await coordinator.roundsOver, 'completed');

      const again = received.vectors(SOURCE, { epoch: 1, modelRound: 0 });
      assert.deepEqual(again, before, 'the source released what it had released');
      const charges = (name: string, scope: string) =>
        world.stores
          .get(name)!
          .ledger.entries()
          .flatMap(({ charge }) => (charge?.scope === scope ? [charge] : []));
      assert.equal(charges(SOURCE, 'platform').length, own);
      const attempts = charges(teacher, 'federation').map(({ round, attempt }) => `${round}/${attempt}`);
      assert.equal(new Set(attempts).size, attempts.length, 'each attempt is paid for once');
      assert.ok(attempts.length <= 2, 'the round and a spare attempt');
      assert.equal(charges(teacher, 'platform').length, 0);
    },
  );
});
