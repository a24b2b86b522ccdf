import assert from 'node:assert/strict';
import { writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import type { PerPerson, PersonSums } from '../../core/transfer/per-person.ts';
import { ownQuery } from '../../core/transfer/budget.ts';
import fc from 'fast-check';
import type { Interactions } from '../../core/data/domain.ts';
import type { ChargedSums, Contribution } from '../../core/privacy/mechanism/mechanism.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encodeHistory } from '../../core/transfer/encoder/item-vectors.ts';
import { subspaceAsks, subspaceDefaults, trainSubspace } from '../../core/transfer/encoder/private-subspace.ts';
import { countContributions, subspaceContributions } from '../../core/transfer/encoder/subspace-iteration.ts';

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Sums with Gaussian noise of a given deviation. */
function noisySums(deviation: number, dimensions: ReadonlyMap<string, number>): ChargedSums {
  const prng = new Prng('noise');
  return {
    noiseDeviation: () => deviation,
    release(label, contributions) {
      const sum = new Float64Array(dimensions.get(label) ?? 0);
      for (const contribution of contributions) {
        const { indices, values } = writtenOut(contribution, sum.length);
        values.forEach((value, i) => (sum[indices?.[i] ?? i] += value));
      }
      return Promise.resolve(sum.map((value) => value + deviation * prng.gaussian()));
    },
  };
}

function world(persons: number, items: number, seed: string): Interactions {
  const prng = new Prng(seed);
  const rows = Array.from({ length: persons }, (_, person) => {
    // Four groups, each with a quarter of the catalogue, and one item in five from anywhere.
    const quarter = (person % 4) * (items / 4);
    const wanted = 3 + prng.integer(8);
    const own = new Set<number>();
    while (own.size < wanted) {
      own.add(prng.uniform() < 0.2 ? prng.integer(items) : quarter + prng.integer(items / 4));
    }
    return [...own];
  });
  const offsets = new Uint32Array(persons + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i] + row.length));
  return { offsets, items: Uint32Array.from(rows.flat()) };
}

const historyOf = ({ offsets, items }: Interactions, person: number): Uint32Array =>
  items.subarray(offsets[person], offsets[person + 1]);

/** Everybody's contributions, one batch of two persons at a time. */
function sumsOver(interactions: Interactions, sums: ChargedSums): PersonSums {
  const histories = Array.from({ length: interactions.offsets.length - 1 }, (_, person) => ({
    items: historyOf(interactions, person),
  }));
  function* all(of: PerPerson): Generator<Contribution> {
    for (let start = 0; start < histories.length; start += 2) yield* of(histories.slice(start, start + 2));
  }
  return {
    noiseDeviation: (label) => sums.noiseDeviation(label),
    release: (label, of) => sums.release(label, all(of)),
  };
}

/** @param room largest number of items with coordinates in the sums. */
const train = (
  interactions: Interactions,
  items: number,
  deviation: number,
  room = items,
): ReturnType<typeof trainSubspace> => {
  const settings = { ...subspaceDefaults, dimension: 4 };
  const dimensions = new Map(subspaceAsks(room, settings).map((ask) => [ask.label, ask.dimension]));
  const sums = sumsOver(interactions, noisySums(deviation, dimensions));
  return trainSubspace(items, settings, sums, seededRandom('start'));
};

/** Difference of mean cosines: pairs within one group less pairs of two groups. */
async function separation(interactions: Interactions, items: number, deviation: number): Promise<number> {
  const encoder = await train(interactions, items, deviation);
  const vectors = Array.from({ length: 80 }, (_, person) => encodeHistory(historyOf(interactions, person), encoder));
  const sums = { same: 0, other: 0 };
  const counts = { same: 0, other: 0 };
  vectors.forEach((a, i) =>
    vectors.slice(0, i).forEach((b, j) => {
      const kind = i % 4 === j % 4 ? 'same' : 'other';
      sums[kind] += a.reduce((sum, value, at) => sum + value * b[at], 0);
      counts[kind]++;
    }),
  );
  return sums.same / counts.same - sums.other / counts.other;
}

