/**
 * Lists for persons who have a history on this platform, in a federation that trains item vectors together: own neighbours and
 * popularity, with the vectors beside them as far as own held-out interactions show that they help. This is the gain of a platform with
 * few persons from the federation (docs/federation.md).
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { restoreNewcomer } from '../../core/transfer/newcomer/newcomer.ts';
import type { Newcomer } from '../../core/transfer/newcomer/newcomer.ts';
import type { Log } from '../../host/log.ts';
import type { PlatformStore } from '../store/platform-store.ts';
import { newcomerTask } from '../work/newcomer-task.ts';
import type { Workshop } from '../work/workshop.ts';

export interface OwnHistoriesOptions {
  readonly plan: FederationPlan;
  readonly domain: Domain;
  readonly models: Pick<PlatformStore['models'], 'latest'>;
  readonly workshop: Pick<Workshop, 'weigh'>;
  readonly log: Log;
}

export class OwnHistories {
  readonly #options: OwnHistoriesOptions;
  #round = -1;
  #newcomer: Newcomer | undefined;

  constructor(options: OwnHistoriesOptions) {
    this.#options = options;
  }

  /** The ranking for persons with a history here; undefined before the first fit, and in a federation that trains no item vectors. */
  get newcomer(): Newcomer | undefined {
    return this.#newcomer;
  }

  /** Fits to the latest shared model, unless that is done. A later model replaces an earlier one only once it is fitted. */
  async fit(): Promise<void> {
    const { plan, domain, models, workshop, log } = this.#options;
    const latest = models.latest();
    // The model of round 0 is random.
    if (plan.encoder.itemVectors === undefined || latest === undefined || latest.round <= Math.max(0, this.#round))
      return;
    const choice = await workshop.weigh(latest.model);
    this.#round = latest.round;
    this.#newcomer = restoreNewcomer(newcomerTask(plan, domain, latest.model), choice);
    log.info('own histories are ranked with the shared vectors', {
      modelRound: latest.round,
      validated: choice.validated,
      ...choice.weights,
    });
  }
}
