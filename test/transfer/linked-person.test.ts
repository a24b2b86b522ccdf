import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import { LawfulVector } from '../../core/transfer/training/linked-person.ts';
import type { LinkedPerson } from '../../core/transfer/training/linked-person.ts';
import { linkedProducts, mappedItems } from '../../core/transfer/training/linked-products.ts';

describe('a received vector in a contribution made at a target', () => {
  const values = Float32Array.of(1, 2);

  it('comes from public or charged views', () => {
    assert.equal(LawfulVector.of(encoderNamed('projection'), values).law, 'public');
    assert.equal(LawfulVector.of(encoderNamed('private-subspace'), values).law, 'charged');
  });

  it('never comes from views that are made from raw data', () => {
    for (const name of ['linear-bridge', 'subspace+plain-als']) {
      assert.throws(() => LawfulVector.of(encoderNamed(name), values), { code: 'TRANSFER_LAW' });
    }
  });
});

describe('products of representations and histories', () => {
  const ITEMS = 30;
  const encoder = encoderNamed('private-subspace');
  /** Two items outside of the vocabulary, and the others in another order. */
  const places = Int32Array.from({ length: ITEMS }, (_, item) => (item < 2 ? -1 : ITEMS - 1 - item));
  const blocks = [{ name: 'books', shape: [ITEMS, 3] }];
  const of = linkedProducts(blocks, places);
  const person = (values: ArrayLike<number>, items: ArrayLike<number>): LinkedPerson => ({
    received: new Map([['books', LawfulVector.of(encoder, Float32Array.from(values))]]),
    history: { items: Uint32Array.from(items) },
  });
  const prng = new Prng('links');
  const persons = Array.from({ length: 40 }, () =>
    person(
      Array.from({ length: 3 }, () => prng.gaussian() * 10 ** (prng.integer(40) - 20)),
      prng.sample(ITEMS, 1 + prng.integer(8)),
    ),
  );

  it('have length 1 or less, whatever arrived', () => {
    const hostile = [
      [NaN, 1, 1],
      [Infinity, 0, 0],
      [3e38, 3e38, 3e38],
      [0, 0, 0],
      [1e-45, 0, 0],
    ];
    const all = [...persons, ...hostile.map((values) => person(values, [3, 3, 4])), person([1, 0, 0], [0, 1])];
    for (const { values } of of(all) as Iterable<{ values: Float32Array }>) {
      assert.ok(values.every(Number.isFinite));
      assert.ok(Math.hypot(...values) <= 1 + 1e-6, `${Math.hypot(...values)}`);
    }
  });

  it('depend on the one person alone: the same without any other, and in any batch and order', () => {
    const whole = [...of(persons)];
    persons.forEach((one, p) => assert.deepEqual([...of([one])], [whole[p]]));
    assert.deepEqual([...of(persons.toReversed())], whole.toReversed());
    for (let removed = 0; removed < persons.length; removed++) {
      assert.deepEqual([...of(persons.toSpliced(removed, 1))], whole.toSpliced(removed, 1));
    }
  });

  it('say nothing of a person whose vector did not arrive, or came from elsewhere', () => {
    const history = { items: Uint32Array.of(5) };
    const received = new Map([['films', LawfulVector.of(encoder, Float32Array.of(1, 0, 0))]]);
    for (const { values } of of([
      { received: new Map(), history },
      { received, history },
    ]) as Iterable<{
      values: Float32Array;
    }>) {
      assert.equal(values.length, 0);
    }
    assert.throws(() => [...of([person([1, 0], [3])])], { code: 'TRANSFER_SHAPE' });
  });

  it('sum to a map that ranks what others with the same numbers have', () => {
    const sum = new Float64Array(ITEMS * 3);
    const taught = [...Array.from({ length: 9 }, () => person([1, 0, 0], [4, 5])), person([0, 1, 0], [6, 7])];
    for (const { indices, values } of of(taught) as Iterable<{ indices: Uint32Array; values: Float32Array }>) {
      indices.forEach((at, i) => (sum[at] += values[i]));
    }
    const vectorsOver = (noiseDeviation: number): Float32Array =>
      mappedItems(blocks, sum, { noiseDeviation, places, power: 1 }).get('books')!.vectors;
    const items = vectorsOver(0);
    const score = (item: number, number: number): number => items[item * 3 + number];
    assert.ok(score(4, 0) > 0.9 && score(4, 1) === 0 && score(6, 1) > 0.9 && score(6, 0) === 0);
    const noisy = vectorsOver(1);
    assert.ok(noisy[4 * 3] > 0, 'nine persons stand out of the noise');
    assert.equal(noisy[6 * 3 + 1], 0, 'one person does not');
  });
});
