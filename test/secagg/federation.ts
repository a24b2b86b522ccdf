/** A whole session in one process, message by message, with a hook wherever the network or a cheat could act. */
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { createCoordinatorSession, handleCoordinator } from '../../core/secagg/coordinator.ts';
import type { CoordinatorState } from '../../core/secagg/coordinator.ts';
import type { SecaggCode } from '../../core/secagg/errors.ts';
import type { CoordinatorMessage, PlatformMessage } from '../../core/secagg/messages.ts';
import { defaultThreshold } from '../../core/secagg/parameters.ts';
import { PublicFacts } from '../../core/secagg/platform/public-facts.ts';
import { createPlatformSession, handlePlatform } from '../../core/secagg/platform.ts';
import type { PlatformState } from '../../core/secagg/platform.ts';
import { PROTOCOL_VERSION } from '../../core/secagg/session.ts';
import type {
  CoordinatorEffect,
  CoordinatorEvent,
  Fault,
  PlatformEffect,
  PlatformEvent,
  PlatformFloor,
  SessionParameters,
} from '../../core/secagg/session.ts';

export interface Keyed {
  readonly id: string;
  readonly identity: Uint8Array;
  readonly secretKey: Uint8Array;
}

export function members(count: number, engine: CryptoEngine = nodeEngine): readonly Keyed[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `p${String(i).padStart(5, '0')}`;
    const { publicKey, secretKey } = engine.signingKeyPair(seededRandom(`identity ${id}`).bytes(32));
    return { id, identity: publicKey, secretKey };
  });
}

export function parametersFor(people: readonly Keyed[], over: Partial<SessionParameters> = {}): SessionParameters {
  const n = people.length;
  const threshold = over.threshold ?? defaultThreshold(n);
  return {
    version: PROTOCOL_VERSION,
    federation: 'test',
    round: 3,
    attempt: 1,
    modelHash: new Uint8Array(32).fill(1),
    configHash: new Uint8Array(32).fill(2),
    cohort: people.map(({ id, identity }) => ({ id, identity })),
    graph: { kind: 'complete' },
    threshold,
    tNoise: Math.max(2, Math.min(threshold, n)),
    colluders: 0,
    vectorLength: 40,
    ringBits: 32,
    chunkLength: 32,
    ...over,
  };
}

export function randomUpdate(length: number, seed: string): Uint32Array {
  const bytes = seededRandom(`update ${seed}`).bytes(4 * length);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, length).slice();
}

export function plainSum(updates: Iterable<Uint32Array>, length: number, ringBits: number): readonly bigint[] {
  const sum = new Array<bigint>(length).fill(0n);
  for (const update of updates) update.forEach((value, i) => (sum[i] += BigInt(value)));
  return sum.map((value) => value % (1n << BigInt(ringBits)));
}

export interface Options {
  readonly parameters?: Partial<SessionParameters>;
  /** The parameters that one platform was shown, if they differ from the others'. */
  readonly shown?: (id: string) => Partial<SessionParameters>;
  readonly floor?: PlatformFloor;
  readonly engine?: CryptoEngine;
  readonly engineOf?: (id: string) => CryptoEngine;
  readonly seed?: string;
  readonly uploadSlots?: number;
  readonly uploadWindow?: number;
  readonly isEntered?: (id: string, attempt: string) => boolean;
  readonly update?: (id: string) => Uint32Array;
  /** Between platform and coordinator: the messages that arrive instead. An empty array loses the message. */
  readonly up?: (from: string, message: PlatformMessage) => readonly PlatformMessage[];
  readonly down?: (to: string, message: CoordinatorMessage) => readonly CoordinatorMessage[];
  /** Changes a platform right after it has advertised its keys: a dishonest platform. */
  readonly tamper?: (id: string, state: PlatformState) => void;
  /** Dies just before it would send a message of this kind, and receives nothing afterwards. */
  readonly diesBefore?: (id: string) => PlatformMessage['kind'] | undefined;
  /** The connection breaks during this message: the message is lost, both ends notice, and the platform comes back. */
  readonly breaks?: (way: 'up' | 'down', platform: string, message: PlatformMessage | CoordinatorMessage) => boolean;
  /** Called with each state of the coordinator. States are linear: only the last one may be continued. */
  readonly onCoordinator?: (state: CoordinatorState) => void;
  /** Dies after this many of its chunks arrived. */
  readonly diesAfterChunks?: (id: string) => number | undefined;
}

