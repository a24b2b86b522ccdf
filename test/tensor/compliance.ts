/** Requirements for every tensor backend; backend.test.ts runs them against each. */
import assert from 'node:assert/strict';
import type { TensorBackend, TensorEngine } from '../../core/tensor/backend.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';

type Rows = readonly (readonly number[])[];

const near = (actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) <= tolerance, `[${i}] ${actual[i]} != ${value}`),
  );
};

/** A fixed pseudo-random matrix: values in (-1, 1), the same on every machine. */
export function matrix(rows: number, columns: number, seed: number): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => (((i * 7919 + j * 104729 + seed * 1299709) % 2003) - 1001) / 1001),
  );
}

const product = (a: Rows, b: Rows): number[] =>
  a.flatMap((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));

const turned = (a: Rows): number[][] => a[0].map((_, j) => a.map((row) => row[j]));

export function tensorBackendCompliance(open: () => Promise<TensorBackend>): void {
  let tf: TensorEngine;
  let backend: TensorBackend;

  before(async () => {
    backend = await open();
  });
  beforeEach(async () => {
    tf = await backend.engine();
  });

  it('gives the same engine at every call', async () => {
    assert.equal(await backend.engine(), await backend.engine());
  });

  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]) {
    it(`multiplies matrices, transposeA=${transposeA} transposeB=${transposeB}`, () => {
      const a = matrix(13, 7, 1);
      const b = matrix(7, 5, 2);
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const left = tf.tensor2d(transposeA ? turned(a) : a);
        const right = tf.tensor2d(transposeB ? turned(b) : b);
        const result = tf.matMul(left, right, transposeA, transposeB);
        assert.deepEqual(result.shape, [13, 5]);
        near(result.dataSync(), product(a, b));
      });
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it('multiplies stacks of matrices with a transposed operand', () => {
    const [a0, a1, b0, b1] = [matrix(4, 3, 1), matrix(4, 3, 2), matrix(4, 2, 3), matrix(4, 2, 4)];
    tf.tidy(() => {
      const result = tf.matMul(tf.tensor3d([a0, a1]), tf.tensor3d([b0, b1]), true, false);
      assert.deepEqual(result.shape, [2, 3, 2]);
      near(result.dataSync(), [...product(turned(a0), b0), ...product(turned(a1), b1)]);
    });
  });

  it('gives the gradient of a dense layer as products with a transposed operand', () => {
    const x = matrix(6, 4, 5);
    const w = matrix(4, 3, 6);
    tf.tidy(() => {
      // loss = sum((x w)^2), so its gradient is 2 x^T (x w).
      const input = tf.tensor2d(x);
      const gradient = tf.mul(2, tf.matMul(input, tf.matMul(input, tf.tensor2d(w)), true, false));
      const expected = product(turned(x), toRows(product(x, w), 3)).map((value) => 2 * value);
      near(gradient.dataSync(), expected, 1e-4);
    });
  });

  it('sums rows by segment: a row taken twice gets both, one never taken gets zero', () => {
    tf.tidy(() => {
      const rows = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      const sum = tf.unsortedSegmentSum(rows, tf.tensor1d([3, 0, 3], 'int32'), 5);
      assert.deepEqual(sum.shape, [5, 2]);
      near(sum.dataSync(), [3, 4, 0, 0, 0, 0, 6, 8, 0, 0]);
    });
  });

  it('computes a row of a dense layer alike, bit for bit, whatever rows stand beside it', () => {
    const [rows, depth, width] = [301, 33, 21];
    tf.tidy(() => {
      const x = tf.tensor2d(matrix(rows, depth, 8));
      const w = tf.tensor2d(matrix(depth, width, 9));
      const layer = (part: typeof x) => tf.tanh(tf.matMul(part, w)).dataSync();
      const whole = layer(x);
      for (const [start, count] of [
        [0, 1],
        [1, 7],
        [5, 290],
        [300, 1],
      ]) {
        const part = layer(tf.slice(x, [start, 0], [count, depth]));
        assert.deepEqual(part, whole.slice(start * width, (start + count) * width));
      }
    });
  });

  it('computes a row of the default trunk alike, bit for bit, alone and in the largest batch', () => {
    const rows = 1024;
    for (const [depth, width] of trunkProducts()) {
      tf.tidy(() => {
        const x = tf.tensor2d(matrix(rows, depth, 12));
        const w = tf.tensor2d(matrix(depth, width, 13));
        const bias = tf.tensor2d(matrix(1, width, 14));
        const layer = (part: typeof x) => tf.tanh(tf.add(tf.matMul(part, w), bias)).dataSync();
        const whole = layer(x);
        for (const [start, count] of [
          [0, 2],
          [2, 1022],
          [511, 2],
          [700, 37],
          [1023, 1],
        ]) {
          const part = layer(tf.slice(x, [start, 0], [count, depth]));
          assert.deepEqual(part, whole.slice(start * width, (start + count) * width), `${depth} x ${width}, ${start}`);
        }
      });
    }
  });

  it('gives the same bits at every run', () => {
    const run = () =>
      tf.tidy(() => {
        const x = tf.tensor2d(matrix(64, 16, 10));
        const w = tf.tensor2d(matrix(16, 8, 11));
        return tf
          .matMul(x, tf.tanh(tf.matMul(x, w)), true, false)
          .dataSync()
          .slice();
      });
    assert.deepEqual(run(), run());
  });

  it('leaves no tensor and no buffer behind', () => {
    const step = () =>
      tf.tidy(() => {
        const table = tf.tensor2d(matrix(9, 4, 12));
        const ids = tf.tensor1d([1, 1, 8], 'int32');
        const batch = tf.gather(table, ids);
        const gram = tf.matMul(batch, batch, true, false);
        return tf.unsortedSegmentSum(tf.matMul(batch, gram), ids, 9).dataSync()[4];
      });
    step();
    const { numTensors, numDataBuffers } = tf.memory();
    for (let i = 0; i < 5; i++) step();
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(tf.memory().numDataBuffers, numDataBuffers);
  });
}

/** Every matrix of the default trunk, and its transpose for the way back, once each. */
function trunkProducts(): readonly (readonly [number, number])[] {
  const platform = { name: 'a', items: 100, personsAbout: 1000, releases: true };
  const shape = { platforms: [platform], maxPlatformsPerPerson: 1, rounds: 1 };
  const { blocks } = encoderNamed('shared-trunk').plan(shape);
  const sizes = blocks.filter((block) => block.shape.length === 2).map((block) => block.shape);
  const both = sizes.flatMap(([rows, columns]) => [[rows, columns] as const, [columns, rows] as const]);
  return [...new Map(both.map((size) => [size.join(), size])).values()];
}

function toRows(flat: readonly number[], width: number): number[][] {
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
}
