/** The gradients of core/transfer/network beside those that TensorFlow.js derives from the same formulas by itself. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { Prng } from '../../core/random/prng.ts';
import type { Arithmetic, Reals } from '../../core/transfer/network/arithmetic.ts';
import { double } from '../../core/transfer/network/arithmetic.ts';
import { attention } from '../../core/transfer/network/attention.ts';
import { convolution } from '../../core/transfer/network/convolution.ts';
import { gru } from '../../core/transfer/network/gru.ts';
import type { LayerBlock, Pass } from '../../core/transfer/network/layer.ts';
import { contributionOf, sizeOfBlocks } from '../../core/transfer/network/layer.ts';
import { layerNorm } from '../../core/transfer/network/layer-norm.ts';
import { trunkNetwork } from '../../core/transfer/trunk/network.ts';
import { writtenOut } from '../../core/privacy/mechanism/written-out.ts';

interface Case {
  readonly inputs: number;
  readonly outputs: number;
  readonly blocks: readonly LayerBlock[];
  run(arithmetic: Arithmetic, parameters: Reals, x: Reals, offsets: Uint32Array): Pass;
}

/** The output [1, outputs] of one example x [vectors, inputs], by its formula. */
type Formula = (blocks: Readonly<Record<string, tf.Tensor>>, x: tf.Tensor2D) => tf.Tensor;

const one = (length: number): tf.Tensor2D => tf.ones([1, length]);
const rows = (matrix: tf.Tensor, from: number, count: number): tf.Tensor2D =>
  tf.slice(matrix as tf.Tensor2D, [from, 0], [count, -1]);
const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor2D => tf.matMul(a, b);

/** x W + c tanh(x V + b v) U + b u, as either half of a trunk. */
const half = (
  x: tf.Tensor,
  [W, V, v, U, u]: readonly tf.Tensor[],
  { bias, hidden }: { readonly bias: number; readonly hidden: number },
): tf.Tensor => {
  const inner = tf.mul(tf.tanh(tf.add(product(x, V), tf.mul(bias, v))), 1 / Math.sqrt(hidden));
  return tf.addN([product(x, W), product(inner, U), tf.mul(bias, tf.reshape(u, [1, -1]))]);
};

const TRUNK = { inputs: 6, hidden: 5, bottleneck: 3 };

const cases: Readonly<Record<string, readonly [Case, Formula]>> = {
  'the trunk': [
    trunkNetwork(TRUNK),
    ({ E0, E1, e1, E2, e2, D0, D1, d1, D2, d2 }, x) => {
      const scale = { bias: 1 / Math.sqrt(TRUNK.inputs), hidden: TRUNK.hidden };
      return half(half(x, [E0, E1, e1, E2, e2], scale), [D0, D1, d1, D2, d2], scale);
    },
  ],
  'layer norm': [
    layerNorm(5, { gain: 'g', shift: 's' }),
    ({ g, s }, x) => {
      const { mean, variance } = tf.moments(x, 1, true);
      return tf.add(tf.mul(g, tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)))), s);
    },
  ],
  attention: [
    attention(4, 3, { keys: 'K', query: 'q' }, 0.8),
    ({ K, q }, x) => {
      const scores = product(tf.tanh(product(x, K)), tf.reshape(q, [3, 1]));
      return product(tf.softmax(tf.reshape(tf.div(scores, 0.8), [1, -1])), x);
    },
  ],
  gru: [
    gru(3, 4, { gates: 'G', candidate: 'C' }),
    ({ G, C }, x) => {
      let h: tf.Tensor = tf.zeros([1, 4]);
      for (let step = 0; step < x.shape[0]; step++) {
        const own = rows(x, step, 1);
        const gates = tf.sigmoid(product(tf.concat([own, h, one(1)], 1), G));
        const [r, u] = tf.split(gates, 2, 1);
        const c = tf.tanh(product(tf.concat([own, tf.mul(r, h), one(1)], 1), C));
        h = tf.add(tf.mul(u, h), tf.mul(tf.sub(1, u), c));
      }
      return h;
    },
  ],
  convolution: [
    convolution(3, 5, 2, 'K'),
    ({ K }, x) => {
      const longer = tf.concat([x, tf.zeros<tf.Rank.R2>([1, 3])], 0);
      const places = Array.from({ length: x.shape[0] }, (_, t) =>
        product(tf.concat([tf.reshape(rows(longer, t, 2), [1, 6]), one(1)], 1), K),
      );
      return tf.max(tf.relu(tf.concat(places, 0)), 0, true);
    },
  ],
};

/** Slopes of ½ |y|² + Σ y along the parameters and along x. */
function derived(blocks: readonly LayerBlock[], formula: Formula, parameters: Reals, x: tf.Tensor2D): Float32Array[] {
  let at = 0;
  const tensors = blocks.map(({ shape }) => {
    const size = shape.reduce((all, extent) => all * extent, 1);
    return tf.tensor([...parameters.subarray(at, (at += size))], [...shape]);
  });
  const loss = (...all: tf.Tensor[]): tf.Scalar => {
    const named = Object.fromEntries(blocks.map(({ name }, i) => [name, all[i]]));
    const y = formula(named, all[blocks.length] as tf.Tensor2D);
    return tf.sum(tf.add(tf.div(tf.square(y), 2), y));
  };
  return tf
    .grads(loss)([...tensors, x])
    .map((slope) => slope.dataSync() as Float32Array);
}

describe('gradients of a network beside TensorFlow.js', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  for (const [name, [layer, formula]] of Object.entries(cases)) {
    it(`${name}: the same slopes of parameters and inputs, example by example`, () => {
      const prng = new Prng(name);
      const isSequence = !['the trunk', 'layer norm'].includes(name);
      const lengths = isSequence ? [1, 4, 2, 3] : [1, 1, 1, 1];
      const offsets = Uint32Array.from([0, ...lengths.map((_, e) => lengths.slice(0, e + 1).reduce((a, b) => a + b))]);
      const gaussians = (length: number): Float64Array => Float64Array.from({ length }, () => prng.gaussian());
      const x = gaussians(offsets[lengths.length] * layer.inputs);
      const parameters = gaussians(sizeOfBlocks(layer.blocks));
      const pass = layer.run(double, parameters, x, offsets);
      const { dx, factors } = pass.backward(pass.y.map((value) => value + 1));
      lengths.forEach((length, e) => {
        const own = x.subarray(offsets[e] * layer.inputs, offsets[e + 1] * layer.inputs);
        const theirs = derived(layer.blocks, formula, parameters, tf.tensor2d([...own], [length, layer.inputs]));
        const { values } = writtenOut(contributionOf(factors, e, e + 1), parameters.length);
        near(
          values,
          theirs.slice(0, -1).flatMap((block) => [...block]),
        );
        near(dx.subarray(offsets[e] * layer.inputs, offsets[e + 1] * layer.inputs), [...theirs[theirs.length - 1]]);
      });
    });
  }
});

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) < 1e-4 * (1 + Math.abs(value)), `[${i}] ${actual[i]}, ${value}`),
  );
}
