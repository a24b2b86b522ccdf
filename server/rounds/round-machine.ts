/**
 * A pure state machine that decides when an attempt opens and when the rounds are over. It knows how many platforms
 * there are, not which, and nothing about the inside of an attempt.
 *
 * `gathering -> attempting -> (pausing | waiting | given-up ->) gathering ... -> over`
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';
import type { RoundsEnding } from '../events.ts';

export interface RoundPolicy {
  /** Rounds to complete. */
  readonly rounds: number;
  /** Smallest number of platforms for an attempt. */
  readonly needed: number;
  /** Time that the ready platforms wait for the others. */
  readonly graceMs: number;
  /** The round is given up after this many failed attempts, until a platform that was missing is back. */
  readonly maxAttempts: number;
  /** Pause after the first failed attempt; doubled after each further one. */
  readonly firstPauseMs: number;
  readonly lastPauseMs: number;
  /** Longest pause before another attempt at a round that was given up. */
  readonly longestRestMs: number;
  /** Time that the rounds wait for a refund if the budget allows no further attempt. */
  readonly statementsMs: number;
}

export type RoundState =
  /** Waits for platforms. `grace` is true if enough are ready and the timer for the others runs. */
  | { readonly kind: 'gathering'; readonly completed: number; readonly failures: number; readonly grace: boolean }
  | { readonly kind: 'attempting'; readonly completed: number; readonly failures: number }
  | { readonly kind: 'pausing'; readonly completed: number; readonly failures: number }
  /** The budget allows no further attempt, but a refund may still free some of it. */
  | { readonly kind: 'waiting'; readonly completed: number; readonly failures: number }
  /** The round is given up until a platform that was missing is back. */
  | { readonly kind: 'given-up'; readonly completed: number; readonly failures: number }
  | { readonly kind: 'over'; readonly completed: number; readonly ending: Exclude<RoundsEnding, 'gave-up'> };

/** The platforms that are there now. */
export interface Present {
  /** Number of platforms that are online and prepared. */
  readonly ready: number;
  /** Number of platforms that they should still wait for. */
  readonly awaited: number;
}

export type RoundEvent =
  | ({ readonly kind: 'ready' } & Present)
  /** The timer that was set last has run out. */
  | ({ readonly kind: 'timer' } & Present)
  /** The budget does not allow the attempt that was about to open. */
  | { readonly kind: 'refused'; readonly mayBeRefunded: boolean }
  /** The ledger took a charge back. */
  | ({ readonly kind: 'refunded' } & Present)
  | ({
      readonly kind: 'attempt-ended';
      readonly outcome: Outcome;
      /** True if the loss of the shared model no longer falls (core/transfer/training/stopping.ts). */
      readonly hasStopped?: boolean;
    } & Present)
  /** A platform that was missing shows that it lives. */
  | { readonly kind: 'back' };

export type RoundEffect =
  | { readonly kind: 'open'; readonly round: number }
  /** The time of grace ran out: nobody is awaited any more. */
  | { readonly kind: 'grace-over' }
  | { readonly kind: 'timer'; readonly delayMs: number }
  | { readonly kind: 'cancel-timer' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'gave-up' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'over'; readonly ending: RoundsEnding };

export type RoundStep = readonly [RoundState, readonly RoundEffect[]];

/** @param completed number of completed rounds in the store. @param hasStopped true if the stored model's loss no longer falls. */
export function beginRounds(policy: RoundPolicy, completed: number, hasStopped = false): RoundStep {
  if (completed >= policy.rounds) return over(completed, 'completed');
  if (hasStopped) return over(completed, 'stopped-early');
  return [{ kind: 'gathering', completed, failures: 0, grace: false }, []];
}

