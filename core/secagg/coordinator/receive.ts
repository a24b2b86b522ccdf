/**
 * Takes one message from one platform: decides whether it belongs to the stage, checks it, and keeps it.
 * @module
 */
import { equalBytes, toHex } from '../../encoding/canonical-bytes.ts';
import { SecaggError } from '../errors.ts';
import { expectBytes } from '../guards.ts';
import { KEY_BYTES } from '../messages.ts';
import type { PlatformMessage } from '../messages.ts';
import { commitBeacon } from '../packet.ts';
import { sameMessage } from '../same-message.ts';
import type { CoordinatorEffect, CoordinatorStage } from '../session.ts';
import { checkAdvertisedKeys, checkConsistencySignature, checkReveals, checkShareKeys } from './answers.ts';
import { fault, grants, isOut, reject, rejectLate, settle, withdraw } from './progress.ts';
import type { CoordinatorSession, CoordinatorStateOf, CoordinatorStep, OpenCoordinatorState } from './state.ts';

const STAGE_OF: Readonly<Record<Exclude<PlatformMessage['kind'], 'leave'>, CoordinatorStage>> = {
  'advertise-keys': 'keys',
  'beacon-reveal': 'beacon',
  'share-keys': 'shares',
  'upload-request': 'masked-input',
  'masked-chunk': 'masked-input',
  'consistency-signature': 'consistency',
  reveals: 'unmask',
};

export function receive(state: OpenCoordinatorState, from: string, message: PlatformMessage): CoordinatorStep {
  const { session } = state;
  const platform = session.indexOf.get(from);
  if (platform === undefined) {
    const error = new SecaggError('SECAGG_UNKNOWN_PLATFORM', 'the sender is not in the cohort');
    return [state, [reject(from, error), fault(from, error)]];
  }
  if (message.kind === 'leave') {
    session.leaves.add(message.code);
    const named: CoordinatorEffect = {
      kind: 'fault',
      fault: { platform: from, code: message.code, text: message.text },
    };
    return settle(state, [named, ...withdraw(state, platform, `it left with ${message.code}`)]);
  }
  if (isOut(state, platform)) return [state, [rejectLate(from)]];
  if (STAGE_OF[message.kind] !== state.stage) {
    // The platform stays in the session: it repeats a message after a lost connection, or it is ahead of the stage.
    return [state, [reject(from, new SecaggError('SECAGG_WRONG_STAGE', `${message.kind} while ${state.stage}`))]];
  }
  try {
    return settle(state, take(state, platform, message));
  } catch (error) {
    return refuse(state, platform, error);
  }
}

/**
 * Names the sender of a bad answer and withdraws it from the session. A repeated message, or a chunk that was under way when
 * a new grant left, is only rejected.
 */
function refuse(state: OpenCoordinatorState, platform: number, error: unknown): CoordinatorStep {
  const { id } = state.session.parameters.cohort[platform];
  const refusal =
    error instanceof SecaggError ? error : new SecaggError('SECAGG_SIZE', 'the message is malformed', platform);
  if (refusal.code === 'SECAGG_DUPLICATE' || refusal.code === 'SECAGG_CHUNK') return [state, [reject(id, refusal)]];
  const told = [reject(id, refusal), fault(id, refusal)];
  // The first of the two different answers was valid and still counts.
  if (refusal.code === 'SECAGG_EQUIVOCATION') return [state, told];
  return settle(state, [...told, ...withdraw(state, platform, `its message was refused: ${refusal.code}`)]);
}

/** Checks one answer and keeps it. @throws SecaggError if the answer is bad; nothing of it is kept then. */
function take(state: OpenCoordinatorState, platform: number, message: PlatformMessage): readonly CoordinatorEffect[] {
  const { session } = state;
  if (state.stage === 'keys' && message.kind === 'advertise-keys') {
    if (repeats(state.answers, platform, message)) return duplicate(session, platform);
    checkAdvertisedKeys(session, state.publicKeys, platform, message);
    state.publicKeys.add(toHex(message.sealKey)).add(toHex(message.maskKey));
    state.answers.set(platform, message);
  } else if (state.stage === 'beacon' && message.kind === 'beacon-reveal') {
    if (repeats(state.answers, platform, message.nonce)) return duplicate(session, platform);
    checkBeacon(state, platform, message.nonce);
    state.answers.set(platform, message.nonce);
  } else if (state.stage === 'shares' && message.kind === 'share-keys') {
    if (repeats(state.answers, platform, message)) return duplicate(session, platform);
    checkShareKeys(state.circle, platform, message);
    state.answers.set(platform, message);
  } else if (state.stage === 'masked-input' && message.kind === 'upload-request') {
    return grants(session, state.uploads.request(platform));
  } else if (state.stage === 'masked-input' && message.kind === 'masked-chunk') {
    const granted = grants(session, state.uploads.chunk(platform, message));
    if (state.uploads.has(platform)) state.remaining.delete(platform);
    return granted;
  } else if (state.stage === 'consistency' && message.kind === 'consistency-signature') {
    if (repeats(state.answers, platform, message.signature)) return duplicate(session, platform);
    checkConsistencySignature(session, state.summing, platform, message);
    state.answers.set(platform, message.signature);
  } else if (state.stage === 'unmask' && message.kind === 'reveals') {
    if (repeats(state.answers, platform, message.reveals)) return duplicate(session, platform);
    checkReveals(session, state.summing, platform, message.reveals);
    state.answers.set(platform, message.reveals);
  }
  state.remaining.delete(platform);
  return [];
}

/**
 * True if the platform has already given this very answer.
 * @throws SecaggError SECAGG_EQUIVOCATION if it gave a different one.
 */
function repeats<T>(answers: ReadonlyMap<number, T>, platform: number, answer: T): boolean {
  if (!answers.has(platform)) return false;
  if (sameMessage(answers.get(platform), answer)) return true;
  throw new SecaggError('SECAGG_EQUIVOCATION', `platform ${platform} answered twice, differently`, platform);
}

function duplicate(session: CoordinatorSession, platform: number): readonly CoordinatorEffect[] {
  const error = new SecaggError('SECAGG_DUPLICATE', 'the first one counts');
  return [reject(session.parameters.cohort[platform].id, error)];
}

/** @throws SecaggError SECAGG_SIZE, SECAGG_BEACON */
function checkBeacon(state: CoordinatorStateOf<'beacon'>, platform: number, nonce: Uint8Array): void {
  const { session, commitments } = state;
  expectBytes('the beacon nonce', nonce, KEY_BYTES, platform);
  const opened = commitBeacon(session.dependencies.engine, session.parametersHash, platform, nonce);
  if (!equalBytes(opened, commitments.get(platform) ?? new Uint8Array(0))) {
    throw new SecaggError('SECAGG_BEACON', `platform ${platform}`, platform);
  }
}
