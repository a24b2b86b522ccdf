/**
 * Stage 2 of a platform: it uploads the masked update chunk by chunk. A chunk depends only on its index, so a chunk that is
 * sent again after a lost connection has the same bytes, and a session never has a second masked vector.
 * @module
 */
import { SecaggError } from '../errors.ts';
import { addMasks } from '../masks.ts';
import type { MaskedChunk, UploadGrant } from '../messages.ts';
import { chunkCount, chunkSize, pack } from '../packing.ts';
import type { PlatformEffect } from '../session.ts';
import { ignore } from './state.ts';
import type { PlatformSecrets, PlatformSession, PlatformState, PlatformStateOf, PlatformStep } from './state.ts';

type MaskedInput = PlatformStateOf<'masked-input'>;

/** Asks for a grant if the driver has given the update. The masks are ready in this state. */
export function requestUpload(state: MaskedInput): PlatformStep {
  if (state.session.update === null) return [state, []];
  const message = { kind: 'upload-request' } as const;
  return [{ ...state, session: { ...state.session, sent: [message] } }, [{ kind: 'send', message }]];
}

/** Takes the driver's update, in any state up to the masked input. */
export function onUpdate(state: PlatformState, vector: Uint32Array): PlatformStep {
  if (state.stage === 'closed' || state.stage === 'revealed' || state.stage === 'awaiting-signatures') {
    return ignore(state, new SecaggError('SECAGG_UPDATE', 'the session is past its masked input'));
  }
  const { session } = state;
  if (session.update !== null) {
    return ignore(state, new SecaggError('SECAGG_UPDATE', 'it was given before, and a session masks one update'));
  }
  if (vector.length !== session.parameters.vectorLength) {
    const detail = `it has ${vector.length} parameters; the session has ${session.parameters.vectorLength}`;
    return ignore(state, new SecaggError('SECAGG_UPDATE', detail));
  }
  const next = { ...state, session: { ...session, update: vector } };
  return next.stage === 'masked-input' ? requestUpload(next) : [next, []];
}

export function onUploadGrant(state: MaskedInput, grant: UploadGrant): PlatformStep {
  const { session } = state;
  const { parameters, update } = session;
  const count = chunkCount(parameters.vectorLength, parameters.chunkLength);
  const { next, limit } = grant;
  const valid = Number.isInteger(next) && Number.isInteger(limit) && 0 <= next && next <= limit && limit <= count;
  if (!valid) throw new SecaggError('SECAGG_CHUNK', `a grant of ${next} to ${limit} in ${count} chunks`);
  if (update === null) throw new SecaggError('SECAGG_WRONG_STAGE', 'a grant before the update was offered');
  // A higher limit widens the window. Otherwise the grant goes back: the coordinator lacks the chunks from `next` on, and gets
  // the same bytes again.
  const from = limit > state.limit ? Math.max(next, state.handedOut) : next;
  const to = Math.max(from, limit);
  const furthest = Math.max(state.furthest, to);
  const waiting: MaskedInput = { ...state, acknowledged: next, handedOut: to, furthest, limit };
  if (from === to) return [waiting, []];
  const upload: PlatformEffect = { kind: 'upload', chunks: maskedChunks(session, update, from, to) };
  if (state.isCharged) return [waiting, [upload]];
  // From the first chunk on this platform's data may be in an opened sum, even if the platform never learns of the opening.
  return [{ ...waiting, isCharged: true }, [{ kind: 'charge', sessionId: state.dealt.sessionId }, upload]];
}

/** Goes back to the first unacknowledged chunk after a lost connection, and asks for a grant again. */
export function rewind(state: MaskedInput): PlatformStep {
  return requestUpload({ ...state, handedOut: state.acknowledged });
}

function* maskedChunks(
  session: PlatformSession,
  update: Uint32Array,
  from: number,
  to: number,
): Generator<MaskedChunk, undefined> {
  for (let index = from; index < to; index++) {
    // The session may have ended since the driver got this generator, and wiped its masks. Without this check the update
    // would leave unmasked.
    if (session.secrets.wiped) return;
    yield { kind: 'masked-chunk', index, bytes: maskChunk(session, session.secrets, update, index) };
  }
}

function maskChunk(session: PlatformSession, secrets: PlatformSecrets, update: Uint32Array, index: number): Uint8Array {
  const { vectorLength, chunkLength, ringBits } = session.parameters;
  const start = index * chunkLength;
  const values = update.slice(start, start + chunkSize(vectorLength, chunkLength, index));
  addMasks(session.dependencies.engine, values, start, secrets.masks);
  return pack(values, ringBits);
}
