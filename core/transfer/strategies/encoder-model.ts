/**
 * The common part of all strategies: an encoder made inside the source. By itself it has no rounds; `shared-trunk` adds
 * them.
 * @module
 */
import type { History } from '../../data/domain.ts';
import { historyOf } from '../../data/select.ts';
import type { ChargedSums, Contribution } from '../../privacy/mechanism/mechanism.ts';
import { trainPrototypes } from '../../release/cohort.ts';
import { prototypeSettings } from '../encoder/release-shape.ts';
import { TransferError } from '../errors.ts';
import type { PlatformContext, PlatformModel, SharedModel, SharedPlan } from '../encoder.ts';

/** Turns a history into a representation. `prepare` makes it. */
export type Encoder = (history: History) => Float32Array;

/** The plan of a strategy that shares nothing: no parameters. */
export const emptyPlan: SharedPlan = {
  blocks: [],
  optimiser: { name: 'fedavg', learningRate: 1 },
  denominator: 1,
};

export class EncoderModel implements PlatformModel {
  readonly #context: PlatformContext;
  readonly #train: (sums: ChargedSums) => Promise<Encoder>;
  #encoder: Encoder | undefined;

  constructor(context: PlatformContext, train: (sums: ChargedSums) => Promise<Encoder>) {
    this.#context = context;
    this.#train = train;
  }

  async prepare(sums: ChargedSums): Promise<void> {
    this.#encoder = await this.#train(sums);
  }

  contributions(_shared: SharedModel, _round: number): Iterable<Contribution> {
    return [];
  }

  adopt(_shared: SharedModel): Promise<void> {
    return Promise.resolve();
  }

  represent(history: History): Float32Array {
    if (this.#encoder === undefined) {
      throw new TransferError('TRANSFER_NOT_PREPARED', 'there is no encoder yet: call prepare before represent');
    }
    return this.#encoder(history);
  }

  async prototypes(sums: ChargedSums): Promise<Float32Array> {
    const { domain, random, shape } = this.#context;
    const settings = prototypeSettings(shape, this.represent({ items: new Uint32Array(0) }).length);
    if (settings === undefined) {
      throw new TransferError(
        'TRANSFER_SHAPE',
        `release mode ${shape.release?.mode ?? 'raw'} of this federation needs no prototypes`,
      );
    }
    const represent = (_id: string, row: number): Float32Array => this.represent(historyOf(domain, row));
    return trainPrototypes(settings, () => domain.persons.map(represent), sums, random);
  }

  dispose(): void {
    this.#encoder = undefined;
  }
}
