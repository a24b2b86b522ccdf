/**
 * Every person's own gradient, for many persons at a time. A dense layer's gradient for one example is the outer
 * product of its input and the gradient of its output. So one forward and one backward pass over a whole batch give all
 * factors, without a separate tape per person (Goodfellow 2015, "Efficient Per-Example Gradient Computations").
 * @module
 */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorEngine } from '../../tensor/backend.ts';
import type { BlockName, TrunkShape } from './network.ts';
import { biasScale, hiddenScale, trunkBlocks, trunkOffsets, trunkSize, trunkViews } from './network.ts';

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

/** The factors of each example's gradient. */
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
   * For each person, writes minus the sum of the two examples' gradients into one row of `updates` [examples / 2,
   * parameters]. Every number of the row is written.
   */
  personUpdates(batch: TrunkBatch, updates: Float32Array): void {
    const { p, z, q, dy, dq, dz, dp } = this.#factors(batch);
    const size = trunkSize(this.#shape);
    const offsets = trunkOffsets(this.#shape);
    const bias = biasScale(this.#shape);
    const { inputs, hidden, bottleneck } = this.#shape;
    for (let person = 0; person < batch.examples / EXAMPLES; person++) {
      const outer = (block: BlockName, left: Float32Array, rows: number, right: Float32Array, columns: number): void =>
        writeOuter(updates, person * size + offsets[block], left, rows, right, columns, person);
      const row = (block: BlockName, right: Float32Array, columns: number): void =>
        writeRow(updates, person * size + offsets[block], right, columns, person, bias);
      outer('E0', batch.inputs, inputs, dz, bottleneck);
      outer('E1', batch.inputs, inputs, dp, hidden);
      row('e1', dp, hidden);
      outer('E2', p, hidden, dz, bottleneck);
      row('e2', dz, bottleneck);
      outer('D0', z, bottleneck, dy, inputs);
      outer('D1', z, bottleneck, dq, hidden);
      row('d1', dq, hidden);
      outer('D2', q, hidden, dy, inputs);
      row('d2', dy, inputs);
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
      const dy = tf.sub<Tensor2D>(y, target);
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

/** out[at ...] = -(left ⊗ right) of the person's first example - (left ⊗ right) of the second, row-major. */
function writeOuter(
  out: Float32Array,
  at: number,
  left: Float32Array,
  rows: number,
  right: Float32Array,
  columns: number,
  person: number,
): void {
  const leftFirst = person * EXAMPLES * rows;
  const rightFirst = person * EXAMPLES * columns;
  const rightSecond = rightFirst + columns;
  let cursor = at;
  for (let i = 0; i < rows; i++) {
    const first = -left[leftFirst + i];
    const second = -left[leftFirst + rows + i];
    for (let j = 0; j < columns; j++, cursor++) {
      out[cursor] = first * right[rightFirst + j] + second * right[rightSecond + j];
    }
  }
}

function writeRow(
  out: Float32Array,
  at: number,
  right: Float32Array,
  columns: number,
  person: number,
  factor: number,
): void {
  const first = person * EXAMPLES * columns;
  for (let j = 0; j < columns; j++) out[at + j] = -factor * (right[first + j] + right[first + columns + j]);
}
