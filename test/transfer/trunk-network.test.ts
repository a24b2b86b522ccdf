import assert from 'node:assert/strict';
import { writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import { single } from '../../core/transfer/network/arithmetic.ts';
import { personUpdates } from '../../core/transfer/trunk/gradients.ts';
import { halvesOf } from '../../core/transfer/trunk/halves.ts';
import type { TrunkShape } from '../../core/transfer/trunk/network.ts';
import {
  encode,
  initialTrunk,
  trunkBlocks,
  trunkShapeOf,
  trunkSize,
  trunkViews,
} from '../../core/transfer/trunk/network.ts';

const shape: TrunkShape = { inputs: 5, hidden: 4, bottleneck: 3 };
const wave = (length: number, pace: number) => Float32Array.from({ length }, (_, i) => Math.sin(pace * i + 1));
const parameters = initialTrunk(shape, [0, 1, 2], 0.5, 'seed').map((value, i) => value + 0.3 * Math.sin(i));

/** y of one input in plain loops, as a reference for the batched code. */
function reconstruct(weights: Float32Array, input: Float32Array): number[] {
  const { E0, E1, e1, E2, e2, D0, D1, d1, D2, d2 } = trunkViews(shape, weights);
  const [b, c] = [1 / Math.sqrt(shape.inputs), 1 / Math.sqrt(shape.hidden)];
  const dense = (x: ArrayLike<number>, w: Float32Array, out: number, j: number) =>
    Array.from(x).reduce((sum, value, i) => sum + value * w[i * out + j], 0);
  const range = (n: number) => [...Array(n).keys()];
  const { inputs, hidden, bottleneck } = shape;
  const p = range(hidden).map((h) => c * Math.tanh(dense(input, E1, hidden, h) + b * e1[h]));
  const z = range(bottleneck).map((j) => dense(input, E0, bottleneck, j) + dense(p, E2, bottleneck, j) + b * e2[j]);
  const q = range(hidden).map((h) => c * Math.tanh(dense(z, D1, hidden, h) + b * d1[h]));
  return range(inputs).map((i) => dense(z, D0, inputs, i) + dense(q, D2, inputs, i) + b * d2[i]);
}

describe('trunk', () => {
  it("gives each person the gradient of the person's own loss", () => {
    const persons = 3;
    const inputs = wave(persons * 2 * shape.inputs, 1.3);
    const targets = wave(persons * 2 * shape.inputs, 2.7);
    const size = trunkSize(shape);
    const updates = personUpdates(shape, parameters, { inputs, targets }, single).map(
      (update) => writtenOut(update, size).values,
    );
    assert.equal(updates.length, persons);
    const loss = (weights: Float32Array, person: number) => {
      let sum = 0;
      for (const example of [2 * person, 2 * person + 1]) {
        const row = inputs.subarray(example * shape.inputs, (example + 1) * shape.inputs);
        reconstruct(weights, row).forEach((y, i) => (sum += (y - targets[example * shape.inputs + i]) ** 2 / 2));
      }
      return sum;
    };
    const step = 1 / 64;
    for (let person = 0; person < persons; person++) {
      for (let i = 0; i < size; i++) {
        const [up, down] = [parameters.slice(), parameters.slice()];
        up[i] += step;
        down[i] -= step;
        const slope = (loss(up, person) - loss(down, person)) / (up[i] - down[i]);
        assert.ok(Math.abs(updates[person][i] + slope) < 2e-3, `person ${person}, parameter ${i}`);
      }
    }
  });

  it('starts by passing the chosen inputs through and giving half of them back', () => {
    const start = initialTrunk(shape, [4, 0, 2], 0.5, 'seed');
    const input = wave(5, 2);
    encode(shape, start, input).forEach((value, j) =>
      assert.ok(Math.abs(value - Math.SQRT1_2 * input[[4, 0, 2][j]]) < 1e-6),
    );
    reconstruct(start, input).forEach((value, i) =>
      assert.ok(Math.abs(value - ([0, 2, 4].includes(i) ? input[i] / 2 : 0)) < 1e-6),
    );
  });

  it('lays its blocks end to end and knows its shape again', () => {
    const blocks = trunkBlocks(shape);
    assert.deepEqual(trunkShapeOf(blocks), shape);
    assert.equal(
      Object.values(trunkViews(shape, parameters)).reduce((sum, view) => sum + view.length, 0),
      parameters.length,
    );
    assert.throws(() => trunkShapeOf(blocks.slice(1)), { code: 'TRANSFER_SHAPE' });
    assert.throws(() => trunkViews(shape, new Float32Array(3)), { code: 'TRANSFER_SHAPE' });
  });
});

describe('halves of a history', () => {
  const history = (length: number) => Uint32Array.from({ length }, (_, i) => 10 + i);

  it('split it without loss, and never leave one empty', () => {
    for (let length = 2; length < 20; length++) {
      for (let round = 0; round < 7; round++) {
        const halves = halvesOf(history(length), round);
        assert.ok(halves !== null && halves.first.length > 0 && halves.second.length > 0);
        assert.deepEqual([...halves.first, ...halves.second].sort(), [...history(length)].sort());
      }
    }
  });

  it('differ from round to round', () => {
    const rounds = [0, 1, 2].map((round) => halvesOf(history(12), round)?.first.join(' '));
    assert.equal(new Set(rounds).size, 3);
  });

  it('are none of a single item', () => {
    assert.equal(halvesOf(history(1), 1), null);
    assert.equal(halvesOf(history(0), 1), null);
  });
});
