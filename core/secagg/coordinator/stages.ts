/**
 * Closes each stage: decides which platforms continue, tells them what they need, and begins the next stage.
 * @module
 */
import { OUTCOME_TEXT } from '../outcome.ts';
import type { Outcome } from '../outcome.ts';
import { graphOf } from '../graph.ts';
import type { Graph } from '../graph.ts';
import { KEY_BYTES } from '../messages.ts';
import type { BeaconList, KeyEntry, KeyList } from '../messages.ts';
import { named, sessionIdOf } from '../parameters.ts';
import type { CoordinatorEffect, CoordinatorStage } from '../session.ts';
import { packetsFor, signaturesFor } from './forward.ts';
import { deadWithMasks, openTotal } from './opening.ts';
import { end, idsOf, remainingOf } from './state.ts';
import type {
  Circle,
  CoordinatorSession,
  CoordinatorState,
  CoordinatorStateOf,
  CoordinatorStep,
  Dealing,
  OpenCoordinatorState,
  Summing,
} from './state.ts';
import { Uploads } from './uploads.ts';

const UPLOAD_SLOTS = 4;
const UPLOAD_WINDOW = 8;

export function stageBegins(
  session: CoordinatorSession,
  stage: CoordinatorStage,
  expected: readonly number[],
): CoordinatorEffect {
  return { kind: 'stage', stage, expected: idsOf(session, expected) };
}

const ascending = (platforms: Iterable<number>): readonly number[] => [...platforms].sort((a, b) => a - b);

function asks(
  session: CoordinatorSession,
  expected: readonly number[],
): { session: CoordinatorSession; expected: readonly number[]; remaining: Set<number> } {
  return { session, expected, remaining: remainingOf(session, expected) };
}

/** Fewest answers with which the stage may close. */
export function leastAnswers(state: OpenCoordinatorState): number {
  const { threshold, tNoise, graph } = state.session.parameters;
  switch (state.stage) {
    case 'keys':
    case 'shares':
    case 'masked-input':
      return Math.max(graph.kind === 'complete' ? threshold : threshold + 1, tNoise);
    case 'beacon':
      // A platform that could withhold its opening would choose between two ring orders, so every opening is needed.
      return state.expected.length;
    case 'consistency':
    case 'unmask':
      return threshold;
    case 'opening':
      return 0;
  }
}

/** Ends the attempt for lack of platforms. The codes with which platforms left decide the outcome. */
export function endTooFew(state: OpenCoordinatorState, answered: number): CoordinatorStep {
  const { leaves } = state.session;
  const any = (...codes: readonly string[]): boolean => codes.some((code) => leaves.has(code));
  let outcome: Outcome = 'too-few-platforms';
  if (any('SECAGG_FLOOR', 'SECAGG_HELPERS', 'SECAGG_PARAMETERS')) outcome = 'rejected-by-policy';
  else if (any('SECAGG_KEY_SIGNATURE', 'SECAGG_INCONSISTENT', 'SECAGG_EQUIVOCATION', 'SECAGG_OWN_KEY')) {
    outcome = 'inconsistent-view';
  } else if (any('SECAGG_SEALED_PACKET', 'SECAGG_SHARE_COMMITMENT', 'SECAGG_LOW_ORDER', 'SECAGG_REPEATED_KEY')) {
    outcome = 'protocol-violation';
  }
  const reasons = leaves.size === 0 ? '' : `; platforms left with ${[...leaves].sort().join(', ')}`;
  const text = `stage ${state.stage}: ${answered} of ${leastAnswers(state)} platforms needed${reasons}`;
  return end(state, outcome, outcome === 'too-few-platforms' ? text : `${OUTCOME_TEXT[outcome]} (${text})`);
}

export function closeStage(state: OpenCoordinatorState): CoordinatorStep {
  switch (state.stage) {
    case 'keys':
      return closeKeys(state);
    case 'beacon':
      return closeBeacon(state);
    case 'shares':
      return closeShares(state);
    case 'masked-input':
      return closeMaskedInput(state);
    case 'consistency':
      return closeConsistency(state);
    case 'unmask':
      return closeUnmask(state);
    case 'opening':
      return [state, []];
  }
}

function closeKeys(state: CoordinatorStateOf<'keys'>): CoordinatorStep {
  const { session, answers } = state;
  const { engine } = session.dependencies;
  const platforms = ascending(answers.keys());
  const keys: readonly KeyEntry[] = [...answers]
    .sort(([a], [b]) => a - b)
    .map(([platform, { sealKey, maskKey, beaconCommitment, signature }]) => ({
      platform,
      sealKey,
      maskKey,
      beaconCommitment,
      signature,
    }));
  const list: KeyList = { kind: 'key-list', entries: keys };
  const { parametersHash } = session;
  const namedKeys = named(session.parameters, keys);
  const sessionId = sessionIdOf(engine, parametersHash, namedKeys);
  const tell: readonly CoordinatorEffect[] = [
    { kind: 'persist-keys', sessionId, parametersHash, keys: namedKeys },
    { kind: 'broadcast', to: idsOf(session, platforms), message: list },
  ];
  if (session.parameters.graph.kind === 'complete') {
    const graph = graphOf(engine, session.parameters.graph, sessionId, new Uint8Array(0), keys.length);
    return beginShares(session, circleOf(sessionId, keys, graph), platforms, list, tell);
  }
  const commitments = new Map(keys.map((entry) => [entry.platform, entry.beaconCommitment]));
  return [
    { stage: 'beacon', ...asks(session, platforms), answers: new Map(), commitments, keys, sessionId, list },
    [stageBegins(session, 'beacon', platforms), ...tell],
  ];
}

