/**
 * Does the long work on the calling thread: in tests, in seeded simulations, and inside each work thread.
 * @module
 */
import { historyOf } from '../../core/data/select.ts';
import { plannedRelease } from '../../core/federation/planned-release.ts';
import type { ChargedSums } from '../../core/privacy/mechanism/mechanism.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import { mechanismOf } from '../../core/privacy/plan/plan-lookups.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import type { ReceivedRepresentations } from '../../core/release/release.ts';
import { fitDecoder } from '../../core/transfer/decoder/decoder.ts';
import type { DecoderData } from '../../core/transfer/decoder/report.ts';
import type { Factorise } from '../../core/transfer/factors/factor-memory.ts';
import type { PlatformModel, SharedModel } from '../../core/transfer/encoder.ts';
import { chooseWeights } from '../../core/transfer/newcomer/newcomer.ts';
import type { NewcomerChoice } from '../../core/transfer/newcomer/newcomer.ts';
import { evaluateTarget } from '../evaluation/evaluate.ts';
import type { EvaluationOrder, EvaluationResult } from '../evaluation/evaluate.ts';
import { roundWorkOf } from '../rounds/update.ts';
import type { RoundWork, Update, UpdateOrder } from '../rounds/update.ts';
import { newcomerTask } from './newcomer-task.ts';
import { shownOf } from './shown.ts';
import type { Shown } from './shown.ts';
import type { Workshop, WorkshopOptions } from './workshop.ts';

export class LocalWorkshop implements Workshop {
  readonly fitsApart = false;
  readonly #options: WorkshopOptions;
  readonly #model: PlatformModel;
  readonly #rounds: RoundWork;
  readonly #sums: ChargedSums;

  constructor(options: WorkshopOptions) {
    this.#options = options;
    const { plan, platform, domain, factorise, random, drawn, charge, onProgress, signal } = options;
    this.#model = plan.encoder.join({
      domain,
      shape: plan.shape,
      plan: plan.shared,
      random: seededRandom(`${plan.manifest.seed}/strategy/${platform}`),
      factorise,
      onProgress: (_, fraction) => onProgress(fraction),
      signal,
    });
    this.#rounds = roundWorkOf(this.#model, options);
    const mechanism = mechanismOf(plan.privacy);
    this.#sums = createChargedSums({ plan: plan.privacy, platform, mechanism, random, drawn, charge });
  }

  prepare(): Promise<void> {
    return this.#model.prepare(this.#sums);
  }

  prototypes(): Promise<Float32Array> {
    return this.#model.prototypes(this.#sums);
  }

  adopt(shared: SharedModel): Promise<void> {
    return this.#rounds.adopt(shared);
  }

  update(order: UpdateOrder): Promise<Update> {
    return this.#rounds.update(order);
  }

  represent(rows: readonly number[]): Promise<readonly Float32Array[]> {
    const { domain } = this.#options;
    return new Promise((resolve) => resolve(rows.map((row) => this.#model.represent(historyOf(domain, row)))));
  }

  show(row: number): Promise<Shown> {
    const { domain, plan, platform } = this.#options;
    const { history } = plannedRelease(plan, platform);
    return new Promise((resolve) => resolve(shownOf(this.#model, historyOf(domain, row), history)));
  }

  fit(received: readonly ReceivedRepresentations[], decoder = this.#options.decoder): Promise<DecoderData> {
    const { plan, platform, domain, factorise, onProgress, signal } = this.#options;
    let fits = 0;
    const telling: Factorise = (part, _, changes) => {
      const before = fits++;
      const tell = (fraction: number): void => onProgress(Math.min(1, (before + fraction) / 2));
      return factorise(part, { onProgress: tell, signal }, changes);
    };
    const random = Prng.fromSource(seededRandom(`${plan.manifest.seed}/strategy/${platform}`));
    return new Promise((resolve) =>
      resolve(fitDecoder({ domain, random, factorise: telling }, received, decoder).data),
    );
  }

  weigh(shared: SharedModel): Promise<NewcomerChoice> {
    const { plan, platform, domain } = this.#options;
    const seed = `${plan.manifest.seed}/newcomer/${platform}`;
    return new Promise((resolve) => resolve(chooseWeights({ ...newcomerTask(plan, domain, shared), seed })));
  }

  evaluate(order: EvaluationOrder): Promise<EvaluationResult> {
    return new Promise((resolve) => resolve(evaluateTarget(order, this.#options)));
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
