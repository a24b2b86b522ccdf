import assert from 'node:assert/strict';
import type { CompressedRows, Factorisation, FactorisationOrder, Kernels, Side } from '../../core/kernels/index.ts';
import { kernels } from '../../core/kernels/index.ts';
import { inJavaScript } from '../../core/kernels/javascript/kernels.ts';
import { inWasm } from '../../core/kernels/wasm/kernels.ts';
import { Prng } from '../../core/random/prng.ts';

/** Both keep float32: a sum of a few hundred products agrees to this part of the largest value. */
const TOLERANCE = 2e-5;

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = TOLERANCE): void {
  assert.equal(actual.length, expected.length);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    assert.ok(difference <= tolerance * largest, `at ${i}: ${actual[i]} is not ${expected[i]} (largest ${largest})`);
  }
}

const gaussians = (count: number, seed: string): Float32Array => {
  const prng = new Prng(seed);
  return Float32Array.from({ length: count }, () => prng.gaussian());
};

/** Rows of every length from none to beyond the unrolled loops, and of no fixed order. */
function rowsOf(rows: number, items: number, seed: string): CompressedRows {
  const prng = new Prng(seed);
  const lists = Array.from({ length: rows }, (_, row) =>
    Array.from(prng.sample(items, (row * 7) % Math.min(items, 60))),
  );
  const offsets = new Uint32Array(rows + 1);
  lists.forEach((list, row) => (offsets[row + 1] = offsets[row] + list.length));
  return { offsets, items: Uint32Array.from(lists.flat()) };
}

function transposed({ items, offsets }: CompressedRows, count: number): CompressedRows {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (const item of items.subarray(offsets[row], offsets[row + 1])) lists[item].push(row);
  }
  const out = new Uint32Array(count + 1);
  lists.forEach((list, row) => (out[row + 1] = out[row] + list.length));
  return { offsets: out, items: Uint32Array.from(lists.flat()) };
}

function order(dimension: number, persons: number, items: number): FactorisationOrder {
  const byPerson = rowsOf(persons, items, `rows ${persons}`);
  const ridge = (rows: number): Float32Array => Float32Array.from({ length: rows }, (_, row) => 4 + (row % 3));
  return {
    dimension,
    persons: byPerson,
    items: transposed(byPerson, items),
    start: gaussians(items * dimension, `start ${dimension}`).map((value) => 0.1 * value),
    ridges: { persons: ridge(persons), items: ridge(items) },
  };
}

describe('kernels', () => {
  it('are in WebAssembly on this machine: what is installed has them, made from these sources', () => {
    assert.equal(kernels.name, 'wasm', 'node core/kernels/generate.mjs makes them; npm ci runs it');
  });

  describe('factorisation, WebAssembly beside JavaScript', () => {
    // Dimensions beside multiples of 8, sides beside multiples of 4 and of the rows a call takes.
    for (const [dimension, persons, items] of [
      [48, 530, 61],
      [8, 3, 700],
      [5, 41, 30],
      [1, 9, 7],
    ]) {
      it(`${persons} persons, ${items} items, dimension ${dimension}`, () => {
        const jobs = [inWasm, inJavaScript].map((one: Kernels) => one.factorisation(order(dimension, persons, items)));
        const both = (of: (job: Factorisation) => ArrayLike<number>, tolerance?: number): void => {
          assertClose(of(jobs[0]), of(jobs[1]), tolerance);
        };
        const strengths = Float64Array.from({ length: dimension }, (_, i) => 1 + i);
        const rotation = Float64Array.from(gaussians(dimension * dimension, 'rotation'), (value) => value / dimension);
        both((job) => job.gram('items'));
        for (const side of ['persons', 'items', 'persons'] as const satisfies readonly Side[]) {
          // Few steps: what is left of a residual after many is rounding, and the next step divides by it.
          for (const job of jobs) job.solve(side, strengths, 2);
          both((job) => job.factors(side), 1e-4);
          both((job) => job.gram(side), 1e-4);
        }
        for (const job of jobs) job.rotate(rotation);
        both((job) => job.factors('persons'), 1e-4);
        both((job) => job.factors('items'), 1e-4);
      });
    }

    it('solves each row exactly with as many steps as entries', () => {
      const d = 8;
      const all = order(d, 40, 50);
      const strengths = Float64Array.from({ length: d }, (_, i) => 0.5 + i);
      for (const one of [inWasm, inJavaScript]) {
        const job = one.factorisation(all);
        job.solve('persons', strengths, 30);
        const x = job.factors('persons');
        const y = job.factors('items');
        for (let row = 0; row < 40; row++) {
          const seen = all.persons.items.subarray(all.persons.offsets[row], all.persons.offsets[row + 1]);
          for (let i = 0; i < d; i++) {
            let left = (strengths[i] + all.ridges.persons[row]) * x[row * d + i];
            let right = 0;
            for (const item of seen) {
              let score = 0;
              for (let j = 0; j < d; j++) score += y[item * d + j] * x[row * d + j];
              left += score * y[item * d + i];
              right += y[item * d + i];
            }
            if (seen.length === 0) right = 0;
            assert.ok(Math.abs(left - right) < 1e-4, `${one.name}, row ${row}: ${left} is not ${right}`);
          }
        }
      }
    });

    it('leaves what it was given alone, and gives copies', () => {
      const given = order(8, 20, 20);
      const before = structuredClone(given);
      const job = inWasm.factorisation(given);
      job.solve('persons', new Float64Array(8), 2);
      job.factors('items').fill(7);
      assert.deepEqual(given, before);
      assert.deepEqual(job.factors('items'), given.start);
    });
  });
});
