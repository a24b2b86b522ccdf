/**
 * Every person's own gradient, for many persons at a time. A dense layer's gradient for one example is the outer
 * product of its input and the gradient of its output. So one forward and one backward pass over a whole batch give all
 * factors, without a separate tape per person (Goodfellow 2015, "Efficient Per-Example Gradient Computations").
 * @module
 */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { FactoredContribution } from '../../privacy/mechanism/mechanism.ts';
import type { TensorEngine } from '../../tensor/backend.ts';
import type { BlockName, TrunkShape } from './network.ts';
import { biasScale, hiddenScale, trunkBlocks, trunkOffsets, trunkViews } from './network.ts';

/** Two examples per person: the first half of a history predicts the second, and the second the first. */
export const EXAMPLES = 2;

/**
 * Examples of the loss, which is half the squared error of y against a target. Inputs and targets are rows, and the two
 * rows of a person follow each other.
 */
export interface TrunkBatch {
  readonly inputs: Float32Array /* [examples, inputs] */;
  readonly targets: Float32Array /* [examples, inputs] */;
  readonly examples: number;
}

/** The factors of each example's update; those that were backpropagated with the sign turned. */
interface Factors {
  readonly p: Float32Array /* [examples, hidden] */;
  readonly z: Float32Array /* [examples, bottleneck] */;
  readonly q: Float32Array /* [examples, hidden] */;
  readonly dy: Float32Array /* [examples, inputs] */;
  readonly dq: Float32Array /* [examples, hidden] */;
  readonly dz: Float32Array /* [examples, bottleneck] */;
  readonly dp: Float32Array /* [examples, hidden] */;
}

/** A trunk on the tensor engine. It holds tensors until it is disposed of. */
export class TrunkOnEngine {
  readonly #tf: TensorEngine;
  readonly #shape: TrunkShape;
  readonly #weights: Readonly<Record<BlockName, Tensor2D>>;
  /** Transposed once, and used in the backward pass of every batch. */
  readonly #turned: Readonly<Record<'E2' | 'D0' | 'D1' | 'D2', Tensor2D>>;

  constructor(tf: TensorEngine, shape: TrunkShape, parameters: Float32Array) {
    this.#tf = tf;
    this.#shape = shape;
    const views = trunkViews(shape, parameters);
    const bias = biasScale(shape);
    const weights = trunkBlocks(shape).map((block) => {
      const name = block.name as BlockName;
      const [rows, columns] = block.shape.length === 2 ? block.shape : [1, block.shape[0]];
      if (block.shape.length === 2) return [name, tf.tensor2d(views[name].slice(), [rows, columns])] as const;
      return [
        name,
        tf.tensor2d(
          views[name].map((value) => value * bias),
          [rows, columns],
        ),
      ] as const;
    });
    this.#weights = Object.fromEntries(weights) as Record<BlockName, Tensor2D>;
    const { E2, D0, D1, D2 } = this.#weights;
    this.#turned = { E2: tf.transpose(E2), D0: tf.transpose(D0), D1: tf.transpose(D1), D2: tf.transpose(D2) };
  }

  /**
   * Minus the sum of the gradients of each person's two examples, as outer products. A layer and its bias are one block, whose
   * last left factor is the bias's constant input.
   */
  *personUpdates(batch: TrunkBatch): Generator<FactoredContribution> {
    const { p, z, q, dy, dq, dz, dp } = this.#factors(batch);
    const { inputs, hidden, bottleneck } = this.#shape;
    const offsets = trunkOffsets(this.#shape);
    const bias = biasScale(this.#shape);
    for (let person = 0; person < batch.examples / EXAMPLES; person++) {
      const rows = (of: Float32Array, width: number): Float32Array =>
        of.subarray(person * EXAMPLES * width, (person + 1) * EXAMPLES * width);
      const [a, pz] = [rows(batch.inputs, inputs), rows(p, hidden)];
      const [toY, toQ] = [rows(z, bottleneck), rows(q, hidden)];
      const [byZ, byP] = [rows(dz, bottleneck), rows(dp, hidden)];
      const [byY, byQ] = [rows(dy, inputs), rows(dq, hidden)];
      yield {
        blocks: [
          { offset: offsets.E0, rows: inputs, columns: bottleneck, left: a, right: byZ },
          { offset: offsets.E1, rows: inputs + 1, columns: hidden, left: withBias(a, inputs, bias), right: byP },
          { offset: offsets.E2, rows: hidden + 1, columns: bottleneck, left: withBias(pz, hidden, bias), right: byZ },
          { offset: offsets.D0, rows: bottleneck, columns: inputs, left: toY, right: byY },
          {
            offset: offsets.D1,
            rows: bottleneck + 1,
            columns: hidden,
            left: withBias(toY, bottleneck, bias),
            right: byQ,
          },
          { offset: offsets.D2, rows: hidden + 1, columns: inputs, left: withBias(toQ, hidden, bias), right: byY },
        ],
      };
    }
  }

  dispose(): void {
    for (const tensor of [...Object.values(this.#weights), ...Object.values(this.#turned)]) tensor.dispose();
  }

  #factors({ inputs, targets, examples }: TrunkBatch): Factors {
    const tf = this.#tf;
    const { E0, E1, e1, E2, e2, D0, D1, d1, D2, d2 } = this.#weights;
    const turned = this.#turned;
    const width = this.#shape.inputs;
    const scale = hiddenScale(this.#shape);
    const tensors = tf.tidy(() => {
      const a = tf.tensor2d(inputs.subarray(0, examples * width), [examples, width]);
      const target = tf.tensor2d(targets.subarray(0, examples * width), [examples, width]);
      const bentIn = tf.tanh<Tensor2D>(tf.add(tf.matMul(a, E1), e1));
      const p = tf.mul<Tensor2D>(bentIn, scale);
      const z = tf.add<Tensor2D>(tf.add(tf.matMul(a, E0), tf.matMul(p, E2)), e2);
      const bentOut = tf.tanh<Tensor2D>(tf.add(tf.matMul(z, D1), d1));
      const q = tf.mul<Tensor2D>(bentOut, scale);
      const y = tf.add(tf.add(tf.matMul(z, D0), tf.matMul(q, D2)), d2);
      const dy = tf.sub<Tensor2D>(target, y);
      const slope = (bent: Tensor2D) => tf.mul(scale, tf.sub(1, tf.square(bent)));
      const dq = tf.mul<Tensor2D>(tf.matMul(dy, turned.D2), slope(bentOut));
      const dz = tf.add<Tensor2D>(tf.matMul(dy, turned.D0), tf.matMul(dq, turned.D1));
      const dp = tf.mul(tf.matMul(dz, turned.E2), slope(bentIn));
      return { p, z, q, dy, dq, dz, dp };
    });
    const factors = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
    );
    for (const tensor of Object.values(tensors)) tensor.dispose();
    return factors as unknown as Factors;
  }
}

/** Rows with a constant after each. */
function withBias(rows: Float32Array, width: number, bias: number): Float32Array {
  const count = rows.length / width;
  const out = new Float32Array(rows.length + count);
  for (let row = 0; row < count; row++) {
    out.set(rows.subarray(row * width, (row + 1) * width), row * (width + 1));
    out[row * (width + 1) + width] = bias;
  }
  return out;
}
