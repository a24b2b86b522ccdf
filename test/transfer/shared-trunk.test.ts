import assert from 'node:assert/strict';
import type { Domain } from '../../core/data/domain.ts';
import { restrictPersons } from '../../core/data/select.ts';
import type { Contribution } from '../../core/privacy/mechanism/mechanism.ts';
import { lengthOf, writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import { centre, toRing } from '../../core/privacy/mechanism/ring.ts';
import { Prng } from '../../core/random/prng.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { PlatformModel, SharedModel } from '../../core/transfer/encoder.ts';
import type { Federation } from './trunk-federation.ts';
import {
  contributionsOf,
  federation,
  meanUpdate,
  plannedRound,
  platform,
  smallWorld,
  updateOf,
} from './trunk-federation.ts';

const ROUNDS = 3;

interface Trajectory {
  readonly integers: readonly Float64Array[];
  readonly models: readonly SharedModel[];
}

/** Rounds until the end; `sum` gives one round's integer sum over all platforms. */
function train(all: Federation, sum: (shared: SharedModel, round: number) => Float64Array): Trajectory {
  let model = all.start;
  let state = all.optimiser.initialState(model.length);
  const integers: Float64Array[] = [];
  const models: SharedModel[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const total = sum(model, round);
    ({ model, state } = all.optimiser.step(model, meanUpdate(all, total), state));
    integers.push(total);
    models.push(model);
  }
  return { integers, models };
}

/** Each platform sends its masked update, and the masks cancel in the sum. */
function masked(all: Federation, updates: readonly Float64Array[], round: number): Float64Array {
  const bits = all.privacy.ringBits;
  const prng = new Prng(`masks of round ${round}`);
  const total = new Uint32Array(all.start.length);
  const masks = updates.map(() => Uint32Array.from(total, () => prng.uint32()));
  updates.forEach((update, p) => {
    const next = masks[(p + 1) % masks.length];
    toRing(update, bits).forEach((word, i) => (total[i] += word + masks[p][i] - next[i]));
  });
  return centre(total, bits);
}

describe('shared-trunk', () => {
  let domains: readonly Domain[];
  before(() => {
    domains = smallWorld();
  });

  it('federated without noise equals the same computation in one place, bit for bit', async () => {
    const all = federation(domains, null, {}, ROUNDS);
    const apart = await Promise.all(domains.map((domain) => platform(all, domain)));
    const federated = train(all, (shared, round) =>
      masked(
        all,
        apart.map((model) =>
          all.mechanism.addNoise(plannedRound(all), updateOf(all, model, shared, round).integers, null!),
        ),
        round,
      ),
    );

    // Everybody's contributions in one sum, in one place, with the platforms in another order.
    const together = await Promise.all([...domains].reverse().map((domain) => platform(all, domain)));
    function* everybody(shared: SharedModel, round: number): Generator<Contribution> {
      for (const model of together) yield* contributionsOf(model, shared, round);
    }
    const central = train(all, (shared, round) => {
      return all.mechanism.bound(plannedRound(all), everybody(shared, round), null!).integers;
    });

    assert.deepEqual(federated.integers, central.integers);
    assert.deepEqual(federated.models, central.models);
    assert.ok(federated.integers[0].some((integer) => integer !== 0));
    for (const model of [...apart, ...together]) await model.adopt(federated.models[ROUNDS - 1]);
    const history = { items: domains[0].items.subarray(0, domains[0].offsets[1]) };
    assert.deepEqual(apart[0].represent(history), together[2].represent(history));
  });

  it("one person's contribution does not depend on who else is there, once released values are given", async () => {
    const all = federation(domains, null);
    const [domain] = domains;
    const drawn = new Map<string, Float64Array>();
    const whole = await platform(all, domain, { drawn });
    const left = Array.from({ length: domain.persons.length }, (_, person) => person).filter((person) => person !== 7);
    const without = await platform(all, restrictPersons(domain, left), { drawn });
    for (const round of [1, 2, 3]) {
      const everybody = [...contributionsOf(whole, all.start, round)];
      const others = [...contributionsOf(without, all.start, round)];
      assert.equal(everybody.length, domain.persons.length);
      assert.ok(lengthOf(everybody[7]) > 0);
      everybody.splice(7, 1);
      assert.deepEqual(others, everybody);
    }
  });

  it('a removed person moves the integer sum by no more than the plan says', async () => {
    const all = federation(domains, 4);
    const [domain] = domains;
    const drawn = new Map<string, Float64Array>();
    const whole = await platform(all, domain, { drawn });
    // The last person, so that the others draw the same roundings.
    const last = domain.persons.length - 1;
    const without = await platform(all, restrictPersons(domain, [...Array(last).keys()]), { drawn });
    const [a, b] = [whole, without].map((model) => updateOf(all, model, all.start, 1).integers);
    const moved = Math.hypot(...a.map((value, i) => value - b[i]));
    assert.ok(moved > 0 && moved <= plannedRound(all).integerClip, `${moved}`);
  });

  it('charges what it declared, before anything is returned, and nothing else', async () => {
    const all = federation(domains, 4);
    const charges: string[] = [];
    await platform(all, domains[0], { onCharge: (label) => charges.push(label) });
    const own = all.privacy.sums[domains[0].name].filter((sum) => sum.scope === 'platform');
    assert.equal(
      charges.length,
      own.reduce((sum, query) => sum + query.repetitions, 0),
    );
    assert.ok(all.privacy.epsilon !== null && all.privacy.epsilon <= 4 && all.privacy.epsilon > 3.99);
  });

  it('always starts from the shared model it is given, and adopts without changing that', async () => {
    const all = federation(domains, null);
    const model = await platform(all, domains[0]);
    const first = [...contributionsOf(model, all.start, 1)];
    await model.adopt(all.start.map((value) => value + 1));
    assert.deepEqual([...contributionsOf(model, all.start, 1)], first);
    const shared = all.start.slice();
    await model.adopt(shared);
    const history = { items: domains[0].items.subarray(0, domains[0].offsets[1]) };
    const before = model.represent(history);
    shared.fill(0);
    assert.deepEqual(model.represent(history), before);
  });

  it('predicts one half of a history from the other better with every round', async () => {
    const all = federation(domains, null, { 'autoencoder.clip': 100 }, ROUNDS);
    const models = await Promise.all(domains.map((domain) => platform(all, domain)));
    /** Minus the gradient of everybody's loss on the halves of round 1. */
    const descent = (shared: SharedModel): Float64Array => {
      const sum = new Float64Array(shared.length);
      for (const model of models) {
        for (const contribution of contributionsOf(model, shared, 1)) {
          const { indices, values } = writtenOut(contribution, sum.length);
          values.forEach((value, i) => (sum[indices?.[i] ?? i] += value));
        }
      }
      return sum;
    };
    const { models: path } = train(all, (shared) => descent(shared).map((value) => value * plannedRound(all).scale));
    const points = [all.start, ...path];
    for (let round = 1; round <= ROUNDS; round++) {
      // The loss along a short step, by the trapezoidal rule.
      const slopes = [points[round - 1], points[round]].map(descent);
      const fall = points[round].reduce(
        (sum, value, i) => sum + ((value - points[round - 1][i]) * (slopes[0][i] + slopes[1][i])) / 2,
        0,
      );
      assert.ok(fall > 0, `round ${round}: ${fall}`);
    }
    assert.ok(Math.hypot(...descent(points[ROUNDS])) < Math.hypot(...descent(points[0])) / 2);
  });

  it('has a representation for a single item, and zeros for none', async () => {
    const all = federation(domains, null);
    const model = await platform(all, domains[0]);
    const one = model.represent({ items: Uint32Array.of(3) });
    assert.equal(one.length, 6);
    assert.ok(one.every(Number.isFinite) && one.some((value) => value !== 0));
    assert.deepEqual(model.represent({ items: new Uint32Array(0) }), new Float32Array(6));
  });

  it('a person with one item is there, and moves nothing', async () => {
    const all = federation(domains, null);
    const [domain] = domains;
    const offsets = domain.offsets.map((offset, i) => (i === 0 ? 0 : offset - domain.offsets[1] + 1));
    const items = Uint32Array.of(domain.items[0], ...domain.items.subarray(domain.offsets[1]));
    const model = await platform(all, { ...domain, offsets, items });
    const contributions = [...contributionsOf(model, all.start, 1)];
    assert.equal(contributions.length, domain.persons.length);
    assert.deepEqual(contributions[0], { indices: new Uint32Array(0), values: new Float32Array(0) });
    assert.ok(lengthOf(contributions[1]) > 0);
  });

  it('the first model is a public function of plan and seed', () => {
    const { encoder, plan } = federation(domains, null);
    assert.deepEqual(encoder.initialModel(plan, 'x'), encoder.initialModel(plan, 'x'));
    assert.notDeepEqual(encoder.initialModel(plan, 'x'), encoder.initialModel(plan, 'y'));
  });

  it('a platform that releases nothing declares the rounds alone, and sends no person', async () => {
    const all = federation(domains, 4);
    const platforms = all.shape.platforms.map((one) => ({ ...one, releases: one.name !== 'music' }));
    const shape = { ...all.shape, platforms };
    const labels = all.encoder.queries(shape, 'music').map((query) => query.label);
    assert.deepEqual(labels, ['round']);
    const model = await platform({ ...all, shape }, domains[2]);
    assert.deepEqual([...contributionsOf(model, all.start, 1)], []);
    assert.throws(() => model.represent({ items: Uint32Array.of(1) }), { code: 'TRANSFER_NOT_PREPARED' });
  });

  it('without rounds the encoder has the whole budget', () => {
    const { shape, encoder } = federation(domains, 4);
    const none = encoder.queries({ ...shape, rounds: 0 }, 'books');
    assert.ok(none.every((query) => query.scope === 'platform'));
    const spent = none.reduce((sum, query) => sum + query.repetitions / query.relativeNoise ** 2, 0);
    assert.ok(Math.abs(spent - 1) < 1e-9, `${spent}`);
  });

  it('says what is wrong with settings', () => {
    const trunk = (settings: Record<string, unknown>) => (): unknown => {
      const encoder = encoderNamed('shared-trunk', settings);
      return encoder.plan(federation(domains, null).shape);
    };
    const code = 'TRANSFER_SETTING';
    assert.throws(trunk({ 'subspace.dimension': 1 }), { code, message: /dimension/ });
    assert.throws(trunk({ 'autoencoder.bottleneck': 3 }), { code, message: /bottleneck/ });
    assert.throws(trunk({ 'autoencoder.bottleneck': 20 }), { code, message: /at most/ });
    assert.throws(trunk({ 'autoencoder.portion': 1 }), { code, message: /leave nothing of the budget for subspace/ });
    assert.throws(trunk({ 'autoencoder.depth': 3 }), { code, message: /depth/ });
    assert.throws(trunk({ hidden: 3 }), { code, message: /autoencoder\.KEY=VALUE/ });
  });

  it('refuses to work before it is prepared, and a shared model of another plan', async () => {
    const all = federation(domains, null);
    const { encoder, plan, shape } = all;
    const fresh: PlatformModel = encoder.join({
      domain: domains[0],
      shape,
      plan,
      random: null!,
      factorise: null!,
    });
    assert.throws(() => [...contributionsOf(fresh, all.start, 1)], { code: 'TRANSFER_NOT_PREPARED' });
    assert.throws(() => fresh.represent({ items: Uint32Array.of(1) }), { code: 'TRANSFER_NOT_PREPARED' });
    const model = await platform(all, domains[0]);
    assert.throws(() => [...contributionsOf(model, new Float32Array(5), 1)], { code: 'TRANSFER_SHAPE' });
  });

  it('stops between batches when it is cancelled', async () => {
    const all = federation(domains, null);
    const cancelled = new AbortController();
    cancelled.abort();
    const { encoder, plan, shape } = all;
    const model = encoder.join({
      ...{ domain: domains[0], shape, plan, random: { bytes: (n) => new Uint8Array(n) } },
      factorise: null!,
      signal: cancelled.signal,
    });
    await assert.rejects(
      model.prepare({ release: () => Promise.resolve(new Float64Array(10_000)), noiseDeviation: () => 0 }),
      { code: 'TRANSFER_CANCELLED' },
    );
  });
});
