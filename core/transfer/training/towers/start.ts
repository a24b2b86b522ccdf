/**
 * Parameters before the first round, by the block's name.
 * @module
 */
import type { TowersDesign, TowerSettings } from './towers.ts';

export interface Start {
  /** Blocks that pass their leading inputs on: ones on the diagonal. */
  readonly pass?: readonly string[];
  /** Standard normal, times one over the root of the block's rows. All others are zero. */
  readonly random?: readonly string[];
}

export function startOf({ pass = [], random = [] }: Start): TowersDesign<TowerSettings>['initial'] {
  return ({ name, shape }, { column, row }, prng) => {
    if (pass.includes(name)) return row === column ? 1 : 0;
    return random.includes(name) ? prng.gaussian() / Math.sqrt(shape.length > 1 ? shape[0] : 1) : 0;
  };
}
