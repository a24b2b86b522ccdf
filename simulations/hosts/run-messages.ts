/**
 * Messages between a command and the process that its run is in. Types only.
 * @module
 */
import type { ExperimentEvent, ExperimentOutcome } from '../experiment/run.ts';
import type { SearchEvent, SearchOutcome } from '../search/run.ts';
import type { SimulationEvent } from '../events.ts';
import type { FailedReport } from '../failed-report.ts';
import type { SimulationInput } from '../options.ts';
import type { Simulated } from '../simulated.ts';

export type RunOrder =
  | { readonly kind: 'simulate'; readonly options: SimulationInput; readonly version: string }
  | {
      readonly kind: 'experiment' | 'search';
      readonly folder: string;
      readonly workers: number;
      readonly version: string;
    }
  | { readonly kind: 'stop' };

export type RunReport =
  | { readonly kind: 'event'; readonly event: SimulationEvent | ExperimentEvent | SearchEvent }
  /** The process answers the request to stop, which shows that it is not computing. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'done'; readonly result: Simulated | ExperimentOutcome | SearchOutcome }
  | FailedReport;
