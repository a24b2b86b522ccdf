/**
 * The grid of an experiment: every trial, in the order in which they are started.
 * @module
 */
import { variants } from '../options.ts';
import type { Variant } from '../options.ts';
import { optionsAt } from './config.ts';
import type { ExperimentConfig } from './config.ts';

/** One federation at one seed and one share of the overlap. */
export interface Job extends Variant {
  /** Names the trial in the results: the same grid gives the same names. */
  readonly trial: string;
  readonly overlap: number;
  readonly seed: string;
  /** Also measures the reference rows: one trial of each (overlap, seed) does, the first unless it fails. */
  readonly withReferences: boolean;
}

/** Seeds outermost: what is stopped early has whole frontiers of fewer seeds. */
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
