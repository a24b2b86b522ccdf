/**
 * Events of a running simulation, for a progress view or a log.
 * @module
 */
import type { Spent } from './hosts/spent.ts';

export type SimulationEvent =
  | { readonly kind: 'world'; readonly name: string; readonly platforms: readonly string[] }
  /** Everything the run leaves behind will be in this folder. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** Baselines and ceiling are measured, beside the trials of a seed; in one process before them. */
  | { readonly kind: 'references'; readonly target: string; readonly seed: string }
  | { readonly kind: 'references-progress'; readonly baseline: string; readonly fraction: number }
  | { readonly kind: 'references-ended'; readonly target: string; readonly seed: string; readonly seconds: number }
  | { readonly kind: 'trial-started'; readonly trial: TrialName; readonly index: number; readonly of: number }
  | { readonly kind: 'platform'; readonly platform: string; readonly stage: string; readonly fraction: number }
  | { readonly kind: 'platform-restarted'; readonly platform: string; readonly because: string }
  | {
      readonly kind: 'round';
      readonly round: number;
      readonly of: number;
      readonly attempt: number;
      /** Stage of the masked sum while the attempt is open, and its outcome afterwards. */
      readonly stage: string;
    }
  /** `budget` is null without privacy. */
  | { readonly kind: 'epsilon'; readonly spent: number | null; readonly budget: number | null }
  /** `figures`: the quality of the strategy beside prior and ceiling, in words. */
  | { readonly kind: 'trial-ended'; readonly trial: TrialName; readonly seconds: number; readonly figures: string }
  | ({ readonly kind: 'spent' } & Spent)
  /** The run failed or was stopped. The trials that had ended are in this folder. */
  | { readonly kind: 'kept'; readonly folder: string; readonly ended: number; readonly of: number }
  | { readonly kind: 'note'; readonly text: string };

export interface TrialName {
  readonly seed: string;
  readonly strategy: string;
  readonly release: string;
  readonly epsilon: number | null;
}

export const trialText = (trial: TrialName): string =>
  `${trial.strategy}, ${trial.release}, ${trial.epsilon === null ? 'no eps' : `eps ${trial.epsilon}`}, seed ${trial.seed}`;
