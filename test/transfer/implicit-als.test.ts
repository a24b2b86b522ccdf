import assert from 'node:assert/strict';
import type { Interactions } from '../../core/data/domain.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { AlsSettings } from '../../core/transfer/factors/als-settings.ts';
import type { Factors } from '../../core/transfer/factors/implicit-als.ts';
import { implicitAls } from '../../core/transfer/factors/implicit-als.ts';
import { gram } from '../../core/transfer/linear-algebra/products.ts';

const items = 30;
const settings: AlsSettings = { dimension: 6, sweeps: 12, unseenWeight: 0.1, ridge: 0.3, ridgeExponent: 0 };

/** Two groups of persons with two halves of the catalogue; histories from 1 to 14 items, so both sides of the dimension. */
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

describe('implicit ALS', () => {
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
