/**
 * Input and result of a simulation, whichever protocol it follows.
 * @module
 */
import type { SimulationEvent } from './events.ts';
import type { SeedRow } from '../core/evaluation/results.ts';
import type { Results } from './results.ts';
import type { RunFolder } from './run-folder.ts';

export interface SimulationContext {
  readonly version: string;
  readonly onEvent: (event: SimulationEvent) => void;
  readonly signal: AbortSignal;
}

export interface Simulated {
  readonly results: Results;
  readonly folder: RunFolder;
  /** The measurements of single seeds, of which the results' rows are means: for paired comparisons. */
  readonly seedRows: readonly SeedRow[];
}

export const SEEDED = 'simulation: seeded noise, not a release';
