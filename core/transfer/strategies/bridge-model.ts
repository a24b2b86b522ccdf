/**
 * The common part of all strategies: an encoder made inside the source, and a decoder fitted inside the target. By
 * itself it has no rounds; `shared-trunk` adds them.
 * @module
 */
import type { Domain, History } from '../../data/domain.ts';
import { historyOf } from '../../data/select.ts';
import type { ChargedSums, Contribution } from '../../privacy/mechanism/mechanism.ts';
import { trainPrototypes } from '../../release/cohort.ts';
import type { ReceivedRepresentations } from '../../release/release.ts';
import { Prng } from '../../random/prng.ts';
import type { Decoder } from '../decoder/decoder.ts';
import { fitDecoder } from '../decoder/decoder.ts';
import { prototypeSettings } from '../encoder/release-shape.ts';
import { TransferError } from '../errors.ts';
import type { Factors } from '../factors/implicit-als.ts';
import type {
  DecoderData,
  DecoderReport,
  Explanation,
  PlatformContext,
  PlatformModel,
  ReleasedVector,
  SharedModel,
  SharedPlan,
} from '../strategy.ts';

/** Turns a history into a representation. `prepare` makes it. */
export type Encoder = (history: History) => Float32Array;

/** The plan of a strategy that shares nothing: no parameters. */
export const emptyPlan: SharedPlan = {
  blocks: [],
  optimiser: { name: 'fedavg', learningRate: 1 },
  denominator: 1,
};

export class BridgeModel implements PlatformModel {
  readonly #context: PlatformContext;
  readonly #train: (sums: ChargedSums) => Promise<Encoder>;
  #encoder: Encoder | undefined;
  #decoder: Decoder | undefined;

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

  fitDecoder(received: readonly ReceivedRepresentations[]): Promise<DecoderReport> {
    const { domain, factorise, onProgress, random, signal } = this.#context;
    let fits = 0;
    const telling = (part: Domain): Factors => {
      const before = fits++;
      return factorise(part, {
        onProgress: (fraction) => onProgress?.('decoder', Math.min(1, (before + fraction) / 2)),
        ...(signal && { signal }),
      });
    };
    this.#decoder = fitDecoder({ domain, random: Prng.fromSource(random), factorise: telling }, received);
    return Promise.resolve(this.#decoder.report);
  }

  decoderData(): DecoderData {
    return this.#fitted().data;
  }

  score(released: readonly ReleasedVector[]): Float32Array {
    return this.#fitted().score(released);
  }

  explain(released: readonly ReleasedVector[], item: number): Explanation {
    return this.#fitted().explain(released, item);
  }

  dispose(): void {
    this.#encoder = undefined;
    this.#decoder = undefined;
  }

  #fitted(): Decoder {
    if (this.#decoder === undefined) {
      throw new TransferError('TRANSFER_NOT_PREPARED', 'there is no decoder yet: call fitDecoder before score');
    }
    return this.#decoder;
  }
}
