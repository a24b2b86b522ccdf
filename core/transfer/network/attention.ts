/**
 * Attention over the vectors of an example: z = Σ_i a_i v_i with a = softmax_i(q · tanh(v_i W) / temperature). NAIS: He, He,
 * Song, Liu, Jiang and Chua, TKDE 2018, eq. 5 and 6, with the vectors as keys and values.
 * @module
 */
import type { Reals } from './arithmetic.ts';
import { tanh } from './arithmetic.ts';
import type { SequenceLayer } from './layer.ts';

/** A sequence layer that shows its weights a. */
export type Attention = SequenceLayer & Required<Pick<SequenceLayer, 'weights'>>;

type Weigh = (...order: Parameters<SequenceLayer['run']>) => {
  readonly keys: Reals;
  readonly query: Reals;
  /** tanh(v W) of every vector. */
  readonly bent: Reals;
  readonly weights: Reals;
};

/** @param inner width of the hidden layer. */
export function attention(
  width: number,
  inner: number,
  names: { readonly keys: string; readonly query: string },
  temperature = 1,
): Attention {
  const weighed: Weigh = (arithmetic, parameters, x, offsets) => {
    const keys = parameters.subarray(0, width * inner);
    const query = parameters.subarray(width * inner);
    const bent = arithmetic.multiply(x, width, keys, inner);
    for (let i = 0; i < bent.length; i++) bent[i] = tanh(bent[i]);
    const weights = arithmetic.zeros(x.length / width);
    for (let example = 0; example + 1 < offsets.length; example++) {
      const [from, until] = [offsets[example], offsets[example + 1]];
      let largest = -Infinity;
      for (let i = from; i < until; i++) {
        let score = 0;
        for (let j = 0; j < inner; j++) score += bent[i * inner + j] * query[j];
        weights[i] = score / temperature;
        largest = Math.max(largest, weights[i]);
      }
      let total = 0;
      for (let i = from; i < until; i++) total += weights[i] = Math.exp(weights[i] - largest);
      for (let i = from; i < until; i++) weights[i] /= total;
    }
    return { keys, query, bent, weights };
  };
  return {
    inputs: width,
    outputs: width,
    blocks: [
      { name: names.keys, shape: [width, inner] },
      { name: names.query, shape: [inner] },
    ],
    weights: (...order) => weighed(...order).weights,
    run(arithmetic, parameters, x, offsets) {
      const { keys, query, bent, weights } = weighed(arithmetic, parameters, x, offsets);
      const count = weights.length;
      const y = arithmetic.zeros((offsets.length - 1) * width);
      for (let example = 0; example + 1 < offsets.length; example++) {
        for (let i = offsets[example]; i < offsets[example + 1]; i++) {
          for (let j = 0; j < width; j++) y[example * width + j] += weights[i] * x[i * width + j];
        }
      }
      return {
        y,
        backward(dy) {
          const dx = arithmetic.zeros(x.length);
          const errors = arithmetic.zeros(count * inner);
          const ofQuery = arithmetic.zeros(count * inner);
          for (let example = 0; example + 1 < offsets.length; example++) {
            const [from, until] = [offsets[example], offsets[example + 1]];
            const slopes = new Float64Array(until - from);
            let mean = 0;
            for (let i = from; i < until; i++) {
              for (let j = 0; j < width; j++) slopes[i - from] += dy[example * width + j] * x[i * width + j];
              mean += weights[i] * slopes[i - from];
            }
            for (let i = from; i < until; i++) {
              const slope = (weights[i] * (slopes[i - from] - mean)) / temperature;
              for (let j = 0; j < inner; j++) {
                const t = bent[i * inner + j];
                ofQuery[i * inner + j] = slope * t;
                errors[i * inner + j] = slope * query[j] * (1 - t * t);
              }
            }
          }
          const through = arithmetic.multiply(errors, inner, arithmetic.transposed(keys, inner), width);
          for (let example = 0; example + 1 < offsets.length; example++) {
            for (let i = offsets[example]; i < offsets[example + 1]; i++) {
              for (let j = 0; j < width; j++) {
                dx[i * width + j] = weights[i] * dy[example * width + j] + through[i * width + j];
              }
            }
          }
          return {
            dx,
            factors: [
              { at: 0, rows: width, columns: inner, left: x, right: errors, offsets },
              { at: width * inner, rows: 1, columns: inner, left: null, right: ofQuery, offsets },
            ],
          };
        },
      };
    },
  };
}
