import assert from 'node:assert/strict';
import type { Interactions } from '../../core/data/domain.ts';
import { inJavaScript } from '../../core/kernels/javascript/kernels.ts';
import { inWasm } from '../../core/kernels/wasm/kernels.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { AlsSettings } from '../../core/transfer/factors/als-settings.ts';
import type { Factors } from '../../core/transfer/factors/implicit-als.ts';
import { implicitAls } from '../../core/transfer/factors/implicit-als.ts';
import { RowSolver } from '../../core/transfer/factors/row-solver.ts';
import { transposeInteractions } from '../../core/transfer/factors/transpose.ts';
import { gram } from '../../core/transfer/linear-algebra/products.ts';

const items = 30;
const settings: AlsSettings = { dimension: 6, sweeps: 12, unseenWeight: 0.1, ridge: 0.3, ridgeExponent: 0 };

/**
 * Two groups of persons with two halves of the catalogue. Histories have 1 to 14 items, so both fewer and more than the
 * dimension.
 */
function twoGroups(): Interactions {
  const prng = new Prng('two groups');
  const rows = Array.from({ length: 80 }, (_, person) => {
    const half = person % 2 === 0 ? 0 : items / 2;
    return prng.sample(items / 2, 1 + (person % 14)).map((item) => half + item);
  });
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i] + row.length));
  return { offsets, items: Uint32Array.from(rows.flatMap((row) => Array.from(row))) };
}

const fit = (interactions: Interactions, over: Partial<AlsSettings> = {}): Factors =>
  implicitAls(interactions, items, { ...settings, ...over }, seededRandom('als'));

/** 600 persons with 2 to 40 of 300 items, popular ones more often. */
function skewed(): Interactions {
  const prng = new Prng('skewed');
  const rows = Array.from({ length: 600 }, (_, person) => {
    const seen = new Set<number>();
    while (seen.size < 2 + (person % 39)) seen.add(Math.floor(300 * prng.uniform() ** 2));
    return [...seen];
  });
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i] + row.length));
  return { offsets, items: Uint32Array.from(rows.flat()) };
}

/** L, with ν = 0. */
function lossOf(interactions: Interactions, x: Float32Array, y: Float32Array, of: AlsSettings): number {
  const d = of.dimension;
  const gx = gram(x, d);
  const gy = gram(y, d);
  let loss = 0;
  for (let i = 0; i < d * d; i++) loss += of.unseenWeight * gx[i] * gy[i];
  for (let i = 0; i < d; i++) loss += of.ridge * (gx[i * d + i] + gy[i * d + i]);
  for (let person = 0; person + 1 < interactions.offsets.length; person++) {
    for (let at = interactions.offsets[person]; at < interactions.offsets[person + 1]; at++) {
      let score = 0;
      for (let i = 0; i < d; i++) score += x[person * d + i] * y[interactions.items[at] * d + i];
      loss += (1 - score) ** 2;
    }
  }
  return loss;
}

/** The same sweeps with every row solved exactly, from the same start. */
function exactLoss(interactions: Interactions, count: number, of: AlsSettings): number {
  const d = of.dimension;
  const prng = Prng.fromSource(seededRandom('als'));
  const y = Float32Array.from({ length: count * d }, () => 0.1 * prng.gaussian());
  const x = new Float32Array((interactions.offsets.length - 1) * d);
  const side = ({ items: seen, offsets }: Interactions, fixed: Float32Array, solved: Float32Array): void => {
    const solver = new RowSolver(fixed, of);
    for (let r = 0; r + 1 < offsets.length; r++) solver.solve(seen, offsets[r], offsets[r + 1], solved, r * d);
  };
  const byItem = transposeInteractions(interactions, count);
  for (let sweep = 0; sweep < of.sweeps; sweep++) {
    side(interactions, y, x);
    side(byItem, x, y);
  }
  side(interactions, y, x);
  return lossOf(interactions, x, y, of);
}

