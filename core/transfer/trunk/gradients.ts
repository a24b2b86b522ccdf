/**
 * Every person's own gradient, many persons at a time. A dense layer's gradient for one example is an outer product of
 * what went in and what came back, so one forward and one backward pass for a whole batch give all factors, and nobody
 * needs a tape of his own (Goodfellow 2015, "Efficient Per-Example Gradient Computations").
 * @module
 */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorEngine } from '../../tensor/backend.ts';
import type { BlockName, TrunkShape } from './network.ts';
import { biasScale, hiddenScale, trunkBlocks, trunkOffsets, trunkSize, trunkViews } from './network.ts';

/** Half the squared error of y against a target, for inputs and targets in rows. */
export interface TrunkBatch {
  readonly inputs: Float32Array /* [examples, inputs] */;
  readonly targets: Float32Array /* [examples, inputs] */;
  readonly examples: number;
}

/** What the gradient of each example is made of. */
interface Factors {
  readonly p: Float32Array /* [examples, hidden] */;
  readonly z: Float32Array /* [examples, bottleneck] */;
  readonly q: Float32Array /* [examples, hidden] */;
  readonly dy: Float32Array /* [examples, inputs] */;
  readonly dq: Float32Array /* [examples, hidden] */;
  readonly dz: Float32Array /* [examples, bottleneck] */;
  readonly dp: Float32Array /* [examples, hidden] */;
}

/** A trunk on the tensor engine. Holds tensors until disposed of. */
export class TrunkOnEngine {
  readonly #tf: TensorEngine;
  readonly #shape: TrunkShape;
  readonly #weights: Readonly<Record<BlockName, Tensor2D>>;
  /** Transposed once, used for every batch's way back. */
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
   * Writes, for each run of `perPerson` consecutive examples, minus the sum of their gradients into one row of
   * `updates` [examples / perPerson, parameters]; overwrites what is there.
   */
  personUpdates(batch: TrunkBatch, perPerson: number, updates: Float32Array): void {
    const factors = this.#factors(batch);
    const size = trunkSize(this.#shape);
    const offsets = trunkOffsets(this.#shape);
    const bias = biasScale(this.#shape);
    const { inputs, hidden, bottleneck } = this.#shape;
    updates.fill(0, 0, (batch.examples / perPerson) * size);
    const a = { rows: batch.inputs, width: inputs };
    const p = { rows: factors.p, width: hidden };
    const z = { rows: factors.z, width: bottleneck };
    const q = { rows: factors.q, width: hidden };
    const dy = { rows: factors.dy, width: inputs };
    const dq = { rows: factors.dq, width: hidden };
    const dz = { rows: factors.dz, width: bottleneck };
    const dp = { rows: factors.dp, width: hidden };
    for (let example = 0; example < batch.examples; example++) {
      const person = Math.floor(example / perPerson) * size;
      subtractOuter(updates, person + offsets.E0, a, dz, example);
      subtractOuter(updates, person + offsets.E1, a, dp, example);
      subtractRow(updates, person + offsets.e1, dp, example, bias);
      subtractOuter(updates, person + offsets.E2, p, dz, example);
      subtractRow(updates, person + offsets.e2, dz, example, bias);
      subtractOuter(updates, person + offsets.D0, z, dy, example);
      subtractOuter(updates, person + offsets.D1, z, dq, example);
      subtractRow(updates, person + offsets.d1, dq, example, bias);
      subtractOuter(updates, person + offsets.D2, q, dy, example);
      subtractRow(updates, person + offsets.d2, dy, example, bias);
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

interface Rows {
  readonly rows: Float32Array;
  readonly width: number;
}

/** out[at ...] -= left ⊗ right, row-major. */
function subtractOuter(out: Float32Array, at: number, left: Rows, right: Rows, row: number): void {
  const from = right.rows;
  const width = right.width;
  const base = row * width;
  let cursor = at;
  for (let i = row * left.width; i < (row + 1) * left.width; i++) {
    const factor = left.rows[i];
    for (let j = 0; j < width; j++, cursor++) out[cursor] -= factor * from[base + j];
  }
}

function subtractRow(out: Float32Array, at: number, { rows, width }: Rows, row: number, factor: number): void {
  const base = row * width;
  for (let j = 0; j < width; j++) out[at + j] -= factor * rows[base + j];
}
