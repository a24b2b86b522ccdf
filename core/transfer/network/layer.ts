/**
 * A network of layers that gives each example's own gradient, as factors. The gradient of a layer's weights for one example
 * is an outer product of its input and its backpropagated error, or a sum of a few (Goodfellow 2015, "Efficient Per-Example
 * Gradient Computations"). One forward and one backward pass over a batch give the factors of all examples, and the privacy
 * layer clips and sums them without writing a gradient out (core/privacy/mechanism/outer-products.ts).
 *
 * An example's gradient must depend on that example alone. Layer normalisation (layer-norm.ts) keeps that law. Batch
 * normalisation does not: it centres an example by the others of its batch, so one person moves everybody's gradient, and
 * the sum's sensitivity is not the clip. So there is none here.
 * @module
 */
import type { FactoredBlock, FactoredContribution } from '../../privacy/mechanism/mechanism.ts';
import type { Arithmetic, Reals } from './arithmetic.ts';

/** One input row per example, one output row per example. Its parameters are consecutive in the shared model. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Blocks of its parameters, in their order; none for a layer without. */
  readonly blocks: readonly LayerBlock[];
  /** @param parameters of this layer alone. @param x [examples, inputs] */
  run(arithmetic: Arithmetic, parameters: Reals, x: Reals): Pass;
}

/** A layer whose examples are sequences of vectors, each of any length from 1. */
export interface SequenceLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly blocks: readonly LayerBlock[];
  /** @param x [all vectors, inputs]. @param offsets [examples + 1]: example e has the vectors from offsets[e] on. */
  run(arithmetic: Arithmetic, parameters: Reals, x: Reals, offsets: Uint32Array): Pass;
  /**
   * Weight of each vector in the output of its example; those of an example are positive and add up to 1. Absent: the layer
   * computes no weights.
   */
  weights?(...order: Parameters<SequenceLayer['run']>): Reals /* [all vectors] */;
}

export interface LayerBlock {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Pass {
  readonly y: Reals /* [examples, outputs] */;
  /**
   * @param dy [examples, outputs]: the loss's slope, or its negative for updates.
   * @param wantsInput false if nobody reads `dx`, which may then be empty.
   */
  backward(dy: Reals, wantsInput?: boolean): Backward;
}

export interface Backward {
  /** The loss's slope by the input, or its negative for updates; the shape is that of the input. */
  readonly dx: Reals;
  readonly factors: readonly Factors[];
}

/** Gradients of some consecutive parameters [rows, columns] for every example: sums of outer products of rows. */
export interface Factors {
  /** First of these parameters in the layer. */
  readonly at: number;
  readonly rows: number;
  readonly columns: number;
  /** [terms, rows]; null if the gradient is written out: `rows` is 1 then, and the terms of an example are added up. */
  readonly left: Reals | null;
  readonly right: Reals /* [terms, columns] */;
  /** Terms of example e: from offsets[e] up to offsets[e + 1]. Absent: one each. */
  readonly offsets?: Uint32Array;
}

export const sizeOfBlocks = (blocks: readonly LayerBlock[]): number =>
  blocks.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);

/** Factors of a layer whose parameters begin `by` later. */
export function shifted(factors: readonly Factors[], by: number): readonly Factors[] {
  return factors.map((one) => ({ ...one, at: one.at + by }));
}

/**
 * The contribution of one person whose examples are those from `from` up to `until`. @param first coordinate of the
 * network's parameters in the sum.
 */
export function contributionOf(
  factors: readonly Factors[],
  from: number,
  until: number,
  first = 0,
): FactoredContribution {
  const blocks = factors.map(({ at, columns, left, offsets, right, rows }): FactoredBlock => {
    const [start, end] = offsets === undefined ? [from, until] : [offsets[from], offsets[until]];
    const rights = right.subarray(start * columns, end * columns);
    return {
      offset: first + at,
      rows,
      columns,
      left: left === null ? null : inSingle(left.subarray(start * rows, end * rows)),
      right: left === null ? addedUp(rights, columns) : inSingle(rights),
    };
  });
  return { blocks };
}

const inSingle = (numbers: Reals): Float32Array =>
  numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);

function addedUp(rows: Reals, width: number): Float32Array {
  const sum = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) sum[i % width] += rows[i];
  return Float32Array.from(sum);
}
