/** Every layer of core/transfer/network: gradients beside finite differences in float64, and each example for itself. */
import assert from 'node:assert/strict';
import { writtenOut } from '../../core/privacy/mechanism/written-out.ts';
import { Prng } from '../../core/random/prng.ts';
import type { Arithmetic, Reals } from '../../core/transfer/network/arithmetic.ts';
import { double, single, tanh } from '../../core/transfer/network/arithmetic.ts';
import { attention } from '../../core/transfer/network/attention.ts';
import { convolution } from '../../core/transfer/network/convolution.ts';
import { bend, chain, dense, sum } from '../../core/transfer/network/dense.ts';
import { gru } from '../../core/transfer/network/gru.ts';
import type { Factors, Layer, LayerBlock, Pass } from '../../core/transfer/network/layer.ts';
import { contributionOf, sizeOfBlocks } from '../../core/transfer/network/layer.ts';
import { layerNorm } from '../../core/transfer/network/layer-norm.ts';

interface Case {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly blocks: readonly LayerBlock[];
  readonly isSequence: boolean;
  run(arithmetic: Arithmetic, parameters: Reals, x: Reals, offsets: Uint32Array): Pass;
}

const rows = (name: string, layer: Layer): Case => ({
  ...layer,
  name,
  isSequence: false,
  run: (arithmetic, parameters, x) => layer.run(arithmetic, parameters, x),
});
const sequences = (name: string, layer: Omit<Case, 'name' | 'isSequence'>): Case => ({
  ...layer,
  name,
  isSequence: true,
});

const cases: readonly Case[] = [
  rows('dense', dense(5, 3, { weights: 'W' })),
  rows('dense with bias', dense(5, 3, { weights: 'W', bias: 'b' }, 0.4)),
  rows('bend', chain(bend(4, 0.7), dense(4, 2, { weights: 'W' }))),
  rows(
    'sum of a line and a chain',
    sum(
      dense(5, 3, { weights: 'A' }),
      chain(dense(5, 6, { weights: 'B', bias: 'b' }), bend(6, 0.5), dense(6, 3, { weights: 'C', bias: 'c' })),
    ),
  ),
  rows('layer norm', chain(dense(4, 5, { weights: 'W' }), layerNorm(5, { gain: 'g', shift: 's' }))),
  sequences('attention', attention(4, 3, { keys: 'K', query: 'q' }, 0.8)),
  sequences('gru', gru(3, 4, { gates: 'G', candidate: 'C' })),
  sequences('convolution', convolution(3, 5, 2, 'K')),
];

const EXAMPLES = 6;
const lengths = [1, 4, 2, 5, 3, 2];

function setting(one: Case): {
  readonly x: Float64Array;
  readonly offsets: Uint32Array;
  readonly parameters: Float64Array;
} {
  const prng = new Prng(one.name);
  const offsets = new Uint32Array(EXAMPLES + 1);
  lengths.forEach((length, e) => (offsets[e + 1] = offsets[e] + (one.isSequence ? length : 1)));
  const gaussians = (count: number): Float64Array => Float64Array.from({ length: count }, () => prng.gaussian());
  return { x: gaussians(offsets[EXAMPLES] * one.inputs), offsets, parameters: gaussians(sizeOfBlocks(one.blocks)) };
}

/** The slope of ½ |y|² + Σ y. */
const slopeOf = (y: Reals): Reals => y.map((value) => value + 1);
function lossOf(y: Reals, from: number, until: number): number {
  let total = 0;
  for (let i = from; i < until; i++) total += y[i] ** 2 / 2 + y[i];
  return total;
}

/** The gradient of examples [from, until) in float64. */
function gradient(factors: readonly Factors[], size: number, from: number, until: number): Float64Array {
  const out = new Float64Array(size);
  for (const { at, columns, left, offsets, right, rows: count } of factors) {
    const [first, last] = offsets === undefined ? [from, until] : [offsets[from], offsets[until]];
    for (let t = first; t < last; t++) {
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < columns; j++) {
          out[at + i * columns + j] += (left === null ? 1 : left[t * count + i]) * right[t * columns + j];
        }
      }
    }
  }
  return out;
}