describe('private subspace iteration', () => {
  it('is the same with room for more items: coordinates that no item has are left aside, noise and all', async () => {
    const interactions = world(200, 40, 'room');
    const exact = await train(interactions, 40, 0);
    assert.deepEqual(await train(interactions, 40, 0, 60), exact);
    // With noise the first sum has draws for all its coordinates, so later values differ, and every item still has a
    // vector.
    const noised = await train(interactions, 40, 1, 60);
    assert.equal(noised.vectors.length, 40 * 4);
    assert.ok(noised.vectors.every(Number.isFinite));
  });

  it("bounds everybody's contribution by the clip it declares, whatever the history, weights and directions", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 19 }), { minLength: 0, maxLength: 20 }), { maxLength: 6 }),
        fc.integer(),
        (rows, seed) => {
          const histories = rows.map((row) => ({ items: Uint32Array.from(row) }));
          const prng = new Prng(seed);
          const weights = Float64Array.from({ length: 20 }, () => Math.exp(5 * prng.gaussian()));
          const directions = Float64Array.from({ length: 60 }, () => prng.gaussian());
          const evening = Float64Array.from({ length: 3 }, () => Math.exp(2 * prng.gaussian()));
          const counts = [...countContributions(histories)];
          const steps = [...subspaceContributions(weights, { directions, evening })(histories)];
          assert.equal(counts.length, rows.length);
          assert.equal(steps.length, rows.length);
          for (const { values } of [...counts, ...steps]) {
            assert.ok(values.every(Number.isFinite));
            assert.ok(norm(values) <= 1 + 1e-6);
          }
          rows.forEach((row, i) => {
            if (row.length > 0) assert.ok(norm(steps[i].values) > 1 - 1e-6, 'nothing of the bound is left unused');
          });
        },
      ),
    );
  });

  it('shares its budget out completely, also when it is given a part of it', () => {
    const asks = subspaceAsks(100, subspaceDefaults);
    assert.ok(Math.abs(asks.reduce((sum, { portion }) => sum + portion, 0) - 1) < 1e-12);
    for (const share of [1, 0.3]) {
      const spent = asks
        .map((ask) => ownQuery(ask, share))
        .reduce((sum, { relativeNoise, repetitions }) => sum + repetitions / relativeNoise ** 2, 0);
      assert.ok(Math.abs(spent - share) < 1e-12);
    }
  });

  it('finds the groups, and less of them the more noise there is', async () => {
    const interactions = world(2000, 80, 'groups');
    const clear = await separation(interactions, 80, 0);
    const noisy = await separation(interactions, 80, 4);
    const lost = await separation(interactions, 80, 400);
    assert.ok(clear > 0.6, `without noise ${clear}`);
    assert.ok(noisy > 0.45 && noisy < clear, `with noise ${noisy}`);
    // Even random item vectors show that persons share items.
    assert.ok(lost < noisy - 0.1, `drowned ${lost}`);
  });

  it('gives zeros, not NaN, for a platform whose every row is lost', async () => {
    const nobody = { offsets: new Uint32Array(3), items: new Uint32Array(0) };
    const encoder = await train(nobody, 12, 0);
    assert.ok(encoder.vectors.every((value) => value === 0));
    assert.deepEqual(encodeHistory(Uint32Array.of(1, 2), encoder), new Float32Array(4));
  });

  it('represents at unit length', async () => {
    const interactions = world(300, 40, 'unit');
    const encoder = await train(interactions, 40, 0.5);
    for (let person = 0; person < 50; person++) {
      const length = norm(encodeHistory(historyOf(interactions, person), encoder));
      assert.ok(Math.abs(length - 1) < 1e-6);
    }
  });
});
