/**
 * Mutated and truncated frames for the decoder and, if they still decode, for both state machines in every state of an
 * honest session.
 */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import { Prng } from '../../core/random/prng.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { createCoordinatorSession, handleCoordinator } from '../../core/secagg/coordinator.ts';
import type { CoordinatorState } from '../../core/secagg/coordinator.ts';
import type { CoordinatorMessage, PlatformMessage } from '../../core/secagg/messages.ts';
import { createPlatformSession, handlePlatform } from '../../core/secagg/platform.ts';
import type { PlatformState } from '../../core/secagg/platform.ts';
import type { PlatformEffect } from '../../core/secagg/session.ts';
import { decodeBody, encodeBody } from '../../core/wire/body-codec.ts';
import { WireError } from '../../core/wire/errors.ts';
import { isPlatformMessage } from '../../core/wire/secagg-codec.ts';
import type { SecaggMessage } from '../../core/wire/secagg-codec.ts';
import { isthmus } from '../../proto/gen/isthmus.js';
import { members, parametersFor, randomUpdate, run } from './federation.ts';

export interface FuzzReport {
  readonly frames: number;
  /** Refused by the decoder with a typed error. */
  readonly undecodable: number;
  /** Reached a state machine. */
  readonly delivered: number;
  /** Closed a platform's session with a typed error. */
  readonly aborts: number;
  /** Refused by the coordinator with a typed error. */
  readonly rejections: number;
}

const PLATFORMS = 4;
const VICTIM = 'p00001';

export function fuzz(frames: number, seed: number): FuzzReport {
  const prng = new Prng(seed);
  const people = members(PLATFORMS);
  const parameters = parametersFor(people, { vectorLength: 40 });
  const honest = run(PLATFORMS, { diesBefore: (id) => (id === 'p00003' ? 'masked-chunk' : undefined) });
  const down = honest.transcript.filter(({ way, platform }) => way === 'down' && platform === VICTIM);
  const up = honest.transcript.filter(({ way }) => way === 'up');
  const corpus = [...down, ...up].map(({ message }) =>
    encodeBody({ kind: 'secagg', message: message as SecaggMessage }),
  );

  const platformAfter = (steps: number): PlatformState => {
    const secretKey = people[1].secretKey;
    let [state] = createPlatformSession(
      parameters,
      { id: VICTIM, secretKey },
      {
        engine: nodeEngine,
        random: seededRandom(`session ${VICTIM}`),
        floor: { platforms: 3, tNoise: 2, colluders: 0 },
        isEntered: () => false,
      },
    );
    [state] = handlePlatform(state, { kind: 'update', vector: randomUpdate(40, VICTIM) });
    for (const { message } of down.slice(0, steps)) [state] = handlePlatform(state, message as CoordinatorMessage);
    return state;
  };
  const coordinatorAfter = (steps: number): CoordinatorState => {
    let [state] = createCoordinatorSession(parameters, { engine: nodeEngine });
    for (const { platform, message } of up.slice(0, steps)) {
      [state] = handleCoordinator(state, { kind: 'message', from: platform, message: message as PlatformMessage });
    }
    return state;
  };

  let [undecodable, delivered, aborts, rejections] = [0, 0, 0, 0];
  let platform = platformAfter(0);
  let coordinator = coordinatorAfter(0);
  for (let frame = 0; frame < frames; frame++) {
    if (platform.stage === 'closed' || prng.integer(200) === 0) platform = platformAfter(prng.integer(down.length));
    if (coordinator.stage === 'ended' || prng.integer(200) === 0)
      coordinator = coordinatorAfter(prng.integer(up.length));
    const message = decode(mutate(corpus[prng.integer(corpus.length)], corpus[prng.integer(corpus.length)], prng));
    if (message === null) {
      undecodable++;
      continue;
    }
    delivered++;
    if (isPlatformMessage(message)) {
      const from = prng.integer(20) === 0 ? 'stranger' : people[prng.integer(PLATFORMS)].id;
      const [state, effects] = handleCoordinator(coordinator, { kind: 'message', from, message });
      coordinator = state;
      if (effects.some((effect) => effect.kind === 'send' && effect.message.kind === 'rejection')) rejections++;
    } else {
      const [state, effects] = handlePlatform(platform, message);
      platform = state;
      drain(effects);
      if (effects.some((effect) => effect.kind === 'abort')) aborts++;
    }
  }
  return { frames, undecodable, delivered, aborts, rejections };
}

function drain(effects: readonly PlatformEffect[]): number {
  let bytes = 0;
  for (const effect of effects)
    if (effect.kind === 'upload') for (const chunk of effect.chunks) bytes += chunk.bytes.length;
  return bytes;
}

function decode(frame: Uint8Array): SecaggMessage | null {
  let envelope: isthmus.Envelope;
  try {
    envelope = isthmus.Envelope.decode(frame);
  } catch {
    return null;
  }
  try {
    const body = decodeBody(envelope);
    return body.kind === 'secagg' ? body.message : null;
  } catch (error) {
    if (error instanceof WireError) return null;
    throw error;
  }
}

/**
 * A few bits flipped, bytes removed, repeated or overwritten by another frame's, or the end cut off; sometimes no
 * change.
 */
function mutate(original: Uint8Array, other: Uint8Array, prng: Prng): Uint8Array {
  // Not slice(): a Buffer's slice is a view, so the corpus would change.
  let frame = new Uint8Array(original);
  for (let times = prng.integer(4); times > 0 && frame.length > 0; times--) {
    const at = prng.integer(frame.length);
    const length = 1 + prng.integer(40);
    switch (prng.integer(6)) {
      case 0:
        frame[at] ^= 1 << prng.integer(8);
        break;
      case 1:
        frame[at] = prng.integer(256);
        break;
      case 2:
        frame = frame.slice(0, at);
        break;
      case 3:
        frame = new Uint8Array([...frame.subarray(0, at), ...frame.subarray(at + length)]);
        break;
      case 4:
        frame = new Uint8Array([...frame.subarray(0, at), ...frame.subarray(at, at + length), ...frame.subarray(at)]);
        break;
      default:
        frame.set(other.subarray(0, Math.min(length, frame.length - at)), at);
    }
  }
  return frame;
}
