/**
 * Layer normalisation (Ba, Kiros and Hinton 2016): each example is centred and scaled by its own numbers, so it keeps the
 * law of layer.ts. Its parameters' gradient has no more numbers than its factors, and is written out.
 * @module
 */
import type { Layer } from './layer.ts';

/** Keeps the division finite for an example whose numbers are all the same. */
const LEAST_VARIANCE = 1e-5;

/** y = gain ⊙ (x - mean) / deviation + shift. */
export function layerNorm(width: number, names: { readonly gain: string; readonly shift: string }): Layer {
  return {
    inputs: width,
    outputs: width,
    blocks: [
      { name: names.gain, shape: [width] },
      { name: names.shift, shape: [width] },
    ],
    run(arithmetic, parameters, x) {
      const even = arithmetic.zeros(x.length);
      const y = arithmetic.zeros(x.length);
      const inverse = arithmetic.zeros(x.length / width);
      for (let row = 0; row < inverse.length; row++) {
        const at = row * width;
        let mean = 0;
        for (let j = 0; j < width; j++) mean += x[at + j] / width;
        let variance = 0;
        for (let j = 0; j < width; j++) variance += (x[at + j] - mean) ** 2 / width;
        inverse[row] = 1 / Math.sqrt(variance + LEAST_VARIANCE);
        for (let j = 0; j < width; j++) {
          even[at + j] = (x[at + j] - mean) * inverse[row];
          y[at + j] = parameters[j] * even[at + j] + parameters[width + j];
        }
      }
      return {
        y,
        backward(dy) {
          const dx = arithmetic.zeros(x.length);
          const right = arithmetic.zeros(2 * x.length);
          for (let row = 0; row < inverse.length; row++) {
            const at = row * width;
            let mean = 0;
            let along = 0;
            for (let j = 0; j < width; j++) {
              const slope = dy[at + j] * parameters[j];
              mean += slope / width;
              along += (slope * even[at + j]) / width;
              right[2 * at + j] = dy[at + j] * even[at + j];
              right[2 * at + width + j] = dy[at + j];
            }
            for (let j = 0; j < width; j++) {
              dx[at + j] = inverse[row] * (dy[at + j] * parameters[j] - mean - even[at + j] * along);
            }
          }
          return { dx, factors: [{ at: 0, rows: 1, columns: 2 * width, left: null, right }] };
        },
      };
    },
  };
}
