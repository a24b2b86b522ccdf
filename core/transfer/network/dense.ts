/**
 * Dense layers, bends between them, and their combinations: one after the other, or side by side into one sum.
 * @module
 */
import type { Reals } from './arithmetic.ts';
import { tanh, transposed } from './arithmetic.ts';
import type { Backward, Factors, Layer } from './layer.ts';
import { shifted, sizeOfBlocks } from './layer.ts';

export interface DenseNames {
  readonly weights: string;
  readonly bias?: string;
}

/** y = x W + constant b. The bias is one more row of W, for an input that is always `constant`. */
export function dense(inputs: number, outputs: number, names: DenseNames, constant = 1): Layer {
  const hasBias = names.bias !== undefined;
  const rows = hasBias ? inputs + 1 : inputs;
  return {
    inputs,
    outputs,
    blocks: [
      { name: names.weights, shape: [inputs, outputs] },
      ...(names.bias === undefined ? [] : [{ name: names.bias, shape: [outputs] }]),
    ],
    run(arithmetic, parameters, x) {
      const weights = parameters.subarray(0, inputs * outputs);
      const y = arithmetic.multiply(x, inputs, weights, outputs);
      if (hasBias) {
        const shift = parameters.subarray(inputs * outputs).map((value) => constant * value);
        for (let i = 0; i < y.length; i += outputs) for (let j = 0; j < outputs; j++) y[i + j] += shift[j];
      }
      return {
        y,
        backward(dy) {
          const dx = arithmetic.multiply(dy, outputs, transposed(arithmetic, weights, outputs), inputs);
          const left = hasBias ? followedBy(constant, x, inputs, arithmetic.zeros((x.length / inputs) * rows)) : x;
          return { dx, factors: [{ at: 0, rows, columns: outputs, left, right: dy }] };
        },
      };
    },
  };
}

function followedBy(constant: number, x: Reals, width: number, out: Reals): Reals {
  for (let row = 0; row < x.length / width; row++) {
    out.set(x.subarray(row * width, (row + 1) * width), row * (width + 1));
    out[row * (width + 1) + width] = constant;
  }
  return out;
}

/** y = scale tanh(x). */
export function bend(width: number, scale = 1): Layer {
  return {
    inputs: width,
    outputs: width,
    blocks: [],
    run(arithmetic, _parameters, x) {
      const bent = arithmetic.zeros(x.length);
      const y = arithmetic.zeros(x.length);
      for (let i = 0; i < x.length; i++) {
        bent[i] = tanh(x[i]);
        y[i] = scale * bent[i];
      }
      return {
        y,
        backward(dy) {
          const dx = arithmetic.zeros(dy.length);
          for (let i = 0; i < dy.length; i++) dx[i] = dy[i] * scale * (1 - bent[i] * bent[i]);
          return { dx, factors: [] };
        },
      };
    },
  };
}

/** One layer after the other. */
export function chain(...layers: readonly Layer[]): Layer {
  return {
    inputs: layers[0].inputs,
    outputs: layers[layers.length - 1].outputs,
    blocks: layers.flatMap(({ blocks }) => blocks),
    run(arithmetic, parameters, x) {
      const passes = eachWithItsOwn(layers, parameters, (layer, own, at) => {
        const pass = layer.run(arithmetic, own, x);
        x = pass.y;
        return { pass, at };
      });
      return {
        y: x,
        backward(dy) {
          const factors: Factors[][] = [];
          for (const { pass, at } of passes.toReversed()) {
            const back = pass.backward(dy);
            dy = back.dx;
            factors.unshift([...shifted(back.factors, at)]);
          }
          return { dx: dy, factors: factors.flat() };
        },
      };
    },
  };
}

/** The sum of what all of them make of the same input. */
export function sum(...layers: readonly Layer[]): Layer {
  const added = (all: readonly Reals[]): Reals => {
    const out = all[0].slice();
    for (const one of all.slice(1)) for (let i = 0; i < out.length; i++) out[i] += one[i];
    return out;
  };
  return {
    inputs: layers[0].inputs,
    outputs: layers[0].outputs,
    blocks: layers.flatMap(({ blocks }) => blocks),
    run(arithmetic, parameters, x) {
      const passes = eachWithItsOwn(layers, parameters, (layer, own, at) => ({
        pass: layer.run(arithmetic, own, x),
        at,
      }));
      return {
        y: added(passes.map(({ pass }) => pass.y)),
        backward(dy): Backward {
          const backs = passes.map(({ pass, at }) => ({ back: pass.backward(dy), at }));
          return {
            dx: added(backs.map(({ back }) => back.dx)),
            factors: backs.flatMap(({ back, at }) => shifted(back.factors, at)),
          };
        },
      };
    },
  };
}

function eachWithItsOwn<T>(
  layers: readonly Layer[],
  parameters: Reals,
  use: (layer: Layer, own: Reals, at: number) => T,
): readonly T[] {
  let at = 0;
  return layers.map((layer) => {
    const start = at;
    at += sizeOfBlocks(layer.blocks);
    return use(layer, parameters.subarray(start, at), start);
  });
}
