/**
 * A platform's side of a masked-sum session: a pure state machine.
 *
 * `awaiting-keys -> (awaiting-beacon ->) awaiting-packets -> masked-input -> awaiting-signatures -> revealed -> closed`
 *
 * Handling an event returns the next state and the effects. The state handed in must not be used again, because its secrets may
 * be wiped in place. A message that breaks the protocol closes the session with a typed error and wipes its keys. A message
 * that is merely late, early or repeated is ignored, also with a typed error. Nothing throws.
 * @module
 */
import { SecaggError } from './errors.ts';
import type { CoordinatorMessage } from './messages.ts';
import { commitBeacon } from './packet.ts';
import { attemptKey, checkCohort, checkFloor, checkTerms, keysToSign, parametersHash } from './parameters.ts';
import { onBeaconList, onKeyList } from './platform/keys.ts';
import { PublicFacts } from './platform/public-facts.ts';
import { onSharePackets } from './platform/shares.ts';
import { abort, ignore, wipe } from './platform/state.ts';
import type { OnceMessage, PlatformState, PlatformStep } from './platform/state.ts';
import { onConsistencySignatures, onSurvivors } from './platform/unmask.ts';
import { onUpdate, onUploadGrant, rewind } from './platform/upload.ts';
import { sameMessage } from './same-message.ts';
import type { PlatformDependencies, PlatformEvent, PlatformIdentity, SessionParameters } from './session.ts';
import { messageOf } from '../errors/coded-error.ts';

export type { PlatformState } from './platform/state.ts';

/**
 * Begins an attempt: checks the parameters against the protocol and this platform's floor, draws fresh keys and advertises
 * them. A refusal does not throw: it is the state `closed`, with an `abort` effect.
 */
export function createPlatformSession(
  parameters: SessionParameters,
  me: PlatformIdentity,
  dependencies: PlatformDependencies,
): PlatformStep {
  try {
    return begin(parameters, me, dependencies);
  } catch (error) {
    const refusal = asSecaggError(error);
    return [
      { stage: 'closed', because: refusal.code },
      [
        { kind: 'send', message: { kind: 'leave', code: refusal.code, about: refusal.about, text: refusal.message } },
        { kind: 'abort', error: refusal },
      ],
    ];
  }
}

function begin(
  parameters: SessionParameters,
  identity: PlatformIdentity,
  dependencies: PlatformDependencies,
): PlatformStep {
  const { engine, random, floor } = dependencies;
  const facts = dependencies.facts ?? new PublicFacts();
  checkTerms(parameters);
  const hash = parametersHash(engine, parameters);
  facts.of('cohort', [hash], () => checkCohort(parameters));
  checkFloor(parameters, floor);
  const me = parameters.cohort.findIndex((member) => member.id === identity.id);
  if (me === -1)
    throw new SecaggError('SECAGG_UNKNOWN_PLATFORM', `${identity.id} is not in the cohort it was invited to`);
  const attempt = attemptKey(engine, parameters);
  if (dependencies.isEntered(attempt)) {
    throw new SecaggError('SECAGG_SPENT', `round ${parameters.round}, attempt ${parameters.attempt}`);
  }
  const secrets = {
    wiped: false,
    sealKey: random.bytes(32),
    maskKey: random.bytes(32),
    selfMaskSeed: new Uint8Array(32),
    beaconNonce: parameters.graph.kind === 'complete' ? new Uint8Array(0) : random.bytes(32),
    boxKeys: new Map(),
    pairwise: new Map(),
    masks: [],
    held: new Map(),
  };
  const sealAgreement = engine.x25519(secrets.sealKey);
  const maskAgreement = engine.x25519(secrets.maskKey);
  const keys = {
    sealKey: sealAgreement.publicKey,
    maskKey: maskAgreement.publicKey,
    beaconCommitment:
      parameters.graph.kind === 'complete' ? new Uint8Array(0) : commitBeacon(engine, hash, me, secrets.beaconNonce),
  };
  const signature = engine.sign(keysToSign(hash, me, keys), identity.secretKey);
  const message = { kind: 'advertise-keys', ...keys, signature } as const;
  return [
    {
      stage: 'awaiting-keys',
      session: {
        parameters,
        parametersHash: hash,
        attempt,
        dependencies,
        facts,
        identity,
        me,
        secrets,
        sealAgreement,
        maskAgreement,
        update: null,
        taken: {},
        sent: [message],
      },
    },
    [
      {
        kind: 'persist-entered',
        entered: { attempt, parametersHash: hash, sealKey: keys.sealKey, maskKey: keys.maskKey },
      },
      { kind: 'send', message },
    ],
  ];
}

