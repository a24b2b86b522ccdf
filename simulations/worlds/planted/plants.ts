/**
 * The planted world of each readout, and the margins that it must keep there.
 * @module
 */
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
}

export const plants: readonly Plant[] = [
  { readout: 'ridge', world: linear, overAblation: 0.1, overPrior: 0.1 },
  { readout: 'kernel', world: sectors, overAblation: 0.1, overPrior: 0.1 },
  { readout: 'memory', world: niches, overAblation: 0.1, overPrior: 0.1 },
  { readout: 'stack', world: both, overAblation: 0.01, overPrior: 0.1 },
];

/** @throws RangeError for a readout without a planted world. */
export function plantOf(readout: string): Plant {
  const found = plants.find((plant) => plant.readout === readout);
  if (found === undefined) throw new RangeError(`no planted world for ${readout}: add one to plants.ts`);
  return found;
}
