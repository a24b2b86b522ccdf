import assert from 'node:assert/strict';
import { peopleOf } from '../../client/data/people.ts';
import { OwnHistories } from '../../client/serving/own-histories.ts';
import { Recommender } from '../../client/serving/recommender.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import { LocalWorkshop } from '../../client/work/local-workshop.ts';
import { hashedPlaces } from '../../core/data/vocabulary.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import { planFederation } from '../../core/federation/plan.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { popularityDecoder } from '../../core/transfer/decoder/decoder.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { silentLog } from '../../host/log.ts';
import { domainOfRows } from '../../compliance/domain-of-rows.ts';

const ITEMS = 200;
const GROUPS = 8;

/** Twelve persons who like one of eight groups of items each, and somebody without a history. */
function smallShop() {
  const prng = new Prng('shop');
  const rows = Array.from({ length: 12 }, (_, person) => {
    const group = Array.from({ length: ITEMS / GROUPS }, (__, at) => GROUPS * at + (person % GROUPS));
    return Array.from(prng.shuffle(group).slice(0, 5)).sort((a, b) => a - b);
  });
  const domain = domainOfRows('shop', [...rows, []], ITEMS);
  return { ...domain, places: hashedPlaces(5000, domain.catalogue) };
}

describe('own histories of a platform with few persons', () => {
  const random = seededRandom('own histories');
  const identities = ['shop', 'north', 'south', 'west'].map((name) => generateIdentity(name, random));
  const manifest = draftManifest({
    federation: 'f',
    seed: 'f',
    coordinator: generateIdentity('coordinator', random),
    platforms: identities.map((identity) => ({
      identity,
      items: ITEMS,
      personsAbout: 100,
      ...(identity.name === 'shop' && { takes: true as const }),
    })),
    vocabulary: { buckets: 5000 },
    encoder: encoderSpec('shared-subspace', { 'shared-subspace.dimension': GROUPS }),
    privacy: { epsilon: 4, release: 'none' },
    rounds: { count: 2 },
  });
  const plan = planFederation(manifest);
  const domain = smallShop();

  /** A shared model in which an item's direction shows its group. */
  function telling(): Float32Array {
    const model = new Float32Array(plan.parameters);
    domain.places.forEach((place, item) => {
      model[place] = 5;
      model[5000 + place * GROUPS + (item % GROUPS)] = 1;
    });
    model.fill(1, 5000 + 5000 * GROUPS);
    return model;
  }

  async function shop() {
    const store = createMemoryStore();
    const people = await peopleOf(domain, undefined);
    const workshop = new LocalWorkshop({
      plan,
      platform: 'shop',
      domain,
      factorise: factorMemory('f').factorise,
      random: seededStreams('noise'),
      drawn: store.sums,
      charge: () => assert.fail('nothing is charged'),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });
    const histories = new OwnHistories({ plan, domain, models: store.models, workshop, log: silentLog });
    const recommender = new Recommender({
      decoder: popularityDecoder(domain),
      people,
      newcomer: () => histories.newcomer,
      received: store.received,
      version: { modelRound: 2, epoch: 1 },
      statement: { claims: [{ id: 'C1', holds: true, plain: 'C1 says so.', text: '' }], warnings: [] },
    });
    return { store, histories, recommender };
  }

  it('are ranked by neighbours and the vectors that the federation made, once there are any', async () => {
    const { store, histories, recommender } = await shop();
    store.models.accept(0, new Float32Array(plan.parameters));
    await histories.fit();
    assert.equal((await recommender.recommend(domain.persons[3], 20)).basis, 'popularity', 'the first model is random');
    store.models.accept(2, telling());
    await histories.fit();
    const { basis, items, claim, sources } = await recommender.recommend(domain.persons[3], 20);
    assert.deepEqual([basis, sources], ['own-history', []]);
    assert.match(claim, /this person's own history here.*C1 says so\.$/);
    const own = new Set(domain.items.subarray(domain.offsets[3], domain.offsets[4]));
    // Twelve persons alone know at most ten items of the group.
    for (const { item, score, explanation } of items) {
      const at = domain.catalogue.indexOf(item);
      assert.equal(at % GROUPS, 3, item);
      assert.ok(!own.has(at));
      const sum = explanation.reduce((total, { weight }) => total + weight, 0);
      assert.ok(Math.abs(sum - score) < 1e-4, `${sum} and ${score}`);
    }
  });

  it('say nothing of a person without one', async () => {
    const { store, histories, recommender } = await shop();
    store.models.accept(2, telling());
    await histories.fit();
    assert.equal((await recommender.recommend(domain.persons[12], 5)).basis, 'popularity');
  });
});
