/**
 * Adam on mini-batches, for readouts that are small differentiable functions (Kingma and Ba, ICLR 2015). Everything here
 * stays inside the target, so it needs no clip and no noise.
 * @module
 */
import type { Prng } from '../../random/prng.ts';

export interface Descent {
  /** Adds the gradient of one person's loss to `into`. */
  readonly gradient: (parameters: Float64Array, row: number, into: Float64Array) => void;
  readonly rows: number;
  readonly epochs: number;
  /** Step size of the first epoch; it falls linearly to a tenth. */
  readonly rate: number;
  /** Share of each parameter that a step of size 1 takes away (decoupled, Loshchilov and Hutter 2019). */
  readonly decay: number;
  readonly prng: Prng;
}

const BATCH = 16;
const FIRST = 0.9;
const SECOND = 0.999;
const TINY = 1e-8;

/** Changes `parameters` in place. */
export function descend(parameters: Float64Array, { decay, epochs, gradient, prng, rate, rows }: Descent): void {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  const mean = new Float64Array(parameters.length);
  const square = new Float64Array(parameters.length);
  const sum = new Float64Array(parameters.length);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    prng.shuffle(order);
    const size = rate * (1 - (0.9 * epoch) / epochs);
    for (let from = 0; from < rows; from += BATCH) {
      sum.fill(0);
      const batch = order.subarray(from, from + BATCH);
      for (const row of batch) gradient(parameters, row, sum);
      step += 1;
      const correction = Math.sqrt(1 - SECOND ** step) / (1 - FIRST ** step);
      for (let i = 0; i < parameters.length; i++) {
        const slope = sum[i] / batch.length;
        mean[i] = FIRST * mean[i] + (1 - FIRST) * slope;
        square[i] = SECOND * square[i] + (1 - SECOND) * slope * slope;
        parameters[i] -= size * ((correction * mean[i]) / (Math.sqrt(square[i]) + TINY) + decay * parameters[i]);
      }
    }
  }
}
