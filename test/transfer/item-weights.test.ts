/** Which items of a history count: the weights that a trained attention shows, and the influence of any encoder's items. */
import assert from 'node:assert/strict';
import type { History } from '../../core/data/domain.ts';
import { historyOf } from '../../core/data/select.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { trainings } from '../../core/transfer/registry.ts';
import { itemAttention } from '../../core/transfer/training/item-attention.ts';
import type { Trainee, Training } from '../../core/transfer/training/training.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { influences, withoutItem } from '../../core/transfer/influence.ts';
import { federate } from '../../simulations/in-one-process.ts';
import { plantOf } from '../../simulations/worlds/planted/plants.ts';
import { VERIFY_SEEDS } from '../../simulations/worlds/planted/verify.ts';
import { longIt } from '../longer.ts';

/** The first half of the items of the world `gifts` are gifts: two thirds of a history. */
const isGift = (item: number): boolean => item < 240;
/** Most weight that all gifts of a history may have together, in the mean over persons. Set before it was first measured. */
const MOST_ON_GIFTS = 0.2;
/** Least that they have if all items weigh the same. */
const LEAST_IF_EVEN = 0.6;

interface Shown {
  /** Mean weight of all gifts of a history together. */
  readonly onGifts: number;
  /** Largest difference of a weight from 1 / length of the history. */
  readonly unevenness: number;
}

