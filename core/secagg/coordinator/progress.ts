/**
 * Decides when a stage closes and when the attempt ends, and addresses effects to platforms.
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

/** True if the platform takes no further part in the session: it is gone, or a stage closed without its answer. */
export function isOut(state: OpenCoordinatorState, platform: number): boolean {
  if (state.session.gone.has(platform)) return true;
  if (state.stage === 'opening') return false;
  const has = state.stage === 'masked-input' ? state.uploads.has(platform) : state.answers.has(platform);
  return !has && !state.remaining.has(platform);
}

/**
 * Closes the stage when no platform is left to wait for, and ends the attempt when too few can still answer. It repeats this,
 * because every platform that the next stage would wait for may already be gone.
 */
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
 * Charges for the attempt and grants the first uploads, once enough platforms have asked to upload and each of the others has
 * asked too, is gone, or has had its time. A platform that dies before then costs nobody any budget.
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

/** Closes the stage at its deadline with the platforms that have answered, or ends the attempt if they are too few. */
export function deadline(state: OpenCoordinatorState): CoordinatorStep {
  if (state.stage === 'opening') return [state, []];
  // A platform that waits for an upload slot does not count as silent: the coordinator has not granted it one yet.
  const patient = state.stage === 'masked-input' ? state.uploads.patient : [];
  for (const platform of state.remaining) {
    if (!patient.includes(platform)) state.session.silent.set(platform, state.stage);
  }
  if (answered(state) < leastAnswers(state)) return endTooFew(state, answered(state));
  state.remaining.clear();
  return settle(state, []);
}

/** Records that the platform will not answer any more, and frees its upload slot. @param because the reason, in words. */
export function withdraw(state: OpenCoordinatorState, platform: number, because: string): readonly CoordinatorEffect[] {
  const { session } = state;
  // A platform that is lost while the sum is opened has already done its part.
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
