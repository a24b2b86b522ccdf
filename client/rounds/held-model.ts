/**
 * The shared model that a platform holds: checked against what it was given before, adopted by its encoder, and the
 * starting point of its updates.
 * @module
 */
import { firstModel } from '../../core/federation/plan.ts';
import { trainedPart } from '../../core/federation/shared-model.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import type { SharedModel } from '../../core/transfer/encoder.ts';
import { isStopped } from '../../core/transfer/training/stopping.ts';
import type { Context } from '../context.ts';
import { PlatformError } from '../errors.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import { InOrder } from '../turns.ts';
import type { RoundWork, Update, UpdateOrder } from './update.ts';

export interface HeldModelOptions extends Context<'plan'> {
  readonly store: Pick<PlatformStore, 'models'>;
}

/** What a platform that joins the rounds ties to them. */
export interface Ties {
  /** Called after the encoder adopted a new shared model. */
  readonly onAdopted?: () => void | Promise<void>;
  /** What this platform received of persons who let it teach the map now; absent: no map is learnt. */
  readonly linked?: () => readonly ReceivedRepresentations[];
}

export class HeldModel {
  readonly #options: HeldModelOptions;
  /** Adopting and computing use the same model, so only one runs at a time. */
  readonly #work = new InOrder();
  #joined: (Ties & { readonly encoder: RoundWork }) | undefined;

  constructor(options: HeldModelOptions) {
    this.#options = options;
    const { models } = options.store;
    if (models.latest() === undefined) models.accept(0, firstModel(options.plan));
  }

  /** Round of the shared model. */
  get round(): number {
    return this.#options.store.models.latest()?.round ?? 0;
  }

  /** True if the model says that its rounds stopped early. */
  get isStopped(): boolean {
    const latest = this.#options.store.models.latest();
    return latest !== undefined && isStopped(this.#options.plan.shared, latest.model);
  }

  /** Undefined until the encoder is ready. */
  get ties(): Ties | undefined {
    return this.#joined;
  }

  async join(encoder: RoundWork, ties: Ties): Promise<void> {
    this.#joined = { encoder, ...ties };
    await this.adopt();
  }

  /** Resolves once nothing is adopted or computed. */
  idle(): Promise<void> {
    return this.#work.do(() => Promise.resolve());
  }

  /** Stores the model of a completed round. @throws PlatformError ROUND_MODEL; StoreError. */
  accept(round: number, model: SharedModel): void {
    this.check(round, model);
    this.#options.store.models.accept(round, model);
  }

  /** Lets the encoder adopt the latest model, if there is an encoder. */
  async adopt(): Promise<void> {
    const { plan, store } = this.#options;
    const latest = store.models.latest();
    const joined = this.#joined;
    if (latest === undefined || joined === undefined) return;
    await this.#work.do(() => joined.encoder.adopt(trainedPart(plan, latest.model)));
    await joined.onAdopted?.();
  }

  /** @throws PlatformError PLATFORM_NOT_READY; the errors of the strategy. */
  update(order: UpdateOrder): Promise<Update> {
    const encoder = this.#joined?.encoder;
    if (encoder === undefined) return Promise.reject(notReady());
    return this.#work.do(() => encoder.update(order));
  }

  /** Checks a model that came with a message. @throws PlatformError ROUND_MODEL. */
  check(round: number, model: SharedModel): void {
    const { plan, store } = this.#options;
    const refuse = (why: string): PlatformError =>
      new PlatformError('ROUND_MODEL', `the shared model after round ${round} ${why}`);
    if (model.length !== plan.parameters) {
      throw refuse(`has ${model.length} parameters, and the manifest's strategy has ${plan.parameters}`);
    }
    if (!model.every(Number.isFinite)) throw refuse('holds NaN or infinity');
    const held = store.models.at(round);
    if (held?.some((value, index) => value !== model[index]) === true) {
      throw refuse('is not the one this platform was given before');
    }
  }
}

export const notReady = (): PlatformError =>
  new PlatformError('PLATFORM_NOT_READY', 'this platform still prepares its encoder');
