/**
 * First lists by the map that other targets learnt from linked persons. They serve persons with released vectors while this
 * platform knows too few persons on both sides to judge a decoder of its own.
 * @module
 */
import type { Domain } from '../../core/data/domain.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { noiseDeviation, trainedPart } from '../../core/federation/shared-model.ts';
import { LENGTH_POWER, MappedList } from '../../core/transfer/decoder/mapped-list.ts';
import { mappedItems } from '../../core/transfer/training/linked-products.ts';
import type { Log } from '../../host/log.ts';
import type { PlatformEvent } from '../events.ts';
import type { PlatformStore } from '../store/platform-store.ts';

export interface TaughtMapOptions {
  readonly plan: FederationPlan;
  readonly domain: Domain;
  readonly models: Pick<PlatformStore['models'], 'latest'>;
  readonly log: Log;
  readonly emit: (event: PlatformEvent) => void;
}

export class TaughtMap {
  readonly #options: TaughtMapOptions;
  #round = 0;
  #list: MappedList | undefined;

  constructor(options: TaughtMapOptions) {
    this.#options = options;
    this.adopt();
  }

  /** Undefined before the first round, and in a federation that learns no map. */
  get list(): MappedList | undefined {
    return this.#list;
  }

  /** Takes the map of the latest round. */
  adopt(): void {
    const { plan, domain, models, log, emit } = this.#options;
    const latest = models.latest();
    if (!plan.learnsMap || domain.places === undefined || latest === undefined || latest.round <= this.#round) return;
    this.#round = latest.round;
    const map = trainedPart(plan, latest.model);
    // The map is the mean of the opened sums.
    const noise = noiseDeviation(plan) / Math.sqrt(latest.round);
    const coordinate = Math.sqrt(map.reduce((sum, value) => sum + value * value, 0) / map.length);
    const { blocks } = plan.shared;
    const items = mappedItems(blocks, map, { noiseDeviation: noise, places: domain.places, power: LENGTH_POWER });
    this.#list = new MappedList(domain, items);
    emit({ kind: 'map', modelRound: latest.round, coordinate, noise });
    log.info('the map is there: root mean square of a coordinate, and standard deviation of its noise', {
      modelRound: latest.round,
      coordinate,
      noise,
    });
    if (coordinate < 1.1 * noise) log.warn('the map is hardly more than noise', { coordinate, noise });
  }
}
