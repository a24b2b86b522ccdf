/**
 * A convolution over the vectors of an example, followed by the largest positive value of each filter over all places:
 * y_f = max_t relu([x_t ... x_{t + reach - 1}, 1] K)_f. Kim, EMNLP 2014, section 2. Zeros follow the last vector of an example.
 *
 * The gradient of a filter comes from its one best place, so an example has no more terms than filters.
 * @module
 */
import type { Reals } from './arithmetic.ts';
import type { SequenceLayer } from './layer.ts';

/** @param reach vectors that a filter sees at once. */
export function convolution(inputs: number, filters: number, reach: number, name: string): SequenceLayer {
  const rows = reach * inputs + 1;
  return {
    inputs,
    outputs: filters,
    blocks: [{ name, shape: [rows, filters] }],
    run(arithmetic, parameters, x, offsets) {
      const examples = offsets.length - 1;
      const patches = arithmetic.zeros((x.length / inputs) * rows);
      for (let example = 0; example < examples; example++) {
        for (let at = offsets[example]; at < offsets[example + 1]; at++) {
          const end = Math.min(at + reach, offsets[example + 1]);
          patches.set(x.subarray(at * inputs, end * inputs), at * rows);
          patches[(at + 1) * rows - 1] = 1;
        }
      }
      const all = arithmetic.multiply(patches, rows, parameters, filters);
      const y = arithmetic.zeros(examples * filters);
      /** The place of each filter's largest value; -1 where none is above 0. */
      const places = new Int32Array(y.length).fill(-1);
      for (let example = 0; example < examples; example++) {
        for (let at = offsets[example]; at < offsets[example + 1]; at++) {
          for (let f = 0; f < filters; f++) {
            const to = example * filters + f;
            if (all[at * filters + f] <= y[to]) continue;
            y[to] = all[at * filters + f];
            places[to] = at;
          }
        }
      }
      return {
        y,
        backward(dy) {
          const dx = arithmetic.zeros(x.length);
          const found = Array.from({ length: examples }, (_, example) => {
            const own = places.subarray(example * filters, (example + 1) * filters);
            return [...new Set(own)].filter((place) => place >= 0).toSorted((a, b) => a - b);
          });
          const terms = new Uint32Array(examples + 1);
          found.forEach((own, example) => (terms[example + 1] = terms[example] + own.length));
          const left = arithmetic.zeros(terms[examples] * rows);
          const right = arithmetic.zeros(terms[examples] * filters);
          found.forEach((own, example) => {
            own.forEach((place, i) => {
              const term = terms[example] + i;
              left.set(patches.subarray(place * rows, (place + 1) * rows), term * rows);
              const errors = right.subarray(term * filters, (term + 1) * filters);
              for (let f = 0; f < filters; f++) {
                if (places[example * filters + f] === place) errors[f] = dy[example * filters + f];
              }
              addBack(dx, parameters, errors, { place, inputs, length: Math.min(reach, offsets[example + 1] - place) });
            });
          });
          return { dx, factors: [{ at: 0, rows, columns: filters, left, right, offsets: terms }] };
        },
      };
    },
  };
}

function addBack(
  dx: Reals,
  kernel: Reals,
  errors: Reals,
  { inputs, length, place }: { readonly place: number; readonly inputs: number; readonly length: number },
): void {
  for (let i = 0; i < length * inputs; i++) {
    let sum = 0;
    for (let f = 0; f < errors.length; f++) sum += kernel[i * errors.length + f] * errors[f];
    dx[place * inputs + i] += sum;
  }
}