export function handlePlatform(state: PlatformState, event: PlatformEvent): PlatformStep {
  if (state.stage === 'closed') {
    return ignore(
      state,
      new SecaggError('SECAGG_CLOSED', `it ended with ${state.because}; ${event.kind} was discarded`),
    );
  }
  try {
    return take(state, event);
  } catch (error) {
    return abort(state.session, asSecaggError(error));
  }
}

type Open = Exclude<PlatformState, { readonly stage: 'closed' }>;

function take(state: Open, event: PlatformEvent): PlatformStep {
  switch (event.kind) {
    case 'update':
      return onUpdate(state, event.vector);
    case 'resume':
      if (state.stage === 'masked-input') return rewind(state);
      return [state, state.session.sent.map((message) => ({ kind: 'send', message }))];
    case 'stop':
      return abort(state.session, event.error);
    case 'session-end':
      wipe(state.session.secrets);
      return [{ stage: 'closed', because: event.outcome }, [{ kind: 'done', outcome: event.outcome }]];
    case 'rejection':
      // The message was too late for its stage, so this platform is out and its keys have no further use.
      if (event.code === 'SECAGG_LATE') return abort(state.session, new SecaggError('SECAGG_LATE', event.text));
      return ignore(state, new SecaggError('SECAGG_WRONG_STAGE', `the coordinator rejected a message: ${event.text}`));
    case 'upload-grant':
      if (state.stage === 'masked-input') return onUploadGrant(state, event);
      return misplaced(state, event);
    case 'key-list':
    case 'beacon-list':
    case 'share-packets':
    case 'survivors':
    case 'consistency-signatures':
      return takeOnce(state, event);
    default:
      return unknownEvent(state, event);
  }
}

/** Takes a message that the protocol sends only once. A repeat is ignored; a different second one closes the session. */
function takeOnce(state: Open, message: OnceMessage): PlatformStep {
  const before = state.session.taken[message.kind];
  if (before !== undefined) {
    if (sameMessage(before, message)) return ignore(state, new SecaggError('SECAGG_DUPLICATE', message.kind));
    throw new SecaggError('SECAGG_EQUIVOCATION', message.kind);
  }
  if (state.stage === 'awaiting-keys' && message.kind === 'key-list') return onKeyList(state, message);
  if (state.stage === 'awaiting-beacon' && message.kind === 'beacon-list') return onBeaconList(state, message);
  if (state.stage === 'awaiting-packets' && message.kind === 'share-packets') return onSharePackets(state, message);
  if (state.stage === 'masked-input' && message.kind === 'survivors') return onSurvivors(state, message);
  if (state.stage === 'awaiting-signatures' && message.kind === 'consistency-signatures') {
    return onConsistencySignatures(state, message);
  }
  return misplaced(state, message);
}

function misplaced(state: Open, message: CoordinatorMessage): PlatformStep {
  return ignore(state, new SecaggError('SECAGG_WRONG_STAGE', `${message.kind} while ${state.stage}`));
}

/** Unreachable by type, but the decoder of a later version may hand over such an event. */
function unknownEvent(state: Open, event: never): PlatformStep {
  return ignore(
    state,
    new SecaggError('SECAGG_WRONG_STAGE', `unknown message ${String((event as { kind: unknown }).kind)}`),
  );
}

/** Turns any error into a coded one. An error thrown while the platform handles a message counts as that message's fault. */
function asSecaggError(error: unknown): SecaggError {
  if (error instanceof SecaggError) return error;
  return new SecaggError('SECAGG_PARAMETERS', messageOf(error));
}
