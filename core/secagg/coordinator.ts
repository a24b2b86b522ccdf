/**
 * The coordinator's side of a masked-sum session: a pure state machine.
 *
 * `keys -> (beacon ->) shares -> masked-input -> consistency -> unmask -> opening -> ended`
 *
 * A stage closes when every platform that may still answer has answered, or at its deadline. The attempt ends at once when
 * too few platforms are left. Every attempt ends in one of the outcomes of outcome.ts. `handleCoordinator` does not throw, and
 * changes the maps of a state in place: hand a state in only once, and continue with the one returned.
 * @module
 */
import { packetsFor, signaturesFor } from './coordinator/forward.ts';
import { deadline, fault, grants, isOut, rejectLate, settle, withdraw } from './coordinator/progress.ts';
import { receive } from './coordinator/receive.ts';
import { stageBegins } from './coordinator/stages.ts';
import { end, idsOf, remainingOf } from './coordinator/state.ts';
import type {
  CoordinatorSession,
  CoordinatorState,
  CoordinatorStateOf,
  CoordinatorStep,
  OpenCoordinatorState,
} from './coordinator/state.ts';
import { SecaggError } from './errors.ts';
import type { CoordinatorMessage } from './messages.ts';
import { checkCohort, checkTerms, parametersHash } from './parameters.ts';
import type { CoordinatorDependencies, CoordinatorEffect, CoordinatorEvent, SessionParameters } from './session.ts';

export type { CoordinatorState } from './coordinator/state.ts';

/** @throws SecaggError if the parameters break a limit of `checkTerms` or `checkCohort`: every platform would refuse them. */
export function createCoordinatorSession(
  parameters: SessionParameters,
  dependencies: CoordinatorDependencies,
): CoordinatorStep {
  checkTerms(parameters);
  checkCohort(parameters);
  const everyone = parameters.cohort.map((_, index) => index);
  const session: CoordinatorSession = {
    parameters,
    parametersHash: parametersHash(dependencies.engine, parameters),
    dependencies,
    indexOf: new Map(parameters.cohort.map((member, index) => [member.id, index])),
    gone: new Map(),
    silent: new Map(),
    leaves: new Set(),
  };
  return [
    {
      stage: 'keys',
      session,
      expected: everyone,
      remaining: remainingOf(session, everyone),
      answers: new Map(),
      publicKeys: new Set(),
    },
    [stageBegins(session, 'keys', everyone)],
  ];
}

/** Ids of the platforms that hold an upload slot. The driver watches them, and feeds `stalled` for one that sends nothing. */
export function uploadingPlatforms(state: CoordinatorState): readonly string[] {
  return state.stage === 'masked-input' ? idsOf(state.session, state.uploads.uploading) : [];
}

export function handleCoordinator(state: CoordinatorState, event: CoordinatorEvent): CoordinatorStep {
  if (state.stage === 'ended') {
    if (event.kind !== 'message' && event.kind !== 'reconnected') return [state, []];
    const to = event.kind === 'message' ? event.from : event.platform;
    const message = { kind: 'session-end', outcome: state.outcome, text: 'the session is over' } as const;
    return [state, [{ kind: 'send', to, message }]];
  }
  switch (event.kind) {
    case 'message':
      return receive(state, event.from, event.message);
    case 'deadline':
      return event.stage === state.stage ? deadline(state) : [state, []];
    case 'abandon':
      return end(state, event.outcome, event.text);
    case 'grace':
      return state.stage === 'masked-input' ? settle({ ...state, grace: 'over' }, []) : [state, []];
    case 'continue':
      return state.stage === 'opening' ? goOnOpening(state) : [state, []];
    case 'disconnected':
    case 'stalled':
    case 'reconnected':
    case 'lost':
      return connection(state, event.kind, event.platform);
  }
}

function connection(
  state: OpenCoordinatorState,
  kind: 'disconnected' | 'stalled' | 'reconnected' | 'lost',
  id: string,
): CoordinatorStep {
  const platform = state.session.indexOf.get(id);
  if (platform === undefined) return [state, []];
  const uploads = state.stage === 'masked-input' ? state.uploads : null;
  switch (kind) {
    case 'disconnected':
      return [state, grants(state.session, uploads?.pause(platform) ?? [])];
    case 'stalled':
      return [state, grants(state.session, uploads?.drop(platform, true) ?? [])];
    case 'reconnected':
      return [state, repeatFor(state, platform)];
    case 'lost':
      return settle(state, withdraw(state, platform, 'its connection was lost'));
  }
}

/** Repeats the message that the current stage sent to this platform, which may have lost it with its connection. */
function repeatFor(state: OpenCoordinatorState, platform: number): readonly CoordinatorEffect[] {
  const to = state.session.parameters.cohort[platform].id;
  const send = (message: CoordinatorMessage): readonly CoordinatorEffect[] => [{ kind: 'send', to, message }];
  if (isOut(state, platform)) return [rejectLate(to)];
  switch (state.stage) {
    case 'keys':
    case 'opening':
      return [];
    case 'beacon':
    case 'shares':
      return send(state.list);
    case 'masked-input':
      return send(packetsFor(state.dealing, platform));
    case 'consistency':
      return send({ kind: 'survivors', platforms: state.summing.survivors });
    case 'unmask':
      return send(signaturesFor(state, platform));
  }
}

function goOnOpening(state: CoordinatorStateOf<'opening'>): CoordinatorStep {
  const { session, summing, work } = state;
  const slice = work.next();
  if (slice.done !== true) return [state, [{ kind: 'continue' }]];
  if (slice.value !== null) {
    const { dealer, text } = slice.value;
    const error = new SecaggError('SECAGG_REBUILT_SECRET', text, dealer);
    session.gone.set(dealer, `it dealt false shares: ${error.code}`);
    const [ended, effects] = end(
      state,
      'protocol-violation',
      `platform ${session.parameters.cohort[dealer].id}: ${text}`,
    );
    return [ended, [fault(session.parameters.cohort[dealer].id, error), ...effects]];
  }
  const sum = summing.total;
  const { ringBits } = session.parameters;
  if (ringBits < 32) for (let i = 0; i < sum.length; i++) sum[i] &= 2 ** ringBits - 1;
  const [ended, effects] = end(state, 'completed', `the sum over ${summing.survivors.length} platforms was opened`);
  return [ended, [{ kind: 'sum', sum, platforms: idsOf(session, summing.survivors) }, ...effects]];
}
