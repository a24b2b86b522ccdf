/**
 * The grid of an experiment: every trial, in the order of their start.
 * @module
 */
import { variants } from '../variants.ts';
import type { Variant } from '../variants.ts';
import { optionsAt } from './config.ts';
import type { ExperimentConfig } from './config.ts';

/** One federation at one seed and one share of the overlap. */
export interface Job extends Variant {
  /** Name of the trial in the results. The same grid gives the same names. */
  readonly trial: string;
  readonly overlap: number;
  readonly seed: string;
  /**
   * True if this trial also measures the reference rows. One trial of each (overlap, seed) does; it is the first,
   * unless that fails.
   */
  readonly withReferences: boolean;
}

/** Seeds are the outermost loop, so that an experiment stopped early has whole frontiers of fewer seeds. */
export function grid(config: ExperimentConfig): Job[] {
  return Array.from({ length: config.seeds }, (_, index) => String(config.seed + index)).flatMap((seed) =>
    config.overlap.flatMap((overlap) =>
      variants(optionsAt(config, overlap)).map((variant, place) => ({
        ...variant,
        trial: nameOf(variant, overlap, seed),
        overlap,
        seed,
        withReferences: place === 0,
      })),
    ),
  );
}

function nameOf({ strategy, release, budget, epsilon0 }: Variant, overlap: number, seed: string): string {
  const local = epsilon0 === null ? release : `${release} ${epsilon0}`;
  return `${strategy}/${local}/epsilon ${budget ?? 'none'}/overlap ${overlap}/seed ${seed}`;
}
