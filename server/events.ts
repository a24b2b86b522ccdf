/**
 * The events that a coordinator emits while it runs, for progress views, metrics and the log. An event holds names,
 * counts and outcomes: never a key, a share, a vector or a pseudonym.
 * @module
 */
import type { Outcome } from '../core/secagg/outcome.ts';
import type { CoordinatorStage } from '../core/secagg/session.ts';
import type { MailOutcome } from '../core/wire/body.ts';
import type { Missed } from './rounds/missed.ts';

/** How the rounds ended. `stopped-early`: the loss of held-out persons has stopped falling. `gave-up` is not final: the rounds continue once a platform that was missing is back. */
export type RoundsEnding = 'completed' | 'stopped-early' | 'budget-exhausted' | 'gave-up';

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
  /** A platform's statement that it gave the attempt up arrived. */
  | { readonly kind: 'statement'; readonly platform: string; readonly round: number; readonly attempt: number }
  /**
   * The coordinator dropped this many statements since the last such event: no attempt fits them, or their signature is
   * wrong.
   */
  | { readonly kind: 'statements-dropped'; readonly count: number }
  /** The coordinator took the attempt's charge back, with this many statements of the platforms in its key list. */
  | {
      readonly kind: 'refund';
      readonly round: number;
      readonly attempt: number;
      readonly statements: number;
      readonly of: number;
    }
  /** The budget holds no further attempt unless these platforms state that they gave an earlier one up. */
  | { readonly kind: 'waiting'; readonly platforms: readonly string[]; readonly seconds: number }
  /** The budget is null in a federation without privacy. */
  | { readonly kind: 'epsilon'; readonly spent: number | null; readonly budget: number | null }
  | { readonly kind: 'declined'; readonly platform: string; readonly code: string }
  /** A platform broke the protocol of the masked sum. */
  | { readonly kind: 'fault'; readonly platform: string; readonly code: string }
  /** A message was refused: by the coordinator (`here`), or by the platform (`there`). */
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
  /** The platform failed again and again. It is left out of the next `attempts` attempts, as long as the others are enough. */
  | { readonly kind: 'sits-out'; readonly platform: string; readonly attempts: number }
  | {
      readonly kind: 'rounds-over';
      readonly ending: RoundsEnding;
      readonly completedRounds: number;
      /** Platforms that the failed attempts lacked, if the round was given up; else empty. */
      readonly missed: readonly Missed[];
    }
  /** A platform that was missing is back, and the coordinator tries the round that was given up again. */
  | { readonly kind: 'rounds-resumed'; readonly round: number }
  | { readonly kind: 'stopped' };

export type CoordinatorListener = (event: CoordinatorEvent) => void;
