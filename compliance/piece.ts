/** Requirements for every view and every training that carries a claim: it treats one history at a time. */
import assert from 'node:assert/strict';
import type { Domain } from '../core/data/domain.ts';
import { catalogueOf, historyOf } from '../core/data/select.ts';
import { hashedPlaces } from '../core/data/vocabulary.ts';
import type { Contribution } from '../core/privacy/mechanism/mechanism.ts';
import { lengthOf, writtenOut } from '../core/privacy/mechanism/written-out.ts';
import { seededRandom } from '../core/random/seeded.ts';
import type { PublicShape } from '../core/transfer/encoder.ts';
import type { PerPerson, PersonSums } from '../core/transfer/per-person.ts';
import { views } from '../core/transfer/registry.ts';
import type { Trainee, Training } from '../core/transfer/training/training.ts';
import type { Attend, Made, View } from '../core/transfer/views/view.ts';
import { syntheticWorld } from '../simulations/worlds/synthetic.ts';

const { domains } = syntheticWorld({
  seed: 'pieces',
  platforms: ['books', 'films', 'music'],
  persons: 90,
  items: 50,
  overlap: 0.7,
  meanHistory: 9,
  tasteDimensions: 3,
  sharedTaste: 1,
  tasteStrength: 3,
  popularityExponent: 0.5,
});
const [first] = domains;
/** The vectors and attributes that some views need. */
const books: Domain = {
  ...first,
  vectors: {
    dimension: 5,
    of: new Map(first.catalogue.map((id) => [id, Float32Array.from(seededRandom(id).bytes(5), (byte) => byte / 256)])),
  },
  attributes: new Map(first.persons.map((person, row) => [person, [`age=${row % 3}`, 'of=everybody']])),
};
const histories = books.persons.map((_, row) => historyOf(books, row));
const shape: PublicShape = {
  platforms: domains.map(({ name, catalogue }) => ({
    name,
    items: catalogue.length,
    personsAbout: 100,
    releases: true,
  })),
  maxPlatformsPerPerson: 2,
  rounds: 2,
  vocabulary: 40,
};
const [platform] = shape.platforms;

/** The contributions of everybody in the domain's order, bit for bit, whatever the batches and the order were. */
function everybody(of: PerPerson, order: readonly number[], batch: number): Contribution[] {
  const out: Contribution[] = [];
  for (let start = 0; start < order.length; start += batch) {
    const rows = order.slice(start, start + batch);
    let at = 0;
    // Copied, because the next contribution may be written over it.
    for (const contribution of of(rows.map((row) => histories[row]))) out[rows[at++]] = structuredClone(contribution);
    assert.equal(at, rows.length, 'one contribution per history');
  }
  return out;
}

const forwards = histories.map((_, row) => row);
/** The same persons in another order. */
const shuffled = forwards.map((row) => (row * 37) % forwards.length);

/** Fails unless a person's contribution is the same alone, in any batch and in any order. @returns all contributions. */
export function checkOneAtATime(of: PerPerson, name: string): Contribution[] {
  const whole = everybody(of, forwards, forwards.length);
  for (const [order, batch] of [
    [forwards, 1],
    [shuffled, 7],
    [shuffled, forwards.length],
  ] as const) {
    assert.deepEqual(everybody(of, order, batch), whole, `${name}: batches of ${batch}`);
  }
  return whole;
}

/** Sums with a fixed noise, which check every function that they are given. */
function checkedSums(dimensions: ReadonlyMap<string, number>, asked: Map<string, number>): PersonSums {
  return {
    noiseDeviation: () => 0.5,
    release(label, of) {
      const dimension = dimensions.get(label) ?? assert.fail(`${label} was never declared`);
      asked.set(label, (asked.get(label) ?? 0) + 1);
      const sum = Float64Array.from(seededRandom(label).bytes(dimension), (byte) => byte / 256);
      for (const contribution of checkOneAtATime(of, label)) {
        const { indices, values } = writtenOut(contribution, dimension);
        values.forEach((value, i) => (sum[indices?.[i] ?? i] += value));
      }
      return Promise.resolve(sum);
    },
  };
}

async function madeOf(view: Exclude<View, { law: 'sealed-only' }>, given: object): Promise<Made> {
  const context = {
    platform,
    catalogue: catalogueOf(books),
    settings: view.settings(given),
    random: seededRandom('public'),
  };
  if (view.law === 'public') return view.make(context);
  const asks = view.asks(platform, undefined, context.settings);
  assert.ok(Math.abs(asks.reduce((sum, { portion }) => sum + portion, 0) - 1) < 1e-12, 'the whole budget');
  const asked = new Map<string, number>();
  const made = await view.make({
    ...context,
    sums: checkedSums(new Map(asks.map(({ label, dimension }) => [label, dimension])), asked),
  });
  assert.deepEqual(
    [...asked],
    asks.map(({ label, repetitions }) => [label, repetitions]),
  );
  return made;
}

