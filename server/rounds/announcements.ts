/**
 * The messages in which the coordinator tells platforms the state of the rounds.
 * @module
 */
import { OUTCOME_TEXT } from '../../core/secagg/outcome.ts';
import type { Outcome } from '../../core/secagg/outcome.ts';
import type { AttemptEndBody } from '../../core/wire/body.ts';
import type { CompletedRound, RoundStore } from '../store/coordinator-store.ts';
import { missedText } from './missed.ts';
import type { Missed } from './missed.ts';
import type { RoundState } from './round-machine.ts';

export interface EndAnnouncement {
  readonly round: number;
  /** Number of the attempt; 0: no further attempt will be made. */
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly text: string;
  readonly completedRounds: number;
  /** The next shared model, if the attempt completed. */
  readonly model?: Float32Array;
}

export function attemptEnd({ model = new Float32Array(0), ...rest }: EndAnnouncement): AttemptEndBody {
  return { kind: 'attempt-end', ...rest, model };
}

/** The last completed round, for a platform that may have missed it. */
export function latestRound(latest: CompletedRound | undefined, store: RoundStore): AttemptEndBody | undefined {
  if (latest === undefined) return undefined;
  const { round, model } = latest;
  const attempt = store.lastAttempt(round);
  return attemptEnd({
    round,
    attempt,
    outcome: 'completed',
    text: OUTCOME_TEXT.completed,
    completedRounds: round,
    model,
  });
}

/**
 * The message that no further round will come although some were planned, or that the rounds pause. Undefined while
 * they continue, or once all are completed.
 * @param failure outcome of the last failed attempt.
 * @param missed platforms that the failed attempts lacked.
 */
export function lastWord(state: RoundState, failure: Outcome, missed: readonly Missed[]): AttemptEndBody | undefined {
  if (state.kind !== 'over' && state.kind !== 'given-up') return undefined;
  const { completed } = state;
  const told = { round: completed + 1, attempt: 0, completedRounds: completed };
  if (state.kind === 'given-up') return attemptEnd({ ...told, outcome: failure, text: gaveUpText(told.round, missed) });
  // The shared model itself tells every platform that the rounds stopped early.
  if (state.ending === 'completed' || state.ending === 'stopped-early') return undefined;
  return attemptEnd({ ...told, outcome: 'budget-exhausted', text: OUTCOME_TEXT['budget-exhausted'] });
}

/** The reason why a round is given up, and the condition under which it continues. */
export function gaveUpText(round: number, missed: readonly Missed[]): string {
  const text = `round ${round} is given up for now, after as many failed attempts as the manifest allows`;
  if (missed.length === 0) return text;
  return `${text}; missing: ${missedText(missed)}. The coordinator tries it again once one of them is back`;
}
