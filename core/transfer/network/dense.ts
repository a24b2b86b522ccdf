/**
 * Dense layers, bends between them, and their combinations: one after the other, or side by side into one sum.
 * @module
 */
import type { Reals } from './arithmetic.ts';
import { added } from './arithmetic.ts';
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
      const bias = hasBias ? parameters.subarray(inputs * outputs) : undefined;
      const y = arithmetic.multiply(x, inputs, weights, outputs, bias, constant);
      return {
        y,
        backward(dy, wantsInput = true) {
          const dx = wantsInput
            ? arithmetic.multiply(dy, outputs, arithmetic.transposed(weights, outputs), inputs)
            : arithmetic.zeros(0);
          const left = hasBias ? arithmetic.followed(x, inputs, constant) : x;
          return { dx, factors: [{ at: 0, rows, columns: outputs, left, right: dy }] };
        },
      };
    },
  };
}

/** y = scale tanh(x). */
export function bend(width: number, scale = 1): Layer {
  return {
    inputs: width,
    outputs: width,
    blocks: [],
    run(arithmetic, _parameters, x) {
      const bent = arithmetic.tanh(x);
      return {
        y: arithmetic.times(bent, scale),
        backward: (dy) => ({ dx: arithmetic.slope(dy, bent, scale), factors: [] }),
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
        backward(dy, wantsInput = true) {
          const factors: Factors[][] = [];
          for (const [i, { pass, at }] of [...passes.entries()].toReversed()) {
            const back = pass.backward(dy, wantsInput || i > 0);
            dy = back.dx;
            factors.unshift([...shifted(back.factors, at)]);
          }
          return { dx: dy, factors: factors.flat() };
        },
      };
    },
  };
}

/** The sum of all layers' outputs for the same input. */
export function sum(...layers: readonly Layer[]): Layer {
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
        backward(dy, wantsInput = true): Backward {
          const backs = passes.map(({ pass, at }) => ({ back: pass.backward(dy, wantsInput), at }));
          return {
            dx: wantsInput ? added(backs.map(({ back }) => back.dx)) : arithmetic.zeros(0),
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
