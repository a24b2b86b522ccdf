/**
 * One platform's part in training the trunk: charged item vectors and moments once, then one update per person in every
 * round, computed from the shared trunk, those released values and the person's history.
 * @module
 */
import type { Domain, History } from '../../data/domain.ts';
import type { ChargedSums, Contribution } from '../../privacy/mechanism/mechanism.ts';
import type { TensorBackend, TensorEngine } from '../../tensor/backend.ts';
import { TensorError } from '../../tensor/errors.ts';
import type { ItemVectors } from '../encoder/item-vectors.ts';
import { TransferError } from '../errors.ts';
import { EXAMPLES, TrunkOnEngine } from './gradients.ts';
import { halvesOf } from './halves.ts';
import type { InputScaling } from './history-inputs.ts';
import { HistoryInputs, momentsOf, scaleInputs, scalingOf } from './history-inputs.ts';
import type { TrunkShape } from './network.ts';
import { encode } from './network.ts';

export interface TrainingContext {
  readonly domain: Domain;
  readonly shape: TrunkShape;
  readonly backend: TensorBackend;
  /** Makes item vectors through charged sums. */
  readonly trainItemVectors: (sums: ChargedSums) => Promise<ItemVectors>;
  readonly momentsLabel: string;
  readonly signal?: AbortSignal;
}

/** Numbers in the factors of a batch, about, which limits the persons in it. */
const BATCH_NUMBERS = 1 << 21;
const LARGEST_BATCH = 512;

/** The contribution of a person whose history is too short to be split: all zeros. */
const NOTHING: Contribution = { indices: new Uint32Array(0), values: new Float32Array(0) };

/** The constant in a representation: about the length of z. */
const ANCHOR = 0.5;

export class TrunkTraining {
  readonly #context: TrainingContext;
  #inputs: HistoryInputs | undefined;
  #scaling: InputScaling | undefined;
  #engine: { readonly tf: TensorEngine; readonly backend: string } | undefined;
  #shared: Float32Array | undefined;

  constructor(context: TrainingContext) {
    this.#context = context;
  }

  async prepare(sums: ChargedSums): Promise<void> {
    const { backend, domain, momentsLabel, trainItemVectors } = this.#context;
    const inputs = new HistoryInputs(await trainItemVectors(sums));
    this.#scaling = scalingOf(await sums.release(momentsLabel, everybodysMoments(domain, inputs)));
    this.#inputs = inputs;
    const tf = await backend.engine();
    this.#engine = { tf, backend: tf.getBackend() };
  }

  /**
   * One update per person in the domain's order: minus the gradient of the person's two examples, or zeros for a
   * history too short to be split. A person's update does not depend on the other persons of the batch.
   */
  *contributions(shared: Float32Array, round: number): Generator<Contribution> {
    const { domain, shape, signal } = this.#context;
    const persons = domain.offsets.length - 1;
    const capacity = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_NUMBERS / (8 * EXAMPLES * shape.hidden))));
    const trunk = new TrunkOnEngine(this.#readyEngine(), shape, shared);
    try {
      for (let start = 0; start < persons; start += capacity) {
        if (signal?.aborted === true) throw new TransferError('TRANSFER_CANCELLED', 'the round was cancelled');
        yield* this.#batch(trunk, start, Math.min(persons, start + capacity), round);
      }
    } finally {
      trunk.dispose();
    }
  }

  adopt(shared: Float32Array): void {
    this.#shared = shared.slice();
  }

  /**
   * z of a whole history, followed by a constant. A released vector has unit length, and with the constant its
   * direction still shows the length of z. Zeros for an empty history.
   */
  represent(history: History): Float32Array {
    const { shape } = this.#context;
    if (this.#shared === undefined) {
      throw new TransferError('TRANSFER_NOT_PREPARED', 'there is no trunk yet: adopt a shared model before represent');
    }
    const representation = new Float32Array(shape.bottleneck + 1);
    if (history.items.length === 0) return representation;
    representation.set(encode(shape, this.#shared, this.#input(history.items, history.items.length)));
    representation[shape.bottleneck] = ANCHOR;
    return representation;
  }

  *#batch(trunk: TrunkOnEngine, start: number, end: number, round: number): Generator<Contribution> {
    const { domain, shape } = this.#context;
    const width = shape.inputs;
    const inputs = new Float32Array((end - start) * EXAMPLES * width);
    const targets = new Float32Array(inputs.length);
    /** The row of each person in the batch; -1 for a person without examples. */
    const rows = new Int32Array(end - start).fill(-1);
    let taught = 0;
    for (let person = start; person < end; person++) {
      const items = domain.items.subarray(domain.offsets[person], domain.offsets[person + 1]);
      const halves = halvesOf(items, round);
      if (halves === null) continue;
      const first = this.#input(halves.first, items.length);
      const second = this.#input(halves.second, items.length);
      const at = taught * EXAMPLES * width;
      inputs.set(first, at);
      inputs.set(second, at + width);
      targets.set(second, at);
      targets.set(first, at + width);
      rows[person - start] = taught++;
    }
    const updates = taught === 0 ? [] : [...trunk.personUpdates({ inputs, targets, examples: taught * EXAMPLES })];
    for (const row of rows) yield row < 0 ? NOTHING : updates[row];
  }

  #input(items: Uint32Array, length: number): Float32Array {
    if (this.#inputs === undefined || this.#scaling === undefined) {
      throw new TransferError('TRANSFER_NOT_PREPARED', 'there are no item vectors yet: call prepare first');
    }
    return scaleInputs(this.#inputs.raw(items, length), this.#scaling);
  }

  #readyEngine(): TensorEngine {
    if (this.#engine === undefined) {
      throw new TransferError('TRANSFER_NOT_PREPARED', 'there is no tensor engine yet: call prepare first');
    }
    const { backend, tf } = this.#engine;
    if (tf.getBackend() !== backend) {
      throw new TensorError(
        'TENSOR_BACKEND_SWITCHED',
        `the trunk was prepared on tensor backend "${backend}" and the process now runs "${tf.getBackend()}": use one`,
      );
    }
    return tf;
  }
}

function* everybodysMoments(domain: Domain, inputs: HistoryInputs): Generator<Contribution> {
  for (let person = 0; person + 1 < domain.offsets.length; person++) {
    const items = domain.items.subarray(domain.offsets[person], domain.offsets[person + 1]);
    const halves = halvesOf(items, 0);
    yield halves === null
      ? NOTHING
      : momentsOf(inputs.raw(halves.first, items.length), inputs.raw(halves.second, items.length));
  }
}
