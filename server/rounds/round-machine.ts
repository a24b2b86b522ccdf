/**
 * When an attempt opens and when the rounds are over: a pure state machine. It knows numbers of platforms, not who they
 * are, and nothing of what an attempt does inside.
 *
 * `gathering -> attempting -> (pausing | waiting ->) gathering ... -> over`
 * @module
 */
import type { Outcome } from '../../core/secagg/outcome.ts';
import type { RoundsEnding } from '../events.ts';

export interface RoundPolicy {
  /** Rounds to complete. */
  readonly rounds: number;
  /** Platforms in the manifest. */
  readonly platforms: number;
  /** Fewest that an attempt is opened with. */
  readonly needed: number;
  /** How long those that are ready wait for the others. */
  readonly graceMs: number;
  /** Failed attempts at one round after which it is given up. */
  readonly maxAttempts: number;
  /** Pause after the first failed attempt; doubled after each further one. */
  readonly firstPauseMs: number;
  readonly lastPauseMs: number;
  /** How long a budget that holds no further attempt waits for a refund. */
  readonly statementsMs: number;
}

export type RoundState =
  /** Waits for platforms. `grace`: enough are ready, and the others have until the timer. */
  | { readonly kind: 'gathering'; readonly completed: number; readonly failures: number; readonly grace: boolean }
  | { readonly kind: 'attempting'; readonly completed: number; readonly failures: number }
  | { readonly kind: 'pausing'; readonly completed: number; readonly failures: number }
  /** The budget holds no further attempt, and a refund may still free room. */
  | { readonly kind: 'waiting'; readonly completed: number; readonly failures: number }
  | { readonly kind: 'over'; readonly completed: number; readonly ending: RoundsEnding };

export type RoundEvent =
  /** So many platforms are online and prepared now. */
  | { readonly kind: 'ready'; readonly platforms: number }
  /** The timer that was last set has run out. */
  | { readonly kind: 'timer'; readonly ready: number }
  /** The budget does not hold the attempt that was to be opened. */
  | { readonly kind: 'refused'; readonly mayBeRefunded: boolean }
  /** A charge was taken back. */
  | { readonly kind: 'refunded'; readonly ready: number }
  | { readonly kind: 'attempt-ended'; readonly outcome: Outcome; readonly ready: number };

export type RoundEffect =
  | { readonly kind: 'open'; readonly round: number }
  | { readonly kind: 'timer'; readonly delayMs: number }
  | { readonly kind: 'cancel-timer' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'over'; readonly ending: RoundsEnding };

export type RoundStep = readonly [RoundState, readonly RoundEffect[]];

/** @param completed rounds that a store remembers. */
export function beginRounds(policy: RoundPolicy, completed: number): RoundStep {
  if (completed >= policy.rounds) return over(completed, 'completed');
  return [{ kind: 'gathering', completed, failures: 0, grace: false }, []];
}

export function handleRound(policy: RoundPolicy, state: RoundState, event: RoundEvent): RoundStep {
  switch (event.kind) {
    case 'ready':
      return state.kind === 'gathering' ? gather(policy, state, event.platforms) : [state, []];
    case 'timer':
      if (state.kind === 'pausing') return gather(policy, { ...state, kind: 'gathering', grace: false }, event.ready);
      if (state.kind === 'gathering' && state.grace && event.ready >= policy.needed) return open(state);
      if (state.kind === 'waiting') return over(state.completed, 'budget-exhausted');
      return [state, []];
    case 'refused':
      return state.kind === 'attempting' ? refused(policy, state, event.mayBeRefunded) : [state, []];
    case 'refunded': {
      if (state.kind !== 'waiting') return [state, []];
      const [next, effects] = gather(policy, { ...state, kind: 'gathering', grace: false }, event.ready);
      return [next, [{ kind: 'cancel-timer' }, ...effects]];
    }
    case 'attempt-ended':
      return state.kind === 'attempting' ? ended(policy, state, event.outcome, event.ready) : [state, []];
  }
}

type Gathering = Extract<RoundState, { readonly kind: 'gathering' }>;
type Attempting = Extract<RoundState, { readonly kind: 'attempting' }>;

function gather(policy: RoundPolicy, state: Gathering, ready: number): RoundStep {
  if (ready >= policy.platforms) {
    const [next, effects] = open(state);
    return [next, state.grace ? [{ kind: 'cancel-timer' }, ...effects] : effects];
  }
  if (ready < policy.needed) {
    // Someone left in the time of grace: it begins anew once enough are back.
    return [{ ...state, grace: false }, state.grace ? [{ kind: 'cancel-timer' }] : []];
  }
  if (state.grace) return [state, []];
  return [{ ...state, grace: true }, [{ kind: 'timer', delayMs: policy.graceMs }]];
}

function open({ completed, failures }: Gathering): RoundStep {
  return [{ kind: 'attempting', completed, failures }, [{ kind: 'open', round: completed + 1 }]];
}

function ended(policy: RoundPolicy, state: Attempting, outcome: Outcome, ready: number): RoundStep {
  if (outcome === 'completed') {
    const completed = state.completed + 1;
    if (completed >= policy.rounds) return over(completed, 'completed');
    return gather(policy, { kind: 'gathering', completed, failures: 0, grace: false }, ready);
  }
  if (outcome === 'budget-exhausted') return over(state.completed, 'budget-exhausted');
  const failures = state.failures + 1;
  if (failures >= policy.maxAttempts) return over(state.completed, 'gave-up');
  const delayMs = Math.min(policy.lastPauseMs, policy.firstPauseMs * 2 ** (failures - 1));
  return [{ kind: 'pausing', completed: state.completed, failures }, [{ kind: 'timer', delayMs }]];
}

function refused(policy: RoundPolicy, { completed, failures }: Attempting, mayBeRefunded: boolean): RoundStep {
  if (!mayBeRefunded) return over(completed, 'budget-exhausted');
  return [
    { kind: 'waiting', completed, failures },
    [{ kind: 'timer', delayMs: policy.statementsMs }, { kind: 'waiting' }],
  ];
}

function over(completed: number, ending: RoundsEnding): RoundStep {
  return [{ kind: 'over', completed, ending }, [{ kind: 'cancel-timer' }, { kind: 'over', ending }]];
}
