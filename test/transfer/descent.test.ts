/** Gradients of the readouts that are trained, against finite differences, and what their weights are. */
import assert from 'node:assert/strict';
import { Prng } from '../../core/random/prng.ts';
import { fitDecoder } from '../../core/transfer/decoder/decoder.ts';
import { addGradient, predictGated } from '../../core/transfer/decoder/gated-maps.ts';
import { addNetworkGradient, predictNetwork } from '../../core/transfer/decoder/hidden-layer.ts';
import { factorMemory } from '../../core/transfer/decoder/target-factors.ts';
import { tellers } from '../../simulations/worlds/planted/bridge-worlds.ts';

const prng = new Prng('gradients');
const gaussians = (count: number): Float64Array => Float64Array.from({ length: count }, () => prng.gaussian());
const STEP = 1e-5;

function agrees(
  parameters: Float64Array,
  loss: (parameters: Float64Array) => number,
  gradient: (parameters: Float64Array, into: Float64Array) => void,
): void {
  const found = new Float64Array(parameters.length);
  gradient(parameters, found);
  for (let i = 0; i < parameters.length; i++) {
    const moved = (by: number): number => loss(parameters.map((value, at) => (at === i ? value + by : value)));
    const expected = (moved(STEP) - moved(-STEP)) / (2 * STEP);
    assert.ok(Math.abs(found[i] - expected) < 1e-6, `parameter ${i}: ${found[i]}, by differences ${expected}`);
  }
}

const halfSquare = (predicted: Float64Array, y: Float64Array): number =>
  predicted.reduce((sum, value, o) => sum + (value - y[o]) ** 2, 0) / 2;

describe('readouts that are trained', () => {
  it('gated maps have the gradient of finite differences, also where a source is silent', () => {
    const parts = [
      { offset: 0, width: 3 },
      { offset: 3, width: 2 },
    ];
    const shape = { parts, dimension: 2, mean: new Float64Array(2), unit: 1 };
    const y = gaussians(2);
    for (const row of [gaussians(5), gaussians(5).fill(0, 3, 5)]) {
      for (const gated of [true, false]) {
        agrees(
          gaussians(4 * 3 + 3 * 3),
          (parameters) => halfSquare(predictGated({ ...shape, parameters }, row, gated), y),
          (parameters, into) => addGradient({ ...shape, parameters }, row, y, gated, into),
        );
      }
    }
  });

  it('a hidden layer has the gradient of finite differences', () => {
    const shape = { width: 3, hidden: 4, dimension: 2, mean: new Float64Array(2), unit: 1 };
    const row = gaussians(3);
    const y = gaussians(2);
    agrees(
      gaussians(4 * (3 + 1 + 2) + 4 * 2),
      (parameters) => halfSquare(predictNetwork({ ...shape, parameters }, row), y),
      (parameters, into) => addNetworkGradient({ ...shape, parameters }, row, y, into),
    );
  });

  it('attention shows in an explanation the source that told the person’s taste', () => {
    const { cold, received, releasedOf, target } = tellers.make('shown');
    const { factorise } = factorMemory('shown');
    const decoder = fitDecoder({ domain: target, factorise, random: new Prng('fit') }, received, 'attention');
    let right = 0;
    for (const { person } of cold.slice(0, 100)) {
      const released = releasedOf(person);
      const weights = new Map(decoder.explain(released, 0).parts.map(({ name, weight }) => [name, weight]));
      const [a, b] = ['A', 'B'].map((source) => weights.get(`attention:${source}`) ?? Number.NaN);
      assert.ok(Math.abs(a + b - 1) < 1e-9);
      const byA = (released.find(({ source }) => source === 'A')?.vector.at(-1) ?? 0) > 0;
      if (a > b === byA) right += 1;
    }
    assert.ok(right >= 95, `right about ${right} of 100`);
  });
});
