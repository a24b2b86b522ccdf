/**
 * What a coordinator tells while it runs, for progress views, metrics and the log. Names, counts and outcomes: never a
 * key, a share, a vector or a pseudonym.
 * @module
 */
import type { Outcome } from '../core/secagg/outcome.ts';
import type { CoordinatorStage } from '../core/secagg/session.ts';
import type { MailOutcome } from '../core/wire/body.ts';
import type { Missed } from './rounds/missed.ts';

/** How the rounds came to an end. `gave-up`: for now; they go on once a platform that was missing is back. */
export type RoundsEnding = 'completed' | 'budget-exhausted' | 'gave-up';

export type CoordinatorEvent =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'platform'; readonly platform: string; readonly state: 'online' | 'offline' | 'lost' }
  | {
      readonly kind: 'progress';
      readonly platform: string;
      readonly stage: string;
      readonly fraction: number;
      readonly prepared: boolean;
    }
  | {
      readonly kind: 'attempt';
      readonly round: number;
      readonly of: number;
      readonly attempt: number;
      readonly cohort: readonly string[];
    }
  | {
      readonly kind: 'stage';
      readonly round: number;
      readonly attempt: number;
      readonly stage: CoordinatorStage;
      readonly platforms: number;
    }
  /** A stage is over. */
  | { readonly kind: 'stage-ended'; readonly stage: CoordinatorStage; readonly seconds: number }
  | {
      readonly kind: 'attempt-ended';
      readonly round: number;
      readonly attempt: number;
      readonly outcome: Outcome;
      readonly text: string;
      readonly charged: boolean;
      readonly seconds: number;
      readonly completedRounds: number;
    }
  /** A platform stated that it gave the attempt up. */
  | { readonly kind: 'statement'; readonly platform: string; readonly round: number; readonly attempt: number }
  /** Statements of attempts that none can be of, or that nobody signed; so many since the last such event. */
  | { readonly kind: 'statements-dropped'; readonly count: number }
  /** The attempt's charge is taken back, on so many statements of those in its key list. */
  | {
      readonly kind: 'refund';
      readonly round: number;
      readonly attempt: number;
      readonly statements: number;
      readonly of: number;
    }
  /** The budget holds no further attempt unless these platforms state that they gave an earlier one up. */
  | { readonly kind: 'waiting'; readonly platforms: readonly string[]; readonly seconds: number }
  /** A null budget: a federation without privacy. */
  | { readonly kind: 'epsilon'; readonly spent: number | null; readonly budget: number | null }
  | { readonly kind: 'declined'; readonly platform: string; readonly code: string }
  /** What a platform did wrong in the masked sum. */
  | { readonly kind: 'fault'; readonly platform: string; readonly code: string }
  /** A message that was not taken: by this end (`here`), or by the platform (`there`). */
  | {
      readonly kind: 'failure';
      readonly platform: string | null;
      readonly code: string;
      readonly seen: 'here' | 'there';
    }
  | {
      readonly kind: 'mail';
      readonly from: string;
      readonly to: string;
      readonly outcome: MailOutcome;
      readonly bytes: number;
    }
  /** The platform failed again and again. It is not invited to the next so many attempts, if the others are enough. */
  | { readonly kind: 'sits-out'; readonly platform: string; readonly attempts: number }
  | {
      readonly kind: 'rounds-over';
      readonly ending: RoundsEnding;
      readonly completedRounds: number;
      /** Platforms that the failed attempts lacked, if the round was given up; else empty. */
      readonly missed: readonly Missed[];
    }
  /** A platform that was missing is back: the round that was given up is tried again. */
  | { readonly kind: 'rounds-resumed'; readonly round: number }
  | { readonly kind: 'stopped' };

export type CoordinatorListener = (event: CoordinatorEvent) => void;
