/**
 * A vector that starts at a shared value and takes a few gradient steps towards one example's own vectors:
 *
 *   z <- z + rate mean_i (1 - z · v_i) v_i,
 *
 * the steps of the squared error of z · v_i against 1. First-order meta-learning (Finn, Abbeel and Levine, ICML 2017, section
 * 5.2; Raghu et al., ICLR 2020: only the head adapts): the outer gradient passes to the start as if the steps were not there.
 * Reptile (Nichol, Achiam and Schulman 2018): the start moves towards where the steps led, whatever the outer loss says.
 * The steps are within one person, so a contribution still depends on that person alone.
 * @module
 */
import type { SequenceLayer } from './layer.ts';

export const OUTER_STEPS = ['maml', 'reptile'] as const;
export type OuterStep = (typeof OUTER_STEPS)[number];

export interface Adaptation {
  readonly steps: number;
  readonly rate: number;
  readonly outer: OuterStep;
}

/** @param width length of the start and of each vector. @param name of the block that holds the start. */
export function adapted(width: number, { outer, rate, steps }: Adaptation, name: string): SequenceLayer {
  return {
    inputs: width,
    outputs: width,
    blocks: [{ name, shape: [width] }],
    run(arithmetic, parameters, x, offsets) {
      const examples = offsets.length - 1;
      const y = arithmetic.zeros(examples * width);
      for (let example = 0; example < examples; example++) {
        const z = Float64Array.from(parameters);
        const [from, until] = [offsets[example], offsets[example + 1]];
        for (let step = 0; step < steps; step++) {
          const moved = new Float64Array(width);
          for (let i = from; i < until; i++) {
            let missing = 1;
            for (let j = 0; j < width; j++) missing -= z[j] * x[i * width + j];
            for (let j = 0; j < width; j++) moved[j] += ((rate * missing) / (until - from)) * x[i * width + j];
          }
          for (let j = 0; j < width; j++) z[j] += moved[j];
        }
        y.set(z, example * width);
      }
      return {
        y,
        backward(dy) {
          const right = arithmetic.zeros(y.length);
          for (let i = 0; i < y.length; i++) {
            // Not divided by the number of examples: those of other persons are among them.
            right[i] = outer === 'maml' ? dy[i] : y[i] - parameters[i % width];
          }
          return {
            dx: arithmetic.zeros(x.length),
            factors: [{ at: 0, rows: 1, columns: width, left: null, right }],
          };
        },
      };
    },
  };
}
