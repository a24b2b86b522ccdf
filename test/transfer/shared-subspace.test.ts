import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Interactions } from '../../core/data/domain.ts';
import { onVocabulary } from '../../core/data/vocabulary.ts';
import type { WrittenContribution } from '../../core/privacy/mechanism/mechanism.ts';
import { Prng } from '../../core/random/prng.ts';
import {
  advanceSharedSubspace,
  initialSharedSubspace,
  sharedBlocks,
  sharedContributions,
  sharedShapeOf,
  sharedSize,
  sharedSubspaceMethod as method,
  unpacked,
} from '../../core/transfer/encoder/shared-subspace.ts';
import { encodingVectors, sharedVectors } from '../../core/transfer/spaces/shared-vectors.ts';
import { historiesOf, rowsOf } from '../../compliance/domain-of-rows.ts';

const shape = { places: 12, dimension: 3 };

function sumOf(contributions: Iterable<WrittenContribution>, size = sharedSize(shape)): Float64Array {
  const sum = new Float64Array(size);
  for (const { indices, values } of contributions) values.forEach((value, i) => (sum[indices?.[i] ?? i] += value));
  return sum;
}

/** Persons who each like one of three groups of four items. */
function groups(persons: number, seed: string): Interactions {
  const prng = new Prng(seed);
  return rowsOf(
    Array.from({ length: persons }, () => {
      const group = prng.integer(3);
      return prng.shuffle([0, 1, 2, 3].map((item) => 4 * group + item)).slice(0, 3);
    }),
  );
}

describe('the shared subspace', () => {
  it('lays out the shared model as its blocks say', () => {
    const shared = initialSharedSubspace(shape, 'seed');
    assert.deepEqual(sharedShapeOf(sharedBlocks(shape)), shape);
    assert.equal(shared.length, sharedSize(shape));
    const numbers = sharedBlocks(shape).reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0);
    assert.equal(numbers, sharedSize(shape));
  });

  it("bounds everybody's contribution by 1, whatever the history and the shared model, inside the sum", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { maxLength: 12 }), { maxLength: 5 }),
        fc.integer(),
        (rows, seed) => {
          const prng = new Prng(seed);
          const shared = initialSharedSubspace(shape, 'seed').map((value) => value * Math.exp(3 * prng.gaussian()));
          const contributions = [...sharedContributions(shape, shared, method)(historiesOf(rowsOf(rows)))];
          assert.equal(contributions.length, rows.length);
          contributions.forEach(({ indices, values }, person) => {
            assert.ok(Math.hypot(...values) <= 1 + 1e-6);
            assert.ok(indices?.every((index) => index < shape.places * (1 + shape.dimension)));
            if (rows[person].length === 0) assert.equal(values.length, 0);
          });
        },
      ),
    );
  });

  it('adds up over platforms to what one platform with everybody would send', () => {
    const everybody = groups(40, 'all');
    const shared = initialSharedSubspace(shape, 'seed');
    const whole = sumOf(sharedContributions(shape, shared, method)(historiesOf(everybody)));
    const split = everybody.offsets[17];
    const first = { offsets: everybody.offsets.slice(0, 18), items: everybody.items.slice(0, split) };
    const second = {
      offsets: everybody.offsets.slice(17).map((offset) => offset - split),
      items: everybody.items.slice(split),
    };
    const parts = [first, second].map((part) => sumOf(sharedContributions(shape, shared, method)(historiesOf(part))));
    whole.forEach((value, i) => assert.ok(Math.abs(value - parts[0][i] - parts[1][i]) < 1e-9));
  });

  it('finds groups of items after two rounds that two sites alone only see parts of, and ends between them', () => {
    let shared = initialSharedSubspace(shape, 'seed');
    const prng = new Prng('noise');
    // The second site sells only the last eight items.
    const onSecond = Int32Array.from({ length: 12 }, (_, item) => (item < 4 ? -1 : item));
    const sites = [groups(60, 'a'), onVocabulary(groups(60, 'b'), onSecond)];
    for (let earlier = 0; earlier < 2; earlier++) {
      const sum = new Float64Array(sharedSize(shape));
      for (const site of sites) {
        sumOf(sharedContributions(shape, shared, method)(historiesOf(site))).forEach((value, i) => (sum[i] += value));
      }
      const noised = sum.map((value) => value + 0.5 * prng.gaussian());
      shared = advanceSharedSubspace(shape, shared, { sum: noised, earlier, noiseDeviation: 0.5 }, method);
    }
    const places = Int32Array.from({ length: 12 }, (_, item) => item);
    const { directions, counts } = sharedVectors(unpacked(shape, shared), places, method);
    const cosine = (a: number, b: number): number => {
      const [x, y] = [a, b].map((item) => directions.subarray(3 * item, 3 * item + 3));
      return x.reduce((sum, value, j) => sum + value * y[j], 0) / (Math.hypot(...x) * Math.hypot(...y));
    };
    for (let item = 0; item < 12; item++) {
      const first = item - (item % 4);
      const own = [0, 1, 2, 3].map((other) => cosine(item, first + other));
      const others = [4, 5, 6, 7].map((other) => cosine(item, (first + other) % 12));
      assert.ok(Math.min(...own) > Math.max(...others), `item ${item}: ${own.join(' ')} against ${others.join(' ')}`);
    }
    assert.ok(counts[8] > counts[0], 'items that both sites sell were met more often');
  });

  it('averages counts over the rounds, and replaces the directions', () => {
    const shared = initialSharedSubspace(shape, 'seed');
    const sumAt = (value: number): Float64Array => new Float64Array(sharedSize(shape)).fill(value);
    const first = advanceSharedSubspace(shape, shared, { sum: sumAt(1), earlier: 0, noiseDeviation: 0 }, method);
    const second = advanceSharedSubspace(shape, first, { sum: sumAt(3), earlier: 1, noiseDeviation: 0 }, method);
    const unit = Math.sqrt(method.countShare);
    unpacked(shape, first).counts.forEach((count) => assert.ok(Math.abs(count - 1 / unit) < 1e-5));
    unpacked(shape, second).counts.forEach((count) => assert.ok(Math.abs(count - 2 / unit) < 1e-5));
  });

  it('gives an item outside the vocabulary, or lost in the noise, no direction', () => {
    const shared = initialSharedSubspace(shape, 'seed');
    const sum = sumOf(sharedContributions(shape, shared, method)(historiesOf(groups(40, 'all'))));
    for (let j = 0; j < shape.dimension; j++) sum[shape.places + 5 * shape.dimension + j] = 0;
    const next = unpacked(
      shape,
      advanceSharedSubspace(shape, shared, { sum, earlier: 0, noiseDeviation: 0.1 }, method),
    );
    const vectors = sharedVectors(next, Int32Array.of(5, -1, 6), method);
    assert.deepEqual([...vectors.directions.slice(0, 6)], [0, 0, 0, 0, 0, 0]);
    assert.ok(vectors.directions.slice(6).some((value) => value !== 0));
    assert.equal(encodingVectors(vectors, next.evening).vectors.length, 9);
  });
});