describe('implicit ALS', () => {
  it('reaches the loss of exact sweeps, in WebAssembly and in JavaScript', () => {
    const of: AlsSettings = { dimension: 24, sweeps: 8, unseenWeight: 0.05, ridge: 2, ridgeExponent: 0 };
    const domain = skewed();
    const exact = exactLoss(domain, 300, of);
    const [wasm, javascript] = [inWasm, inJavaScript].map((kernels) => {
      const { items: y, persons } = implicitAls(domain, 300, of, seededRandom('als'), {}, kernels);
      return lossOf(domain, persons, y, of);
    });
    assert.ok(Math.abs(wasm / exact - 1) < 3e-4, `${wasm} beside ${exact}`);
    assert.ok(Math.abs(javascript / wasm - 1) < 1e-5, `${javascript} beside ${wasm}`);
  });

  const interactions = twoGroups();

  for (const ridgeExponent of [0, 0.5]) {
    it(`solves every person's normal equations, short rows and long, ridge exponent ${ridgeExponent}`, () => {
      const { dimension: d, persons, items: y } = fit(interactions, { ridgeExponent });
      const all = gram(y, d);
      for (let person = 0; person < 80; person++) {
        const seen = interactions.items.subarray(interactions.offsets[person], interactions.offsets[person + 1]);
        const x = persons.subarray(person * d, (person + 1) * d);
        const ridge = settings.ridge * (seen.length + settings.unseenWeight * items) ** ridgeExponent;
        for (let i = 0; i < d; i++) {
          let left = ridge * x[i];
          for (let j = 0; j < d; j++) left += settings.unseenWeight * all[i * d + j] * x[j];
          let right = 0;
          for (const item of seen) {
            const row = y.subarray(item * d, (item + 1) * d);
            const score = row.reduce((sum, value, j) => sum + value * x[j], 0);
            left += row[i] * score;
            right += row[i];
          }
          assert.ok(Math.abs(left - right) < 1e-4, `person ${person}, equation ${i}: ${left} is not ${right}`);
        }
      }
    });
  }

  it('scores a person higher on the own half', () => {
    const { dimension: d, persons, items: y } = fit(interactions);
    const mean = (person: number, from: number): number => {
      let sum = 0;
      for (let item = from; item < from + items / 2; item++) {
        for (let i = 0; i < d; i++) sum += persons[person * d + i] * y[item * d + i];
      }
      return sum;
    };
    for (let person = 0; person < 80; person++) {
      const own = person % 2 === 0 ? 0 : items / 2;
      assert.ok(mean(person, own) > mean(person, items / 2 - own));
    }
  });

  it('comes out on the principal axes of the persons, the largest first', () => {
    const { dimension: d, persons } = fit(interactions);
    const covariance = gram(persons, d);
    for (let i = 0; i < d; i++) {
      if (i > 0) assert.ok(covariance[i * d + i] <= covariance[(i - 1) * d + i - 1] + 1e-6);
      for (let j = 0; j < i; j++) assert.ok(Math.abs(covariance[i * d + j]) < 1e-3 * covariance[0]);
    }
  });

  it('folds a history in to the factor its owner has, and nothing to nothing', () => {
    const factors = fit(interactions);
    const { dimension: d, persons } = factors;
    for (const person of [0, 13, 27]) {
      const folded = factors.foldIn(
        interactions.items.subarray(interactions.offsets[person], interactions.offsets[person + 1]),
      );
      folded.forEach((value, i) => assert.ok(Math.abs(value - persons[person * d + i]) < 1e-5));
    }
    assert.deepEqual(factors.foldIn(new Uint32Array(0)), new Float32Array(d));
  });

  it('gives the same from the same seed, and can be cancelled', () => {
    assert.deepEqual(fit(interactions).items, fit(interactions).items);
    const cancelled = AbortSignal.abort();
    assert.throws(() => implicitAls(interactions, items, settings, seededRandom('als'), { signal: cancelled }), {
      code: 'TRANSFER_CANCELLED',
    });
  });

  it('refuses a domain without interactions', () => {
    const empty = { offsets: new Uint32Array(4), items: new Uint32Array(0) };
    assert.throws(() => fit(empty), { code: 'TRANSFER_EMPTY_DOMAIN' });
  });

  it('survives persons and items without interactions', () => {
    const sparse = { offsets: Uint32Array.of(0, 0, 2, 2), items: Uint32Array.of(3, 4) };
    const { persons, items: y } = fit(sparse);
    assert.ok(persons.every(Number.isFinite) && y.every(Number.isFinite));
    assert.ok(persons.subarray(0, 6).every((value) => value === 0));
  });
});
