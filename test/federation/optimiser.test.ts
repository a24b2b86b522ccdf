import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeOptimiserState, encodeOptimiserState, serverOptimiser } from '../../core/federation/optimiser.ts';
import { OPTIMISERS } from '../../core/transfer/training/optimisers.ts';
import type { OptimiserName } from '../../core/transfer/training/optimisers.ts';

const names = OPTIMISERS;
const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });

describe('server optimisers', () => {
  it('fedavg with learning rate 1 adds the mean update', () => {
    const optimiser = serverOptimiser({ name: 'fedavg', learningRate: 1 });
    const { model, state } = optimiser.step(
      Float32Array.of(1, 2),
      Float64Array.of(0.5, -0.25),
      optimiser.initialState(2),
    );
    assert.deepEqual(model, Float32Array.of(1.5, 1.75));
    assert.equal(state.steps, 1);
  });

  it('fedadam follows its equation for two steps', () => {
    const optimiser = serverOptimiser({ name: 'fedadam', learningRate: 0.1 });
    const first = optimiser.step(Float32Array.of(0), Float64Array.of(2), optimiser.initialState(1));
    const m1 = 0.1 * 2;
    const v1 = 0.99 * 1e-6 + 0.01 * 4;
    const w1 = (0.1 * m1) / (Math.sqrt(v1) + 1e-3);
    assert.ok(Math.abs(first.model[0] - w1) < 1e-6);
    const second = optimiser.step(first.model, Float64Array.of(-1), first.state);
    const m2 = 0.9 * m1 - 0.1;
    const v2 = 0.99 * v1 + 0.01;
    assert.ok(Math.abs(second.model[0] - (w1 + (0.1 * m2) / (Math.sqrt(v2) + 1e-3))) < 1e-6);
  });

  it('fedyogi follows its equation: v rises at once, and falls by no more than the update is large', () => {
    const optimiser = serverOptimiser({ name: 'fedyogi', learningRate: 0.1 });
    const first = optimiser.step(Float32Array.of(0), Float64Array.of(2), optimiser.initialState(1));
    const v1 = 1e-6 + 0.01 * 4;
    assert.ok(Math.abs(first.state.moments[1][0] - v1) < 1e-8);
    assert.ok(Math.abs(first.model[0] - (0.1 * 0.2) / (Math.sqrt(v1) + 1e-3)) < 1e-6);
    const second = optimiser.step(first.model, Float64Array.of(0.1), first.state);
    const [m2, v2] = [0.9 * 0.2 + 0.01, v1 - 0.01 * 0.01];
    assert.ok(Math.abs(second.state.moments[1][0] - v2) < 1e-8);
    assert.ok(Math.abs(second.model[0] - (first.model[0] + (0.1 * m2) / (Math.sqrt(v2) + 1e-3))) < 1e-6);
    // FedAdam forgets a large update ten times faster once updates are small.
    const after = (name: 'fedadam' | 'fedyogi'): number => {
      const one = serverOptimiser({ name, learningRate: 0.1 });
      let { model, state } = one.step(Float32Array.of(0), Float64Array.of(2), one.initialState(1));
      for (let round = 0; round < 50; round++) ({ model, state } = one.step(model, Float64Array.of(0.01), state));
      return state.moments[1][0];
    };
    assert.ok(after('fedyogi') > 1.5 * after('fedadam'));
  });

  it('fedadagrad follows its equation: without momentum, its steps only become shorter', () => {
    const optimiser = serverOptimiser({ name: 'fedadagrad', learningRate: 0.1 });
    let model: Float32Array = Float32Array.of(0);
    let state = optimiser.initialState(1);
    let square = 1e-6;
    let expected = 0;
    for (const update of [2, -1, 0.5, 0.5]) {
      ({ model, state } = optimiser.step(model, Float64Array.of(update), state));
      square += update * update;
      expected += (0.1 * update) / (Math.sqrt(square) + 1e-3);
      assert.ok(Math.abs(model[0] - expected) < 1e-6);
    }
  });

  it('adaptive ones reach the minimum of a badly scaled quadratic that plain steps cannot', () => {
    const scale = [1e-2, 1];
    const descend = (name: OptimiserName, learningRate: number): number => {
      const optimiser = serverOptimiser({ name, learningRate });
      let model: Float32Array = Float32Array.of(1, 1);
      let state = optimiser.initialState(2);
      for (let round = 0; round < 60; round++) {
        const update = Float64Array.from(model, (weight, i) => -scale[i] * weight);
        ({ model, state } = optimiser.step(model, update, state));
      }
      return Math.max(...model.map(Math.abs));
    };
    assert.ok(descend('fedadam', 0.05) < 0.2);
    assert.ok(descend('fedyogi', 0.05) < 0.2);
    assert.ok(descend('fedadagrad', 0.3) < 0.2);
    assert.ok(descend('fedavg', 0.05) > 0.5);
  });

  for (const name of names) {
    it(`${name} is pure, and goes on from a stored state exactly as without the store`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(finite, finite, finite), { minLength: 1, maxLength: 8 }),
          fc.double({ min: 1e-4, max: 10, noNaN: true }),
          (rows, learningRate) => {
            const optimiser = serverOptimiser({ name, learningRate });
            const column = (i: 0 | 1 | 2) => Float32Array.from(rows, (row) => row[i]);
            const start = column(0);
            const first = optimiser.step(start, column(1), optimiser.initialState(rows.length));
            const stored = decodeOptimiserState(encodeOptimiserState(first.state));
            assert.deepEqual(stored, first.state);
            assert.deepEqual(start, column(0));
            assert.deepEqual(
              optimiser.step(first.model, column(2), stored),
              optimiser.step(first.model, column(2), first.state),
            );
          },
        ),
      );
    });

    it(`${name} refuses an update that is not a finite vector of the model's length`, () => {
      const optimiser = serverOptimiser({ name, learningRate: 1 });
      const model = new Float32Array(3);
      const state = optimiser.initialState(3);
      assert.throws(() => optimiser.step(model, new Float64Array(2), state), { code: 'OPTIMISER_SHAPE' });
      assert.throws(() => optimiser.step(model, Float64Array.of(0, NaN, 0), state), { code: 'OPTIMISER_NOT_FINITE' });
    });
  }

  it("refuses the other optimiser's state", () => {
    const state = serverOptimiser({ name: 'fedavg', learningRate: 1 }).initialState(3);
    const adam = serverOptimiser({ name: 'fedadam', learningRate: 1 });
    assert.throws(() => adam.step(new Float32Array(3), new Float64Array(3), state), { code: 'OPTIMISER_SHAPE' });
  });

  it('refuses bytes that are no state', () => {
    const bytes = encodeOptimiserState(serverOptimiser({ name: 'fedadam', learningRate: 1 }).initialState(5));
    for (const broken of [bytes.subarray(0, 5), bytes.subarray(0, bytes.length - 1), new Uint8Array([...bytes, 0])]) {
      assert.throws(() => decodeOptimiserState(broken), { code: 'OPTIMISER_STATE_CORRUPT' });
    }
  });

  it('refuses a learning rate that is no positive number', () => {
    for (const learningRate of [0, -1, NaN, Infinity]) {
      assert.throws(() => serverOptimiser({ name: 'fedavg', learningRate }), { code: 'OPTIMISER_LEARNING_RATE' });
    }
  });
});