/** @param settings for a view without usable defaults. */
export function viewCompliance(view: View, settings: object = {}): void {
  if (view.law === 'sealed-only') return;
  it('takes one history at a time, is as wide as declared, and of length 1', async () => {
    const { encode, items } = await madeOf(view, settings);
    const width = view.width(undefined, view.settings(settings));
    let known = 0;
    for (const history of histories) {
      const numbers = encode(history);
      assert.equal(numbers.length, width);
      const length = Math.hypot(...numbers);
      assert.ok(length === 0 || Math.abs(length - 1) < 1e-5, `${length}`);
      if (length > 0) known++;
      assert.deepEqual(encode(history), numbers, 'encoding keeps no state');
    }
    assert.ok(known > histories.length / 2);
    assert.deepEqual(encode({ items: new Uint32Array(0) }), new Float32Array(width));
    if (items !== undefined) assert.equal(items.vectors.length, books.catalogue.length * width);
  });
}

/** @param given settings that keep the suite short. */
export function trainingCompliance(training: Training, given: object = {}): void {
  it('takes one history at a time, in its own sums and in rounds', async () => {
    const view = views.named('subspace');
    assert.ok(view.law !== 'sealed-only');
    const made = training.readsViews ? [await madeOf(view, {})] : [];
    const width = training.readsViews ? view.width(undefined, view.settings({})) : 0;
    const settings = training.settings(given);
    const rounds = training.rounds?.(shape, width, settings);
    const plan = rounds ?? {
      blocks: [],
      optimiser: { name: 'fedavg', learningRate: 1 } as const,
      denominator: 1,
      portion: 0,
    };
    const asks = training.asks(shape, platform.name, width, settings);
    const portions = asks.reduce((sum, { portion }) => sum + portion, plan.portion);
    assert.ok(Math.abs(portions - 1) < 1e-12, 'the whole budget');
    const asked = new Map<string, number>();
    const trainee: Trainee = await training.join({
      shape,
      platform: { name: platform.name, number: 0 },
      plan,
      settings,
      views: made,
      inputs: made.at(0)?.encode ?? ((): Float32Array => new Float32Array(0)),
      width,
      widths: made.map(() => width),
      catalogue: catalogueOf(books),
      places: hashedPlaces(40, books.catalogue),
      sums: checkedSums(new Map(asks.map(({ label, dimension }) => [label, dimension])), asked),
      random: seededRandom('public'),
    });
    assert.deepEqual(
      [...asked],
      asks.map(({ label, repetitions }) => [label, repetitions]),
    );
    const first = training.initialModel(plan, 'pieces');
    const moved = first.map((value, i) => value + 0.01 * Math.sin(i));
    let taught = 0;
    for (const [round, shared] of rounds === undefined ? [] : [first, moved].entries()) {
      const sum = checkOneAtATime(trainee.contribution(shared, round + 1), training.name);
      taught += sum.filter((contribution) => lengthOf(contribution) > 0).length;
      // It is computed from the shared model that is handed in, never from an earlier one.
      assert.deepEqual(everybody(trainee.contribution(shared, round + 1), forwards, 13), sum);
    }
    assert.ok(rounds === undefined || taught > 0);
    const encode = trainee.encode(moved);
    assert.equal(encode(histories[0]).length, training.width(width, settings));
    assert.deepEqual(encode({ items: new Uint32Array(0) }), new Float32Array(training.width(width, settings)));
    if (trainee.attend !== undefined) checkWeights(trainee.attend(moved));
  });
}

/** Fails unless an item's weight says how much of the representation it is, and depends on this history alone. */
function checkWeights(attend: Attend): void {
  assert.deepEqual(attend({ items: new Uint32Array(0) }), new Float32Array(0));
  const whole = histories.map((history) => attend(history));
  for (const [row, history] of histories.entries()) {
    const weights = whole[row];
    assert.equal(weights.length, history.items.length);
    assert.ok(weights.every((weight) => weight >= 0));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    assert.ok(history.items.length === 0 || Math.abs(all - 1) < 1e-5, `the weights add up to ${all}`);
  }
  for (const row of shuffled) assert.deepEqual(attend(histories[row]), whole[row], 'weighing keeps no state');
}
