import assert from 'node:assert/strict';
import type {
  CompressedRows,
  Factorisation,
  FactorisationOrder,
  Kernels,
  Side,
  Workbench,
} from '../../core/kernels/index.ts';
import { kernels } from '../../core/kernels/index.ts';
import { inJavaScript } from '../../core/kernels/javascript/kernels.ts';
import { inWasm } from '../../core/kernels/wasm/kernels.ts';
import { Prng } from '../../core/random/prng.ts';

/** Both use float32: sums of a few hundred products agree within this fraction of the largest value. */
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

  it('values of polynomials and combinations of rows over both fields: equal bytes', () => {
    const bytes = (rows: number, seed: string): Uint8Array => {
      const prng = new Prng(seed);
      return Uint8Array.from({ length: 32 * rows }, () => prng.integer(256));
    };
    for (const [bits, reduction, most] of [
      [8, 0x1b, 255],
      [16, 0x2b, 65_535],
    ] as const) {
      const field = { bits, reduction };
      for (const [terms, points] of [
        [1, 1],
        [2, 5],
        [17, 255],
        [40, bits === 8 ? 60 : 700],
      ]) {
        const coefficients = bytes(terms, `terms ${terms}`);
        const [wasm, javascript] = [inWasm, inJavaScript].map((one) =>
          one.polynomialValues(field, coefficients, points),
        );
        assert.deepEqual(wasm, javascript);
        const prng = new Prng(`constants ${terms}`);
        const constants = Uint32Array.from({ length: terms }, (_, i) => (i === 0 ? most : prng.integer(most + 1)));
        const combined = [inWasm, inJavaScript].map((one) => one.combineRows(field, constants, coefficients));
        assert.deepEqual(combined[0], combined[1]);
      }
    }
  });

  describe('factorisation, WebAssembly beside JavaScript', () => {
    // Dimensions around multiples of 8, and sides around multiples of 4 and of the rows per call.
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
          // Few steps: after many, the residual is only rounding error, and the next step would divide by it.
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

  describe('products, WebAssembly beside JavaScript', () => {
    const both = (of: (one: Kernels) => ArrayLike<number>): void => {
      assertClose(of(inWasm), of(inJavaScript));
    };

    for (const [rows, inner, columns] of [
      [70, 48, 48],
      [1, 1, 1],
      [131, 13, 9],
      [5, 300, 2],
    ]) {
      it(`X B, ${rows} x ${inner} x ${columns}`, () => {
        const x = gaussians(rows * inner, 'x');
        const b = Float64Array.from(gaussians(inner * columns, 'b'));
        both((one) => one.multiply(x, inner, b, columns));
      });

      it(`XᵀY and XᵀX, ${rows} rows, ${inner} and ${columns} columns`, () => {
        const x = Float64Array.from(gaussians(rows * inner, 'x'));
        const y = gaussians(rows * columns, 'y');
        both((one) => one.crossProduct(x, inner, y, columns));
        both((one) => one.gram(x, inner));
      });

      it(`X v, ${rows} x ${inner}`, () => {
        const x = gaussians(rows * inner, 'x');
        both((one) => one.holdRows(x, inner).times(gaussians(inner, 'v')));
        assert.deepEqual(inWasm.holdRows(x, inner).row(rows - 1), x.slice(-inner));
      });
    }

    for (const length of [1, 4, 1003]) {
      it(`tanh of ${length} numbers, beside Math.tanh`, () => {
        const x = gaussians(length, 'tanh').map((value) => 4 * value);
        for (const one of [inWasm, inJavaScript]) {
          one.tanh(x).forEach((value, i) => assert.ok(Math.abs(value - Math.tanh(x[i])) < 4e-7, `${x[i]}: ${value}`));
          const edges = one.tanh(Float32Array.of(0, Infinity, -Infinity, NaN, 1e-20));
          assert.ok(edges[0] === 0 && Math.abs(edges[1] - 1) < 4e-7 && Math.abs(edges[2] + 1) < 4e-7);
          assert.ok(Number.isNaN(edges[3]) && Math.abs(edges[4] - 1e-20) < 1e-26);
        }
      });
    }

    for (const [rows, width, count, k] of [
      [1000, 48, 70, 10],
      [70, 13, 33, 1],
      [130, 8, 9, 130],
      [9001, 5, 1, 20],
      [6000, 3, 5, 5000],
      [3, 1, 2, 10],
    ]) {
      it(`the ${k} best of ${rows} rows for ${count}, width ${width}`, () => {
        const x = gaussians(rows * width, 'x');
        const offsets = gaussians(rows, 'offsets');
        const vs = Float64Array.from(gaussians(count * width, 'vs'));
        for (const among of [{}, { from: Math.min(2, rows - 1), until: rows - 1 || 1 }]) {
          const [wasm, javascript] = [inWasm, inJavaScript].map((one) =>
            one.holdRows(x, width, offsets).best(vs, k, among),
          );
          assert.equal(wasm.k, javascript.k);
          assertClose(wasm.scores, javascript.scores);
          const reference = inJavaScript.holdRows(x, width, offsets);
          for (let v = 0; v < count; v++) {
            const scores = reference.times(vs.subarray(v * width, (v + 1) * width));
            const own = wasm.rows.subarray(v * wasm.k, (v + 1) * wasm.k);
            assert.equal(new Set(own).size, wasm.k, 'a row twice');
            assertClose(
              Float32Array.from(own, (row) => scores[row]),
              javascript.scores.subarray(v * wasm.k, (v + 1) * wasm.k),
            );
          }
        }
      });
    }

    for (const [rows, width, k] of [
      [5001, 48, 10],
      [500, 5, 3],
      [200, 16, 150],
      [3, 1, 10],
    ]) {
      it(`a filter of ${rows} rows in bytes has the ${k} best among few`, () => {
        for (const spread of [1, 1e-30, 1e20]) {
          const x = gaussians(rows * width, 'x').map((value, at) => spread * value * (at % 7 === 0 ? 100 : 1));
          const y = gaussians(rows * 8, 'y');
          const constants = gaussians(rows, 'constants');
          constants[1] = -Infinity;
          const order = {
            constants,
            doubts: constants.map((value) => 2 ** -20 * (Math.abs(value) || 1)),
            parts: [
              { x, width },
              { x: y, width: 8 },
            ],
          };
          order.doubts[1] = 0;
          for (const one of [inWasm, inJavaScript]) {
            const [filter, held, other] = [one.holdFilter(order), one.holdRows(x, width), one.holdRows(y, 8)];
            for (let person = 0; person < (rows > 1000 ? 2 : 12); person++) {
              const vs = [
                gaussians(width, `v ${person}`),
                gaussians(8, `w ${person % 2}`).map((v) => (person % 3) * v),
              ];
              const [first, second] = [held.times(vs[0]), other.times(vs[1])];
              const scores = Float32Array.from(constants, (value, row) => value + first[row] + second[row]);
              const best = Array.from(scores.keys())
                .filter((row) => scores[row] > -Infinity)
                .sort((a, b) => scores[b] - scores[a])
                .slice(0, k);
              const found = filter.candidates(vs, k) ?? [];
              const among = new Set(found);
              assert.ok(best.every((row) => among.has(row)));
              assert.ok(found.length <= 4 * k + 20, `${found.length} of ${rows}`);
              assert.deepEqual(Uint32Array.from(found), Uint32Array.from(among).sort(), 'ascending, each once');
            }
          }
        }
      });
    }

    it('scores of some rows are those among all, to the bit', () => {
      const [x, offsets] = [gaussians(5000 * 13, 'x'), gaussians(5000, 'offsets')];
      const v = Float64Array.from(gaussians(13, 'v'));
      const some = Uint32Array.of(0, 4999, 17, 4096, 3);
      for (const one of [inWasm, inJavaScript]) {
        const held = one.holdRows(x, 13, offsets);
        const all = held.times(v);
        assert.deepEqual(
          held.someTimes(v, some),
          Float32Array.from(some, (row) => all[row]),
        );
      }
    });

    it('of equal scores the first row is the better, and what is no score is in no list', () => {
      const x = Float32Array.of(1, 2, 2, 1, 2, NaN, 1, -Infinity, 2, 1);
      for (const one of [inWasm, inJavaScript]) {
        const held = one.holdRows(x, 1);
        const eight = [1, 2, 4, 8, 0, 3, 6, 9];
        assert.deepEqual(held.best(Float32Array.of(1), 10).rows, Uint32Array.of(...eight, 2 ** 32 - 1, 2 ** 32 - 1));
        const { k, rows, scores } = held.best(Float32Array.of(1, 3, 1), 8, { from: 0, until: 10 });
        assert.equal(k, 8);
        assert.deepEqual(rows, Uint32Array.of(...eight, ...eight, ...eight));
        assert.deepEqual(scores.slice(8, 16), Float32Array.of(6, 6, 6, 6, 3, 3, 3, 3));
        assert.deepEqual(held.best(Float32Array.of(-1), 3, { from: 3, until: 5 }).rows, Uint32Array.of(3, 4));
      }
    });

    it('X v of more rows than a call takes', () => {
      const x = gaussians(9001 * 3, 'many');
      both((one) => one.holdRows(x, 3).times(Float64Array.of(1, -2, 3)));
    });

    it('sums over more rows than float32 adds up', () => {
      const x = gaussians(1500 * 10, 'long');
      both((one) => one.gram(x, 10));
      both((one) => one.crossProduct(x, 10, x, 10));
    });

    for (const [dimension, width, rows] of [
      [48, 100, 70],
      [5, 3, 130],
      [8, 1, 2],
    ]) {
      it(`scores of candidates, dimension ${dimension}, ${width} a row`, () => {
        const prng = new Prng('candidates');
        const numbers = (count: number, below: number): Uint32Array =>
          Uint32Array.from({ length: count }, () => prng.integer(below));
        const order = {
          candidates: numbers(rows * width, 40),
          width,
          rowPerson: numbers(rows, 9),
          dimension,
          items: gaussians(40 * dimension, 'items'),
          persons: Float64Array.from(gaussians(9 * dimension, 'persons')),
        };
        both((one) => one.candidateScores(order));
      });
    }

    for (const [persons, sparseWidth, denseWidth, columns] of [
      [270, 61, 96, 48],
      [7, 200, 5, 3],
      [1, 3, 1, 1],
    ]) {
      it(`kernels of features, ${persons} persons, ${sparseWidth} and ${denseWidth} features`, () => {
        const rows = rowsOf(persons, sparseWidth, 'features');
        const order = {
          sparse: { ...rows, weights: gaussians(rows.items.length, 'weights') },
          sparseWidth,
          dense: gaussians(persons * denseWidth, 'dense'),
          denseWidth,
          columns,
        };
        const v = Float64Array.from(gaussians(persons * columns, 'v'));
        for (const share of [0, 0.3, 1]) both((one) => one.holdFeatures(order).kernelTimes(v, share));
        both((one) => one.holdFeatures(order).transposedTimes(v).sparse);
        both((one) => one.holdFeatures(order).transposedTimes(v).dense);
        // The kernel that is never made: s P Pᵀ + (1 - s) F Fᵀ.
        const share = 0.3;
        const full = (row: number): Float64Array => {
          const out = new Float64Array(sparseWidth + denseWidth);
          for (let at = rows.offsets[row]; at < rows.offsets[row + 1]; at++) {
            out[rows.items[at]] = Math.sqrt(share) * order.sparse.weights[at];
          }
          for (let i = 0; i < denseWidth; i++) {
            out[sparseWidth + i] = Math.sqrt(1 - share) * order.dense[row * denseWidth + i];
          }
          return out;
        };
        const all = Array.from({ length: persons }, (_, row) => full(row));
        const expected = all.flatMap((own) => {
          const kernel = all.map((other) => own.reduce((sum, value, i) => sum + value * other[i], 0));
          return Array.from({ length: columns }, (_, c) =>
            kernel.reduce((sum, value, row) => sum + value * v[row * columns + c], 0),
          );
        });
        assertClose(inWasm.holdFeatures(order).kernelTimes(v, share), expected);
      });
    }
  });

  describe('sums of words, WebAssembly beside JavaScript', () => {
    const words = (length: number, seed: string): Uint32Array => {
      const prng = new Prng(seed);
      return Uint32Array.from({ length }, () => prng.uint32());
    };
    const summed = (by: Kernels, length: number): Uint32Array => {
      const vector = words(length, 'vector');
      by.sumWords(vector, (take) => {
        take(0, new Uint8Array(words(length, 'first').buffer), 1);
        take(Math.floor(length / 3), new Uint8Array(words(Math.ceil(length / 2), 'second').buffer), -1);
        // An address that is no multiple of four.
        take(0, new Uint8Array(4 * Math.min(length, 5) + 1).fill(201).subarray(1), 1);
      });
      return vector;
    };
    for (const length of [1, 3, 15, 16, 17, 100, 32_768, 40_001]) {
      it(`are the same to the bit, ${length} words`, () => {
        const expected = summed(inJavaScript, length);
        assert.deepEqual(summed(inWasm, length), expected);
        const [vector, first, second] = ['vector', 'first']
          .map((name) => words(length, name))
          .concat([words(Math.ceil(length / 2), 'second')]);
        const at = length - 1;
        const from = Math.floor(length / 3);
        const minus = at - from < second.length ? second[at - from] : 0;
        const plus = at < 5 ? 0xc9c9c9c9 : 0;
        assert.equal(expected[at], (vector[at] + first[at] - minus + plus + 2 ** 33) % 2 ** 32);
      });
    }

    it('refuse what does not fit, and leave the vector as it was', () => {
      for (const by of [inWasm, inJavaScript]) {
        const vector = words(20, 'vector');
        for (const [start, bytes] of [
          [17, 16],
          [-1, 4],
          [0, 5],
        ] as const) {
          assert.throws(() => by.sumWords(vector, (take) => take(start, new Uint8Array(bytes).fill(1), 1)), RangeError);
        }
        assert.deepEqual(vector, words(20, 'vector'));
      }
    });
  });

  describe('ranks by blends of scores', () => {
    for (const width of [100, 4, 7, 1]) {
      it(`are the same to the bit, ties included, among ${width}`, () => {
        const prng = new Prng('ranks');
        // Few levels, so that there are many ties, some of them by rounding.
        const list = (levels: number): Float32Array =>
          Float32Array.from({ length: 530 * width }, () => prng.integer(levels) / 3);
        const lists = [list(4), list(9), list(3)];
        for (const count of [1, 2, 3]) {
          const blends = [
            [1, 0, 0],
            [0.2, 0.3, 0.5],
            [1 / 3, 1e-9, 7],
          ].map((weights) => weights.slice(0, count));
          const [wasm, javascript] = [inWasm, inJavaScript].map((one) =>
            one.ranks(lists.slice(0, count), width, blends),
          );
          assert.deepEqual(wasm, javascript);
          assert.equal(wasm.length, 3);
          assert.ok(wasm.every((ranks) => ranks.every((rank) => rank >= 1 && rank <= width)));
        }
      });
    }

    it('count those above once and ties half', () => {
      const list = Float32Array.of(2, 3, 2, 1, 5, 2);
      for (const one of [inWasm, inJavaScript]) {
        assert.deepEqual(one.ranks([list], 6, [[1]]), [Float32Array.of(4)]);
        assert.deepEqual(one.ranks([list], 3, [[1]]), [Float32Array.of(2.5, 3)]);
      }
    });
  });

  describe('workbench, WebAssembly beside JavaScript', () => {
    /** Everything that a layer does, of sizes around 4 rows and 8 columns. */
    function steps(bench: Workbench, rows: number, inner: number, columns: number): Float32Array[] {
      const x = gaussians(rows * inner, `x ${rows}`);
      const kept = bench.keep(gaussians((inner + 1) * columns, `b ${columns}`));
      const b = kept.subarray(0, inner * columns);
      const y = bench.multiply(x, inner, b, columns, kept.subarray(inner * columns), 0.3);
      const bent = bench.tanh(y);
      const z = bench.times(bent, 1.7);
      const dy = bench.slope(z, bent, 0.7);
      const dx = bench.multiply(dy, columns, bench.transposed(b, columns), inner);
      const left = bench.followed(z, columns, 0.1);
      const none = bench.multiply(bench.zeros(0), inner, b, columns);
      return [y, bent, z, dy, dx, left, bench.zeros(5), none].map((values) => values.slice());
    }
    const shapes: readonly (readonly [rows: number, inner: number, columns: number])[] = [
      [1, 3, 2],
      [3, 5, 9],
      [4, 8, 8],
      [6, 7, 15],
      [9, 18, 31],
      [33, 1, 7],
    ];

    it('says the same, and an arena without room says it to the bit', () => {
      for (const shape of shapes) {
        const whole = steps(inWasm.workbench(100_000), ...shape);
        steps(inJavaScript.workbench(0), ...shape).forEach((values, i) => assertClose(whole[i], values));
        for (const room of [0, 1, 50, 200, 400, 800, 1600]) {
          assert.deepEqual(steps(inWasm.workbench(room), ...shape), whole, `${shape.join(' x ')}, room ${room}`);
        }
      }
    });

    it('gives a row the same bits whichever rows are beside it, and keeps what it is told to keep', () => {
      const bench = inWasm.workbench(10_000);
      const [inner, columns] = [18, 31];
      const x = gaussians(11 * inner, 'rows');
      const given = gaussians(inner * columns, 'kept');
      const b = bench.keep(given);
      const all = bench.multiply(x, inner, b, columns).slice();
      for (let row = 0; row < 11; row++) {
        bench.clear();
        const one = bench.multiply(x.subarray(row * inner, (row + 1) * inner), inner, b, columns);
        assert.deepEqual(one, all.subarray(row * columns, (row + 1) * columns));
      }
      assert.deepEqual(b, given);
    });

    it('bends what is none, infinite or far away as the reference does', () => {
      const x = Float32Array.of(NaN, Infinity, -Infinity, 1e30, -9, 0, -0, 1e-30);
      assertClose(inWasm.tanh(x).slice(1), inJavaScript.tanh(x).slice(1), 4e-7);
      assert.ok(Number.isNaN(inWasm.tanh(x)[0]) && Object.is(inWasm.tanh(x)[6], -0));
    });
  });

  describe('outer products of integers, WebAssembly beside JavaScript', () => {
    const blocks = [
      { rows: 19, columns: 33 },
      { rows: 1, columns: 5 },
      { rows: 40, columns: 3 },
    ];
    const terms = 3;
    const persons = 7;

    /** The same persons through a kernel; the last but one is rounded twice, and the last is never kept. */
    function run(one: Kernels): number[][] {
      const sums = one.outerSums({ blocks, terms, persons });
      const prng = new Prng('outer');
      const seen: number[][] = [];
      for (let person = 0; person < persons; person++) {
        for (const [b, { rows, columns }] of blocks.entries()) {
          const count = b === 1 ? 1 : (person + b) % (terms + 1);
          const left = Float32Array.from({ length: count * rows }, () => prng.gaussian() * 3);
          const right = Float32Array.from({ length: count * columns }, () => prng.gaussian());
          if (person === 2 && count > 0) right.set([NaN, Infinity, 0], 0);
          const placed = sums.place(b, left, right);
          seen.push([...placed.left], [...placed.right]);
          for (let time = 0; time < (person === persons - 2 ? 2 : 1); time++) {
            const factors = Float64Array.from({ length: 2 * count }, () => 40 * Math.abs(prng.gaussian()));
            sums.coins(b).forEach((_, i, coins) => (coins[i] = prng.uint32()));
            const rounded = sums.round(b, factors, () => prng.uint32());
            seen.push([...rounded.left], [...rounded.right]);
          }
        }
        if (person !== persons - 1) sums.keep();
      }
      for (const [b, { rows, columns }] of blocks.entries()) {
        const into = new Float64Array(rows * columns + 1).fill(7);
        sums.addTo(b, into, 1);
        seen.push([...into]);
      }
      const empty = new Float64Array(100);
      sums.addTo(0, empty.subarray(0, 19 * 33), 0);
      return [...seen, [...empty]];
    }

    it('are the same to the bit', () => {
      const [wasm, javascript] = [inWasm, inJavaScript].map(run);
      assert.deepEqual(wasm, javascript);
      assert.ok(wasm.at(-4)!.some((value) => Math.abs(value - 7) > 1000));
    });

    it('are the same to the bit for numbers that are as large or small as there are, and factors that are none', () => {
      const extremes = [0, -0, 2 ** -149, -(2 ** -126), 0.5, -1, 2 ** 23, 2 ** 24 + 2, -(2 ** 31), 2 ** 53, -3.4e38];
      const factors = [0, 1e-50, 0.3, 1, 2 ** 20, 1e30, 1e50, Infinity, NaN];
      const [wasm, javascript] = [inWasm, inJavaScript].map((one) => {
        const prng = new Prng('extremes');
        const oneOf = (numbers: readonly number[]): number => numbers[prng.integer(numbers.length)];
        const seen: number[][] = [];
        for (let time = 0; time < 60; time++) {
          const [rows, columns, count] = [1 + prng.integer(9), 1 + prng.integer(17), 1 + prng.integer(3)];
          const sums = one.outerSums({ blocks: [{ rows, columns }], terms: count, persons: 1 });
          const any = (length: number): Float32Array =>
            Float32Array.from({ length }, () => (prng.integer(2) === 0 ? prng.gaussian() : oneOf(extremes)));
          const placed = sums.place(0, any(count * rows), any(count * columns));
          seen.push([...placed.left], [...placed.right]);
          sums.coins(0).forEach((_, i, coins) => (coins[i] = prng.uint32()));
          const rounded = sums.round(
            0,
            Float64Array.from({ length: 2 * count }, () => oneOf(factors)),
            () => prng.uint32(),
          );
          seen.push([...rounded.left], [...rounded.right]);
          sums.keep();
          const into = new Float64Array(rows * columns);
          sums.addTo(0, into, 0);
          seen.push([...into]);
        }
        return seen;
      });
      assert.deepEqual(wasm, javascript);
      assert.ok(wasm.flat().every(Number.isFinite), 'no number that is none, and no infinity');
    });

    it('round up as often as the fraction says, keep integers as they are, and sum what they rounded', () => {
      for (const one of [inWasm, inJavaScript]) {
        const sums = one.outerSums({ blocks: [{ rows: 1, columns: 4 }], terms: 1, persons: 1 });
        const prng = new Prng('fractions');
        const given = Float32Array.of(0, 3, -2.25, 0.0625);
        const total = new Float64Array(4);
        for (let time = 0; time < 4000; time++) {
          sums.place(0, Float32Array.of(1), given);
          // The smallest coin rounds every fraction up, and no integer.
          sums.coins(0).forEach((_, i, coins) => (coins[i] = time === 0 ? 0 : prng.uint32()));
          const { right } = sums.round(0, Float64Array.of(1, 1), () => (time === 0 ? 0 : prng.uint32()));
          sums.keep();
          const one = new Float64Array(4);
          sums.addTo(0, one, 0);
          assert.equal(
            one.reduce((sum, value) => sum + value * value, 0),
            right[0],
          );
          assert.ok(one[0] === 0 && one[1] === 3 && [-2, -3].includes(one[2]) && [0, 1].includes(one[3]));
          one.forEach((value, i) => (total[i] += value));
        }
        assert.ok(
          Math.abs(total[2] / 4000 + 2.25) < 0.03 && Math.abs(total[3] / 4000 - 0.0625) < 0.02,
          [...total].join(),
        );
      }
    });

    it('compare 40 bits of a uniform fraction with the fraction of a number, whichever sign it has', () => {
      const given = Float32Array.of(0.3, -0.3, 5.7501, -(2 ** -12), 2 ** -20, 0.996, -0.9999999, 1 / 256);
      for (const one of [inWasm, inJavaScript]) {
        const sums = one.outerSums({ blocks: [{ rows: 1, columns: given.length }], terms: 1, persons: 1 });
        const ups = (coin: number, word: number): number[] => {
          sums.place(0, Float32Array.of(1), given);
          new Uint8Array(sums.coins(0).buffer, sums.coins(0).byteOffset, sums.coins(0).byteLength).fill(coin);
          sums.round(0, Float64Array.of(1, 1), () => word);
          sums.keep();
          const into = new Float64Array(given.length);
          sums.addTo(0, into, 0);
          return Array.from(given, (value, i) => Math.abs(into[i]) - Math.floor(Math.abs(value)));
        };
        given.forEach((value, i) => {
          const magnitude = Math.abs(value);
          const fraction = (magnitude - Math.floor(magnitude)) * 256;
          const start = Math.floor(fraction);
          const rest = (fraction - start) * 2 ** 32;
          for (let coin = 0; coin < 256; coin++) {
            if (coin !== start) assert.equal(ups(coin, 0)[i], coin < start ? 1 : 0, `${one.name}: ${value}, ${coin}`);
          }
          if (rest > 0) assert.equal(ups(start, Math.ceil(rest) - 1)[i], 1, `${one.name}: ${value}, just below`);
          assert.equal(ups(start, Math.ceil(rest))[i], 0, `${one.name}: ${value}, just not`);
        });
      }
    });

    it('sum more persons than the arena has room for, some of them with numbers beyond 16 bits', () => {
      const [columns, persons] = [40_000, 12];
      const sums = [inWasm, inJavaScript].map((one) => {
        const job = one.outerSums({ blocks: [{ rows: 1, columns }], terms: 1, persons });
        const prng = new Prng('crowd');
        for (let person = 0; person < persons; person++) {
          const right = Float32Array.from({ length: columns }, () => (person === 9 ? 2 ** 17 : 50) * prng.gaussian());
          job.place(0, Float32Array.of(1), right);
          job.coins(0).fill(0x80808080);
          job.round(0, Float64Array.of(3, 1), () => 0);
          job.keep();
        }
        const into = new Float64Array(columns);
        job.addTo(0, into, 0);
        return into;
      });
      assert.deepEqual(sums[0], sums[1]);
      assert.ok(sums[0].some((value) => Math.abs(value) > 2 ** 17));
    });

    it('wrap around as 32 bits do', () => {
      for (const one of [inWasm, inJavaScript]) {
        const sums = one.outerSums({ blocks: [{ rows: 1, columns: 1 }], terms: 1, persons: 2 });
        for (const value of [2 ** 20, 3]) {
          sums.place(0, Float32Array.of(value), Float32Array.of(2 ** 11));
          sums.coins(0).fill(2 ** 32 - 1);
          sums.round(0, Float64Array.of(1, 1), () => 2 ** 32 - 1);
          sums.keep();
        }
        const into = new Float64Array(1);
        sums.addTo(0, into, 0);
        assert.deepEqual([...into], [-(2 ** 31) + 3 * 2 ** 11]);
      }
    });
  });
});
