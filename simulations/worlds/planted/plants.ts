/**
 * The planted world of each readout, and the margins that it must keep there.
 * @module
 */
import { narrow, opposite, silent, tellers, turned } from './bridge-worlds.ts';
import type { PlantedWorld } from './planted.ts';
import { both, linear, niches, sectors } from './worlds.ts';

export interface Plant {
  /** Name of the readout. */
  readonly readout: string;
  readonly world: PlantedWorld;
  /** NDCG@10 that it gains at least over itself with its mechanism switched off: the interval lies above. */
  readonly overAblation: number;
  /** NDCG@10 that it gains at least over the prior. */
  readonly overPrior: number;
  /** NDCG@10 that it gains at least over `ridge`; absent if it promises nothing over it. */
  readonly overRidge?: number;
}

export const plants: readonly Plant[] = [
  { readout: 'ridge', world: linear, overAblation: 0.1, overPrior: 0.1 },
  { readout: 'kernel', world: sectors, overAblation: 0.1, overPrior: 0.1, overRidge: 0.05 },
  { readout: 'memory', world: niches, overAblation: 0.1, overPrior: 0.1, overRidge: 0.02 },
  { readout: 'stack', world: both, overAblation: 0.01, overPrior: 0.1, overRidge: 0.01 },
  { readout: 'procrustes', world: turned, overAblation: 0.05, overPrior: 0.05, overRidge: 0.005 },
  { readout: 'bayes', world: silent, overAblation: 0.01, overPrior: 0.1, overRidge: 0.002 },
  { readout: 'attention', world: tellers, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { readout: 'mlp', world: sectors, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { readout: 'personal', world: opposite, overAblation: 0.1, overPrior: 0.1, overRidge: 0.05 },
  { readout: 'cca', world: narrow, overAblation: 0.05, overPrior: 0.05, overRidge: 0.01 },
];

/** @throws RangeError for a readout without a planted world. */
export function plantOf(readout: string): Plant {
  const found = plants.find((plant) => plant.readout === readout);
  if (found === undefined) throw new RangeError(`no planted world for ${readout}: add one to plants.ts`);
  return found;
}
