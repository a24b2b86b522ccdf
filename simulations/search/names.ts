/**
 * The seeds of a search and the names of its trials.
 * @module
 */
import type { Candidate } from './candidates.ts';
import type { SearchConfig } from './config.ts';

/** The name of a trial in the results. */
export function trialName(seed: string, place: number | 'end', { name }: Candidate): string {
  return `seed ${seed}/${place === 'end' ? 'end' : `fold ${place}`}/${name}`;
}

/** The seeds at which a search is made. What leaves is chosen once, on public worlds. */
export function searchSeeds({ of, seed, seeds }: SearchConfig): readonly string[] {
  return of === 'encoder' ? [String(seed)] : endSeeds({ seed, seeds });
}

/** The seeds at which a winner is measured at the end. */
export function endSeeds({ seed, seeds }: Pick<SearchConfig, 'seed' | 'seeds'>): readonly string[] {
  return Array.from({ length: seeds }, (_, index) => String(seed + index));
}