export interface Result {
  readonly outcome: string;
  readonly charged: boolean;
  readonly sum: Uint32Array | null;
  readonly summed: readonly string[];
  readonly faults: readonly Fault[];
  readonly coordinatorEffects: readonly CoordinatorEffect[];
  readonly platformEffects: ReadonlyMap<string, readonly PlatformEffect[]>;
  readonly states: ReadonlyMap<string, PlatformState>;
  readonly updates: ReadonlyMap<string, Uint32Array>;
  readonly transcript: readonly { readonly way: 'up' | 'down'; readonly platform: string; readonly message: object }[];
  aborted(id: string): SecaggCode | undefined;
  did(id: string, kind: PlatformEffect['kind']): boolean;
}

/** Runs one session to its end. Throws if it does not end. */
export function run(count: number, options: Options = {}): Result {
  const people = members(count);
  const engine = options.engine ?? nodeEngine;
  const parameters = parametersFor(people, options.parameters);
  const floor = options.floor ?? { platforms: 3, tNoise: 2, colluders: 0 };
  const dead = new Set<string>();
  const states = new Map<string, PlatformState>();
  const effectsOf = new Map<string, PlatformEffect[]>(people.map(({ id }) => [id, []]));
  const coordinatorEffects: CoordinatorEffect[] = [];
  const transcript: { way: 'up' | 'down'; platform: string; message: object }[] = [];
  const toCoordinator: CoordinatorEvent[] = [];
  const toPlatforms: (readonly [id: string, event: PlatformEvent])[] = [];
  const updates = new Map<string, Uint32Array>();
  const chunksOf = new Map<string, number>();
  const { uploadSlots, uploadWindow } = options;

  let coordinator: CoordinatorState;
  let stage = 'keys';
  let isGraceRunning = false as boolean;
  const ends: { readonly outcome: string; readonly charged: boolean }[] = [];
  let sum: Uint32Array | null = null;
  let summed: readonly string[] = [];
  const faults: Fault[] = [];

  const reconnect = (id: string): void => {
    toCoordinator.push({ kind: 'disconnected', platform: id }, { kind: 'reconnected', platform: id });
    toPlatforms.push([id, { kind: 'resume' }]);
  };
  const send = (id: string, message: PlatformMessage): void => {
    if (dead.has(id)) return;
    if (options.diesBefore?.(id) === message.kind) {
      dead.add(id);
      return;
    }
    if (message.kind === 'masked-chunk') {
      const limit = options.diesAfterChunks?.(id);
      const sent = chunksOf.get(id) ?? 0;
      if (limit !== undefined && sent >= limit) {
        dead.add(id);
        return;
      }
      chunksOf.set(id, sent + 1);
    }
    if (options.breaks?.('up', id, message) === true) {
      reconnect(id);
      return;
    }
    for (const arriving of options.up?.(id, message) ?? [message]) {
      transcript.push({ way: 'up', platform: id, message: arriving });
      toCoordinator.push({ kind: 'message', from: id, message: arriving });
    }
  };
  const perform = (id: string, effects: readonly PlatformEffect[]): void => {
    for (const effect of effects) {
      effectsOf.get(id)?.push(effect);
      if (effect.kind === 'send') send(id, effect.message);
      if (effect.kind === 'upload') for (const chunk of effect.chunks) send(id, chunk);
    }
  };
  const performCoordinator = (effects: readonly CoordinatorEffect[]): void => {
    for (const effect of effects) {
      coordinatorEffects.push(effect);
      const to = effect.kind === 'send' ? [effect.to] : effect.kind === 'broadcast' ? effect.to : [];
      if (effect.kind === 'send' || effect.kind === 'broadcast') {
        for (const id of to) {
          if (options.breaks?.('down', id, effect.message) === true) {
            reconnect(id);
            continue;
          }
          for (const arriving of options.down?.(id, effect.message) ?? [effect.message]) {
            transcript.push({ way: 'down', platform: id, message: arriving });
            toPlatforms.push([id, arriving]);
          }
        }
      }
      if (effect.kind === 'stage') stage = effect.stage;
      if (effect.kind === 'continue') toCoordinator.push({ kind: 'continue' });
      if (effect.kind === 'grace') isGraceRunning = true;
      if (effect.kind === 'fault') faults.push(effect.fault);
      if (effect.kind === 'sum') [sum, summed] = [effect.sum, effect.platforms];
      if (effect.kind === 'end') ends.push({ outcome: effect.outcome, charged: effect.charged });
    }
  };

  const begun = createCoordinatorSession(parameters, {
    engine,
    ...(uploadSlots === undefined ? {} : { uploadSlots }),
    ...(uploadWindow === undefined ? {} : { uploadWindow }),
  });
  coordinator = begun[0];
  performCoordinator(begun[1]);
  // As in one process: what one platform found out must not hide what another was shown.
  const facts = new PublicFacts();
  for (const { id, secretKey } of people) {
    const update = options.update?.(id) ?? randomUpdate(parameters.vectorLength, id);
    updates.set(id, update);
    const [state, effects] = createPlatformSession(
      { ...parameters, ...options.shown?.(id) },
      { id, secretKey },
      {
        engine: options.engineOf?.(id) ?? engine,
        random: seededRandom(`${options.seed ?? 'session'} ${id}`),
        floor,
        isEntered: (attempt) => options.isEntered?.(id, attempt) ?? false,
        facts,
      },
    );
    states.set(id, state);
    options.tamper?.(id, state);
    perform(id, effects);
    toPlatforms.push([id, { kind: 'update', vector: update }]);
  }
  for (let steps = 0; ends.length === 0; steps++) {
    if (steps > 1_000_000) throw new Error('the session does not end');
    const forPlatform = toPlatforms.shift();
    const forCoordinator = forPlatform === undefined ? toCoordinator.shift() : undefined;
    if (forPlatform !== undefined) {
      const [id, event] = forPlatform;
      const state = states.get(id);
      if (state === undefined || dead.has(id)) continue;
      const [next, effects] = handlePlatform(state, event);
      states.set(id, next);
      perform(id, effects);
    } else {
      // Timers run out only if nothing else can happen, the shortest first.
      const timer = isGraceRunning
        ? ({ kind: 'grace' } as const)
        : ({ kind: 'deadline', stage: coordinator.stage } as const);
      if (forCoordinator === undefined) isGraceRunning = false;
      const event = forCoordinator ?? timer;
      if (forCoordinator === undefined && stage !== coordinator.stage && coordinator.stage !== 'ended') {
        throw new Error(`stage ${coordinator.stage} was not announced`);
      }
      const [next, effects] = handleCoordinator(coordinator, event);
      coordinator = next;
      options.onCoordinator?.(coordinator);
      performCoordinator(effects);
    }
  }
  for (const [id, event] of toPlatforms.splice(0)) {
    const state = states.get(id);
    if (state === undefined || dead.has(id)) continue;
    const [next, effects] = handlePlatform(state, event);
    states.set(id, next);
    perform(id, effects);
  }
  const [{ outcome, charged }] = ends;
  return {
    outcome,
    charged,
    sum,
    summed,
    faults,
    coordinatorEffects,
    platformEffects: effectsOf,
    states,
    updates,
    transcript,
    aborted: (id) => {
      for (const effect of effectsOf.get(id) ?? []) if (effect.kind === 'abort') return effect.error.code;
      return undefined;
    },
    did: (id, kind) => (effectsOf.get(id) ?? []).some((effect) => effect.kind === kind),
  };
}
