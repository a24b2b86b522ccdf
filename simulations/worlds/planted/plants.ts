/**
 * The planted world of each readout and item space, and the margins that it must keep there.
 * @module
 */
import { biased, idle, narrow, opposite, silent, tellers, turned, wide } from './bridge-worlds.ts';
import { chains, titled } from './space-worlds.ts';
import type { PlantedWorld } from './planted.ts';
import { both, linear, niches, sectors } from './worlds.ts';

export interface Plant {
  /** Name of the readout or the item space. */
  readonly method: string;
  readonly world: PlantedWorld;
  /** NDCG@10 that it gains at least over itself with its mechanism switched off: the interval lies above. */
  readonly overAblation: number;
  /** NDCG@10 that it gains at least over the prior. */
  readonly overPrior: number;
  /** NDCG@10 that it gains at least over `ridge`; absent if it promises nothing over it. */
  readonly overRidge?: number;
}

export const plants: readonly Plant[] = [
  { method: 'ridge', world: linear, overAblation: 0.1, overPrior: 0.1 },
  { method: 'kernel', world: sectors, overAblation: 0.1, overPrior: 0.1, overRidge: 0.05 },
  { method: 'memory', world: niches, overAblation: 0.1, overPrior: 0.1, overRidge: 0.02 },
  { method: 'stack', world: both, overAblation: 0.01, overPrior: 0.1, overRidge: 0.01 },
  { method: 'procrustes', world: turned, overAblation: 0.05, overPrior: 0.05, overRidge: 0.002 },
  { method: 'bayes', world: silent, overAblation: 0.01, overPrior: 0.1, overRidge: 0.005 },
  { method: 'attention', world: tellers, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { method: 'mlp', world: sectors, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { method: 'personal', world: opposite, overAblation: 0.1, overPrior: 0.1, overRidge: 0.05 },
  { method: 'cca', world: narrow, overAblation: 0.03, overPrior: 0.03, overRidge: 0.005 },
  { method: 'collective', world: silent, overAblation: 0.1, overPrior: 0.1 },
  // `pca` and `lda` missed a margin over `ridge` on the seeds of verify.ts.
  { method: 'pca', world: wide, overAblation: 0.1, overPrior: 0.1 },
  { method: 'lda', world: narrow, overAblation: 0.03, overPrior: 0.03 },
  { method: 'information', world: idle, overAblation: 0.1, overPrior: 0.1, overRidge: 0.01 },
  { method: 'density-ratio', world: biased, overAblation: 0.02, overPrior: 0.05, overRidge: 0.01 },
  { method: 'als', world: linear, overAblation: 0.02, overPrior: 0.1 },
  { method: 'bpr', world: linear, overAblation: 0.05, overPrior: 0.1 },
  { method: 'lightgcn', world: chains, overAblation: 0.002, overPrior: 0.04 },
  { method: 'deepwalk', world: niches, overAblation: 0.02, overPrior: 0.1, overRidge: 0.01 },
  { method: 'content', world: titled, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
];

/** @throws RangeError for a method without a planted world. */
export function plantOf(method: string): Plant {
  const found = plants.find((plant) => plant.method === method);
  if (found === undefined) throw new RangeError(`no planted world for ${method}: add one to plants.ts`);
  return found;
}
