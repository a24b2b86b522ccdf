/**
 * Parameters before the first round, by the block's name.
 * @module
 */
import type { TowersDesign, TowerSettings } from './towers.ts';

export interface Start {
  /** Blocks that pass their leading inputs on: ones on the diagonal. */
  readonly pass?: readonly string[];
  /** Blocks that pass their inputs on where there is room for all, and project them at random elsewhere. */
  readonly project?: readonly string[];
  /** Standard normal, times one over the root of the block's rows. All others are zero. */
  readonly random?: readonly string[];
}

export function startOf({ pass = [], project = [], random = [] }: Start): TowersDesign<TowerSettings>['initial'] {
  return ({ name, shape }, { column, row }, prng) => {
    const [inputs, outputs] = [shape[0], shape.at(-1) ?? 1];
    if (pass.includes(name) || (project.includes(name) && inputs <= outputs)) return row === column ? 1 : 0;
    // Lengths stay on average.
    if (project.includes(name)) return prng.gaussian() / Math.sqrt(outputs);
    return random.includes(name) ? prng.gaussian() / Math.sqrt(shape.length > 1 ? shape[0] : 1) : 0;
  };
}
