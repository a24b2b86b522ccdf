/**
 * Layers that turn a sequence of vectors into one vector, and their combinations.
 * @module
 */
import { added } from './arithmetic.ts';
import type { Arithmetic, Reals } from './arithmetic.ts';
import type { Layer, SequenceLayer } from './layer.ts';
import { shifted, sizeOfBlocks } from './layer.ts';
import type { Backward, Factors, Pass } from './layer.ts';

/** The mean of an example's vectors. */
export function meanOf(width: number): SequenceLayer {
  return {
    inputs: width,
    outputs: width,
    blocks: [],
    run(arithmetic, _parameters, x, offsets) {
      const y = arithmetic.zeros((offsets.length - 1) * width);
      eachVector(offsets, (example, vector, share) => {
        for (let j = 0; j < width; j++) y[example * width + j] += share * x[vector * width + j];
      });
      return {
        y,
        backward(dy) {
          const dx = arithmetic.zeros(x.length);
          eachVector(offsets, (example, vector, share) => {
            for (let j = 0; j < width; j++) dx[vector * width + j] = share * dy[example * width + j];
          });
          return { dx, factors: [] };
        },
      };
    },
  };
}

/** @param use receives each example, each of its vectors, and one over the number of its vectors. */
function eachVector(offsets: Uint32Array, use: (example: number, vector: number, share: number) => void): void {
  for (let example = 0; example + 1 < offsets.length; example++) {
    const share = 1 / (offsets[example + 1] - offsets[example]);
    for (let vector = offsets[example]; vector < offsets[example + 1]; vector++) use(example, vector, share);
  }
}

/** A layer of sequences, followed by another layer over its output. */
export function thenDense(first: SequenceLayer, second: Layer): SequenceLayer {
  const size = sizeOfBlocks(first.blocks);
  return {
    inputs: first.inputs,
    outputs: second.outputs,
    blocks: [...first.blocks, ...second.blocks],
    run(arithmetic, parameters, x, offsets) {
      const below = first.run(arithmetic, parameters.subarray(0, size), x, offsets);
      const above = second.run(arithmetic, parameters.subarray(size), below.y);
      return {
        ...below,
        y: above.y,
        backward(dy: Reals) {
          const upper = above.backward(dy);
          const lower = below.backward(upper.dx);
          return { dx: lower.dx, factors: [...lower.factors, ...shifted(upper.factors, size)] };
        },
      };
    },
  };
}

/** The sum of all layers' outputs for the same sequence. */
export function sumOfSequences(...layers: readonly SequenceLayer[]): SequenceLayer {
  return {
    inputs: layers[0].inputs,
    outputs: layers[0].outputs,
    blocks: layers.flatMap(({ blocks }) => blocks),
    run(arithmetic, parameters, x, offsets) {
      const { at, passes } = runAll(layers, arithmetic, parameters, x, offsets);
      return { y: added(passes.map(({ y }) => y)), backward: (dy) => backThrough(passes, at, () => dy) };
    },
  };
}

/** All layers' outputs for the same sequence, side by side: [examples, sum of the outputs]. */
export function beside(...layers: readonly SequenceLayer[]): SequenceLayer {
  const outputs = layers.reduce((sum, layer) => sum + layer.outputs, 0);
  return {
    inputs: layers[0].inputs,
    outputs,
    blocks: layers.flatMap(({ blocks }) => blocks),
    run(arithmetic, parameters, x, offsets) {
      const { at, passes } = runAll(layers, arithmetic, parameters, x, offsets);
      const examples = offsets.length - 1;
      const y = arithmetic.zeros(examples * outputs);
      /** Copies between the columns of one layer and all columns. */
      const columns = (layer: number, copy: (all: number, own: number) => void): void => {
        const first = layers.slice(0, layer).reduce((sum, one) => sum + one.outputs, 0);
        const width = layers[layer].outputs;
        for (let e = 0; e < examples; e++) {
          for (let j = 0; j < width; j++) copy(e * outputs + first + j, e * width + j);
        }
      };
      passes.forEach((pass, layer) => {
        columns(layer, (all, own) => (y[all] = pass.y[own]));
      });
      return {
        y,
        backward: (dy) =>
          backThrough(passes, at, (layer) => {
            const own = arithmetic.zeros(passes[layer].y.length);
            columns(layer, (all, to) => (own[to] = dy[all]));
            return own;
          }),
      };
    },
  };
}

function runAll(
  layers: readonly SequenceLayer[],
  arithmetic: Arithmetic,
  parameters: Reals,
  x: Reals,
  offsets: Uint32Array,
): { readonly passes: readonly Pass[]; readonly at: readonly number[] } {
  let end = 0;
  const at: number[] = [];
  const passes = layers.map((layer) => {
    at.push(end);
    end += sizeOfBlocks(layer.blocks);
    return layer.run(arithmetic, parameters.subarray(at[at.length - 1], end), x, offsets);
  });
  return { passes, at };
}

function backThrough(passes: readonly Pass[], at: readonly number[], dyOf: (layer: number) => Reals): Backward {
  const backs = passes.map((pass, layer) => pass.backward(dyOf(layer)));
  const factors: Factors[] = backs.flatMap((back, layer) => shifted(back.factors, at[layer]));
  return { dx: added(backs.map(({ dx }) => dx)), factors };
}