describe('network', () => {
  for (const one of cases) {
    describe(one.name, () => {
      const { offsets, parameters, x } = setting(one);
      const size = parameters.length;

      it("gives each person's gradient, of parameters and of inputs, as finite differences do", () => {
        const pass = one.run(double, parameters, x, offsets);
        assert.equal(pass.y.length, EXAMPLES * one.outputs);
        const { dx, factors } = pass.backward(slopeOf(pass.y));
        const step = 1e-5;
        const slope = (of: Float64Array, i: number, from: number, until: number): number => {
          const losses = [step, -step].map((by) => {
            const moved = of.slice();
            moved[i] += by;
            const { y } = one.run(double, of === x ? parameters : moved, of === x ? moved : x, offsets);
            return lossOf(y, from * one.outputs, until * one.outputs);
          });
          return (losses[0] - losses[1]) / (2 * step);
        };
        for (let person = 0; person < EXAMPLES / 2; person++) {
          const own = gradient(factors, size, 2 * person, 2 * person + 2);
          for (let i = 0; i < size; i++) {
            const expected = slope(parameters, i, 2 * person, 2 * person + 2);
            assert.ok(
              Math.abs(own[i] - expected) < 1e-7 * (1 + Math.abs(expected)),
              `parameter ${i}: ${own[i]}, ${expected}`,
            );
          }
          const { values } = writtenOut(contributionOf(factors, 2 * person, 2 * person + 2, 7), size + 7);
          values.forEach((value, i) =>
            assert.ok(Math.abs(value - (i < 7 ? 0 : own[i - 7])) < 1e-5 * (1 + Math.abs(value))),
          );
        }
        for (let i = 0; i < x.length; i++) {
          const expected = slope(x, i, 0, EXAMPLES);
          assert.ok(Math.abs(dx[i] - expected) < 1e-7 * (1 + Math.abs(expected)), `input ${i}: ${dx[i]}, ${expected}`);
        }
      });

      it('gives an example the same bits alone, among others and in another order', () => {
        const [p, all] = [Float32Array.from(parameters), Float32Array.from(x)];
        const factorsOf = (order: readonly number[]): ReturnType<typeof contributionOf>[] => {
          const parts = order.map((e) => all.slice(offsets[e] * one.inputs, offsets[e + 1] * one.inputs));
          const starts = new Uint32Array(order.length + 1);
          order.forEach((e, i) => (starts[i + 1] = starts[i] + offsets[e + 1] - offsets[e]));
          const joined = Float32Array.from(parts.flatMap((part) => [...part]));
          const pass = one.run(single, p, joined, starts);
          const { factors } = pass.backward(slopeOf(pass.y));
          return order.map((_, i) => contributionOf(factors, i, i + 1));
        };
        const together = factorsOf([0, 1, 2, 3, 4, 5]);
        const turned = [4, 2, 5, 0, 3, 1];
        assert.deepEqual(
          factorsOf(turned),
          turned.map((e) => together[e]),
        );
        for (let e = 0; e < EXAMPLES; e++) assert.deepEqual(factorsOf([e]), [together[e]]);
      });

      it('computes the same in float32 as in float64, within rounding', () => {
        const exact = one.run(double, parameters, x, offsets).y;
        const rounded = one.run(single, Float32Array.from(parameters), Float32Array.from(x), offsets).y;
        exact.forEach((value, i) => assert.ok(Math.abs(value - rounded[i]) < 1e-5 * (1 + Math.abs(value))));
      });
    });
  }

  it('attention weighs the vectors of an example, in all by 1', () => {
    const layer = attention(4, 3, { keys: 'K', query: 'q' });
    const { offsets, parameters, x } = setting(cases.find(({ name }) => name === 'attention')!);
    const weights = layer.weights(double, parameters, x, offsets);
    for (let e = 0; e < EXAMPLES; e++) {
      const own = weights.subarray(offsets[e], offsets[e + 1]);
      assert.ok(own.every((weight) => weight > 0));
      assert.ok(Math.abs([...own].reduce((total, weight) => total + weight, 0) - 1) < 1e-12);
    }
  });

  it('a gated unit sees the order of an example, attention does not', () => {
    const turnedAround = (one: Case): number => {
      const { parameters, x } = setting(one);
      const three = x.subarray(0, 3 * one.inputs);
      const turned = Float64Array.from(
        [2, 1, 0].flatMap((i) => [...three.subarray(i * one.inputs, (i + 1) * one.inputs)]),
      );
      const [a, b] = [three, turned].map((of) => one.run(double, parameters, of, Uint32Array.of(0, 3)).y);
      return Math.hypot(...a.map((value, i) => value - b[i]));
    };
    const [attending, gated] = ['attention', 'gru'].map((wanted) => cases.find(({ name }) => name === wanted)!);
    assert.ok(turnedAround(attending) < 1e-12 && turnedAround(gated) > 0.01);
  });

  it('bends as Math.tanh does', () => {
    for (let x = -30; x <= 30; x += 0.37) assert.ok(Math.abs(tanh(x) - Math.tanh(x)) < 1e-15, `${x}`);
    assert.deepEqual([tanh(1e6), tanh(-1e6), tanh(0)], [1, -1, 0]);
  });
});
