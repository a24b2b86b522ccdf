/**
 * When a stage goes on, and how effects are addressed.
 * @module
 */
import type { SecaggError } from '../errors.ts';
import type { CoordinatorEffect } from '../session.ts';
import { closeStage, endTooFew, leastAnswers } from './stages.ts';
import type {
  CoordinatorSession,
  CoordinatorState,
  CoordinatorStateOf,
  CoordinatorStep,
  OpenCoordinatorState,
} from './state.ts';
import type { Grant } from './uploads.ts';

export function answered(state: OpenCoordinatorState): number {
  if (state.stage === 'masked-input') return state.uploads.wholeCount;
  return state.stage === 'opening' ? 0 : state.answers.size;
}

/** A platform that has no further part in the session. */
export function isOut(state: OpenCoordinatorState, platform: number): boolean {
  if (state.session.gone.has(platform)) return true;
  if (state.stage === 'opening') return false;
  const has = state.stage === 'masked-input' ? state.uploads.has(platform) : state.answers.has(platform);
  return !has && !state.remaining.has(platform);
}

/** Goes on when nobody is left to wait for, ends when too few can still answer; a stage everybody has left goes on at once. */
export function settle(state: OpenCoordinatorState, effects: readonly CoordinatorEffect[]): CoordinatorStep {
  const all = [...effects];
  let open: OpenCoordinatorState = state;
  for (;;) {
    if (open.stage === 'opening') return [open, all];
    if (open.stage === 'masked-input') {
      const [begun, first] = firstGrants(open);
      all.push(...first);
      open = begun;
    }
    const possible = answered(open) + open.remaining.size;
    const short = possible < leastAnswers(open);
    if (!short && open.remaining.size > 0) return [open, all];
    const [next, more]: readonly [CoordinatorState, readonly CoordinatorEffect[]] = short
      ? endTooFew(open, possible)
      : closeStage(open);
    all.push(...more);
    if (next.stage === 'ended') return [next, all];
    open = next;
  }
}

/**
 * The first uploads are granted, and the attempt charged for, once enough platforms have asked for a sum and the others have
 * asked too, are gone, or had their time: who dies before that costs nobody anything.
 */
function firstGrants(
  state: CoordinatorStateOf<'masked-input'>,
): readonly [CoordinatorStateOf<'masked-input'>, readonly CoordinatorEffect[]] {
  const { session, uploads, remaining, dealing, grace } = state;
  if (uploads.isOpen || uploads.waiting.length < leastAnswers(state)) return [state, []];
  if (grace === 'over' || uploads.waiting.length === remaining.size) {
    return [state, [{ kind: 'charge', sessionId: dealing.sessionId }, ...grants(session, uploads.open())]];
  }
  return grace === 'ahead' ? [{ ...state, grace: 'running' }, [{ kind: 'grace' }]] : [state, []];
}

/** At its deadline a stage goes on with who has answered. */
export function deadline(state: OpenCoordinatorState): CoordinatorStep {
  if (state.stage === 'opening') return [state, []];
  for (const platform of state.remaining) state.session.silent.set(platform, state.stage);
  if (answered(state) < leastAnswers(state)) return endTooFew(state, answered(state));
  state.remaining.clear();
  return settle(state, []);
}

/** The platform will not answer any more. @param because in words. */
export function withdraw(state: OpenCoordinatorState, platform: number, because: string): readonly CoordinatorEffect[] {
  const { session } = state;
  // Who is lost while the sum is opened has done its part.
  if (state.stage !== 'opening' && !session.gone.has(platform)) session.gone.set(platform, because);
  state.remaining.delete(platform);
  return state.stage === 'masked-input' ? grants(session, state.uploads.drop(platform, false)) : [];
}

export function grants(session: CoordinatorSession, list: readonly Grant[]): readonly CoordinatorEffect[] {
  return list.map(({ platform, message }) => ({ kind: 'send', to: session.parameters.cohort[platform].id, message }));
}

export function reject(to: string, error: SecaggError): CoordinatorEffect {
  return { kind: 'send', to, message: { kind: 'rejection', code: error.code, text: error.message } };
}

export function rejectLate(to: string): CoordinatorEffect {
  const text = 'the session went on without this platform';
  return { kind: 'send', to, message: { kind: 'rejection', code: 'SECAGG_LATE', text } };
}

export function fault(platform: string, error: SecaggError): CoordinatorEffect {
  return { kind: 'fault', fault: { platform, code: error.code, text: error.message } };
}