export function handleRound(policy: RoundPolicy, state: RoundState, event: RoundEvent): RoundStep {
  switch (event.kind) {
    case 'ready':
      return state.kind === 'gathering' ? gather(policy, state, event) : [state, []];
    case 'timer':
      return timer(policy, state, event);
    case 'refused':
      return state.kind === 'attempting' ? refused(policy, state, event.mayBeRefunded) : [state, []];
    case 'refunded': {
      if (state.kind !== 'waiting') return [state, []];
      const [next, effects] = gather(policy, { ...state, kind: 'gathering', grace: false }, event);
      return [next, [{ kind: 'cancel-timer' }, ...effects]];
    }
    case 'attempt-ended':
      return state.kind === 'attempting' ? ended(policy, state, event) : [state, []];
    case 'back': {
      if (state.kind !== 'given-up') return [state, []];
      const delayMs = pauseAfter(policy, state.failures);
      return [{ ...state, kind: 'pausing' }, [{ kind: 'resumed' }, { kind: 'timer', delayMs }]];
    }
  }
}

type Gathering = Extract<RoundState, { readonly kind: 'gathering' }>;
type Attempting = Extract<RoundState, { readonly kind: 'attempting' }>;

function timer(policy: RoundPolicy, state: RoundState, present: Present): RoundStep {
  if (state.kind === 'pausing') return gather(policy, { ...state, kind: 'gathering', grace: false }, present);
  if (state.kind === 'waiting') return over(state.completed, 'budget-exhausted');
  if (state.kind !== 'gathering' || !state.grace || present.ready < policy.needed) return [state, []];
  const [next, effects] = open(state);
  return [next, [{ kind: 'grace-over' }, ...effects]];
}

function gather(policy: RoundPolicy, state: Gathering, { ready, awaited }: Present): RoundStep {
  if (ready < policy.needed) {
    // A platform left during the time of grace, which starts again once enough are ready.
    return [{ ...state, grace: false }, state.grace ? [{ kind: 'cancel-timer' }] : []];
  }
  if (awaited === 0) {
    const [next, effects] = open(state);
    return [next, state.grace ? [{ kind: 'cancel-timer' }, ...effects] : effects];
  }
  if (state.grace) return [state, []];
  return [{ ...state, grace: true }, [{ kind: 'timer', delayMs: policy.graceMs }]];
}

function open({ completed, failures }: Gathering): RoundStep {
  return [{ kind: 'attempting', completed, failures }, [{ kind: 'open', round: completed + 1 }]];
}

function ended(
  policy: RoundPolicy,
  state: Attempting,
  event: Extract<RoundEvent, { readonly kind: 'attempt-ended' }>,
): RoundStep {
  const { outcome, hasStopped = false } = event;
  if (outcome === 'completed') {
    const completed = state.completed + 1;
    if (completed >= policy.rounds) return over(completed, 'completed');
    if (hasStopped) return over(completed, 'stopped-early');
    return gather(policy, { kind: 'gathering', completed, failures: 0, grace: false }, event);
  }
  const { completed } = state;
  if (outcome === 'budget-exhausted') return over(completed, 'budget-exhausted');
  const failures = state.failures + 1;
  if (failures >= policy.maxAttempts) return [{ kind: 'given-up', completed, failures }, [{ kind: 'gave-up' }]];
  return [{ kind: 'pausing', completed, failures }, [{ kind: 'timer', delayMs: pauseAfter(policy, failures) }]];
}

function pauseAfter(policy: RoundPolicy, failures: number): number {
  const longest = failures < policy.maxAttempts ? policy.lastPauseMs : policy.longestRestMs;
  return Math.min(longest, policy.firstPauseMs * 2 ** (failures - 1));
}

function refused(policy: RoundPolicy, { completed, failures }: Attempting, mayBeRefunded: boolean): RoundStep {
  if (!mayBeRefunded) return over(completed, 'budget-exhausted');
  return [
    { kind: 'waiting', completed, failures },
    [{ kind: 'timer', delayMs: policy.statementsMs }, { kind: 'waiting' }],
  ];
}

function over(completed: number, ending: Exclude<RoundsEnding, 'gave-up'>): RoundStep {
  return [{ kind: 'over', completed, ending }, [{ kind: 'cancel-timer' }, { kind: 'over', ending }]];
}