async function shownOn(seed: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Shown> {
  const plant = plantOf('item-attention');
  assert.ok('encoder' in plant);
  const { sources, split } = plant.world.make(seed);
  const { attend } = await federate({
    encoder: encoderNamed(plant.encoder, { ...plant.settings, ...changes }),
    ...{ sources, split, seed, delta: 1e-6, epsilon: plant.epsilon, rounds: plant.rounds ?? 0 },
    factorise: factorMemory(seed).factorise,
  });
  const shares: number[] = [];
  let unevenness = 0;
  for (const source of sources) {
    for (const [row] of source.persons.entries()) {
      const history = historyOf(source, row);
      const weights = attend(source.name, history) ?? assert.fail('the encoder shows its weights');
      assert.equal(weights.length, history.items.length);
      shares.push(weights.reduce((sum, weight, i) => sum + (isGift(history.items[i]) ? weight : 0), 0));
      for (const weight of weights) unevenness = Math.max(unevenness, Math.abs(weight - 1 / weights.length));
    }
  }
  return { onGifts: shares.reduce((sum, share) => sum + share, 0) / shares.length, unevenness };
}

describe('the weights of the items of a history', function () {
  this.timeout(300_000);
  for (const seed of VERIFY_SEEDS) {
    longIt(
      `${seed}: trained attention lays little weight on gifts, and with its mechanism off all weigh the same`,
      async () => {
        const trained = await shownOn(seed);
        const off = await shownOn(seed, { 'item-attention.evenness': 1e9 });
        assert.ok(trained.onGifts < MOST_ON_GIFTS, JSON.stringify(trained));
        assert.ok(off.onGifts > LEAST_IF_EVEN && off.unevenness < 1e-6, JSON.stringify(off));
      },
    );
  }
});

describe('the weights of item-attention', () => {
  const vectors = { dimension: 2, vectors: Float32Array.of(1, 0, 0, 1, 0.6, 0.8, -1, 0, 0.8, -0.6) };
  const joined = async (training: Training, given: object): Promise<Trainee> => {
    const settings = training.settings(given);
    const shape = { platforms: [], maxPlatformsPerPerson: 1, rounds: 1 };
    return training.join({
      ...{ shape, settings, width: 2, widths: [2], inputs: () => new Float32Array(2) },
      plan: training.rounds!(shape, 2, settings),
      platform: { name: 'films', number: 0 },
      views: [{ items: vectors, encode: () => new Float32Array(2) }],
      catalogue: { ids: ['a', 'b', 'c', 'd', 'e'] },
      sums: { noiseDeviation: () => 0, release: () => Promise.resolve(new Float64Array(0)) },
      random: seededRandom('weights'),
    });
  };
  const shared = Float32Array.from({ length: 9 }, (_, i) => Math.sin(3 * i) * 2);
  const items = Uint32Array.of(3, 0, 4, 2);

  for (const ordered of [true, false]) {
    it(`stand beside their items, ordered ${ordered}: the representation is the sum of the vectors by them`, async () => {
      const trainee = await joined(itemAttention, { inner: 3, ordered, longest: 3 });
      const weights = trainee.attend!(shared)({ items });
      const z = trainee.encode(shared)({ items });
      for (const j of [0, 1]) {
        const sum = items.reduce((total, item, i) => total + weights[i] * vectors.vectors[2 * item + j], 0);
        assert.ok(Math.abs(sum - z[j]) < 1e-6, `${sum} and ${z[j]}`);
      }
      assert.equal(weights[0], 0, 'the tower sees the latest three items');
      assert.equal(new Set(weights).size, 4);
    });
  }

  it('are shown by it alone: other towers weigh no items', async () => {
    for (const name of ['two-towers', 'gru']) {
      assert.ok(!('attend' in (await joined(trainings.named(name), {}))), name);
    }
  });
});

describe('the influence of the items of a history', () => {
  /** The sum of the items' directions, by their rating. */
  const directions = [
    [1, 0],
    [1, 0],
    [0, 1],
    [0, 0],
  ];
  const represent = ({ items, ratings }: History): Float32Array =>
    Float32Array.of(
      ...[0, 1].map((j) => items.reduce((sum, item, i) => sum + (ratings?.[i] ?? 1) * directions[item][j], 0)),
    );
  const close = (found: Float32Array | undefined, wanted: readonly number[]): void => {
    assert.equal(found?.length, wanted.length);
    wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 1e-6, `${found.join()} and ${wanted.join()}`));
  };
  const cosine = (a: readonly number[], b: readonly number[]): number =>
    (a[0] * b[0] + a[1] * b[1]) / (Math.hypot(...a) * Math.hypot(...b));

  it('is 1 minus the cosine without the item, with the ratings of the other items', () => {
    const history = { items: Uint32Array.of(0, 2, 3), ratings: Float32Array.of(3, 1, 5) };
    close(influences(represent, history, 9), [1 - cosine([3, 1], [0, 1]), 1 - cosine([3, 1], [3, 0]), 0]);
    const timed = { ...history, timestamps: Float64Array.of(7, 8, 9), attributes: ['age=1'] };
    assert.deepEqual(withoutItem(timed, 1), {
      items: Uint32Array.of(0, 3),
      ratings: Float32Array.of(3, 5),
      timestamps: Float64Array.of(7, 9),
      attributes: ['age=1'],
    });
    assert.deepEqual(timed.items, Uint32Array.of(0, 2, 3));
  });

  it('is of the latest items alone, and runs the encoder once more than there are of them', () => {
    let runs = 0;
    const counted = (history: History): Float32Array => {
      runs += 1;
      return represent(history);
    };
    const long = { items: Uint32Array.of(0, 1, 0, 1, 2, 0) };
    close(influences(counted, long, 2), [1 - cosine([5, 1], [5, 0]), 1 - cosine([5, 1], [4, 1])]);
    assert.equal(runs, 3);
  });

  it('is 1 for the only item that is known, 0 where nothing is known, and never below 0', () => {
    close(influences(represent, { items: Uint32Array.of(0) }, 9), [1]);
    close(influences(represent, { items: Uint32Array.of(3, 3) }, 9), [0, 0]);
    close(influences(represent, { items: new Uint32Array(0) }, 9), []);
    const same = influences(() => Float32Array.of(0.1, 0.7, 0.3), { items: Uint32Array.of(1, 2) }, 9);
    assert.deepEqual(same, new Float32Array(2));
  });

  it('leaves out the numbers of a history that is sent itself', () => {
    const boxed = (history: History): Float32Array => Float32Array.of(...represent(history), history.items[0], 9, 1);
    const history = { items: Uint32Array.of(0, 2) };
    close(influences(boxed, history, 9, { at: 2, slots: 2 }), [1 - cosine([1, 1], [0, 1]), 1 - cosine([1, 1], [1, 0])]);
    assert.equal(
      influences(() => Float32Array.of(5, 1), history, 9, { at: 0, slots: 1 }),
      undefined,
    );
  });
});