function closeBeacon(state: CoordinatorStateOf<'beacon'>): CoordinatorStep {
  const { session, answers, keys, sessionId, expected } = state;
  const nonces = new Uint8Array(KEY_BYTES * keys.length);
  keys.forEach((entry, i) => {
    nonces.set(answers.get(entry.platform) ?? new Uint8Array(0), KEY_BYTES * i);
  });
  const list: BeaconList = { kind: 'beacon-list', nonces };
  const graph = graphOf(session.dependencies.engine, session.parameters.graph, sessionId, nonces, keys.length);
  const tell: CoordinatorEffect = { kind: 'broadcast', to: idsOf(session, expected), message: list };
  return beginShares(session, circleOf(sessionId, keys, graph), expected, list, [tell]);
}

function circleOf(sessionId: Uint8Array, keys: readonly KeyEntry[], graph: Graph): Circle {
  return { sessionId, keys, graph, positionOf: new Map(keys.map((entry, i) => [entry.platform, i])) };
}

function beginShares(
  session: CoordinatorSession,
  circle: Circle,
  expected: readonly number[],
  list: KeyList | BeaconList,
  tell: readonly CoordinatorEffect[],
): CoordinatorStep {
  return [
    { stage: 'shares', ...asks(session, expected), answers: new Map(), circle, list },
    [stageBegins(session, 'shares', expected), ...tell],
  ];
}

function closeShares(state: CoordinatorStateOf<'shares'>): CoordinatorStep {
  const { session, answers, circle } = state;
  const { parameters, dependencies } = session;
  const dealing: Dealing = { ...circle, dealt: answers };
  const expected = ascending(answers.keys());
  const uploads = new Uploads(
    parameters,
    dependencies.uploadSlots ?? UPLOAD_SLOTS,
    dependencies.uploadWindow ?? UPLOAD_WINDOW,
  );
  const sends = expected.map((platform): CoordinatorEffect => ({
    kind: 'send',
    to: parameters.cohort[platform].id,
    message: packetsFor(dealing, platform),
  }));
  return [
    { stage: 'masked-input', ...asks(session, expected), dealing, uploads, grace: 'ahead' },
    [stageBegins(session, 'masked-input', expected), ...sends],
  ];
}

function closeMaskedInput(state: CoordinatorStateOf<'masked-input'>): CoordinatorStep {
  const { session, dealing, uploads, expected } = state;
  const survivors = uploads.whole;
  const summing: Summing = { ...dealing, survivors, total: uploads.total };
  // A platform that left after its upload is in the sum but will reveal no share. If a secret can no longer be rebuilt, the
  // attempt ends here, before the survivors are announced.
  const there = survivors.filter((platform) => !session.gone.has(platform));
  const lonely = unrecoverable(summing, new Set(there), session.parameters.threshold);
  if (lonely !== null) return end(state, 'too-few-platforms', lonely);
  const alive = new Set(survivors);
  const late = expected.filter((platform) => !alive.has(platform) && !session.gone.has(platform));
  const tell: CoordinatorEffect[] = late.map((platform) => ({
    kind: 'send',
    to: session.parameters.cohort[platform].id,
    message: { kind: 'rejection', code: 'SECAGG_LATE', text: 'the sum was closed without this platform' },
  }));
  return [
    { stage: 'consistency', ...asks(session, survivors), answers: new Map(), summing },
    [
      stageBegins(session, 'consistency', survivors),
      {
        kind: 'broadcast',
        to: idsOf(session, survivors),
        message: { kind: 'survivors', platforms: survivors },
      },
      ...tell,
    ],
  ];
}

/** Names a platform of whose secret fewer than t holders are in `holdersThere`; null if all secrets can be rebuilt. */
function unrecoverable(summing: Summing, holdersThere: ReadonlySet<number>, threshold: number): string | null {
  const { graph, keys, positionOf } = summing;
  for (const platform of [...summing.survivors, ...deadWithMasks(summing)]) {
    const holders = graph.holders(positionOf.get(platform) ?? -1);
    const there = holders.filter((at) => holdersThere.has(keys[at].platform)).length;
    if (there < threshold) {
      return `${there} platforms hold shares of platform ${platform}; ${threshold} are needed`;
    }
  }
  return null;
}

function closeConsistency(state: CoordinatorStateOf<'consistency'>): CoordinatorStep {
  const { session, summing, answers } = state;
  const expected = ascending(answers.keys());
  const lonely = unrecoverable(summing, new Set(expected), session.parameters.threshold);
  if (lonely !== null) return end(state, 'too-few-platforms', lonely);
  const next: CoordinatorState = {
    stage: 'unmask',
    ...asks(session, expected),
    answers: new Map(),
    summing,
    signatures: answers,
  };
  const begins = stageBegins(session, 'unmask', expected);
  if (session.parameters.graph.kind === 'complete') {
    const [anyone] = expected;
    const message = signaturesFor(next, anyone);
    return [next, [begins, { kind: 'broadcast', to: idsOf(session, expected), message }]];
  }
  const sends = expected.map((platform): CoordinatorEffect => ({
    kind: 'send',
    to: session.parameters.cohort[platform].id,
    message: signaturesFor(next, platform),
  }));
  return [next, [begins, ...sends]];
}

function closeUnmask(state: CoordinatorStateOf<'unmask'>): CoordinatorStep {
  const { session, summing, answers } = state;
  const { threshold } = session.parameters;
  const lonely = unrecoverable(summing, new Set(answers.keys()), threshold);
  if (lonely !== null) return end(state, 'too-few-platforms', lonely);
  const work = openTotal(session.dependencies.engine, threshold, summing, answers);
  return [
    { stage: 'opening', ...asks(session, []), summing, work },
    [stageBegins(session, 'opening', []), { kind: 'continue' }],
  ];
}
