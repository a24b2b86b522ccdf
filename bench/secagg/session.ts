/**
 * One masked-sum session in one process. It keeps each side's time apart, and counts the bytes that each platform sends
 * as the wire would frame them.
 */
import type { CryptoEngine } from '../../core/crypto/engine.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { createCoordinatorSession, handleCoordinator } from '../../core/secagg/coordinator.ts';
import type { CoordinatorState } from '../../core/secagg/coordinator.ts';
import type { PlatformMessage } from '../../core/secagg/messages.ts';
import { PublicFacts } from '../../core/secagg/platform/public-facts.ts';
import { createPlatformSession, handlePlatform } from '../../core/secagg/platform.ts';
import type { PlatformState } from '../../core/secagg/platform.ts';
import type {
  CoordinatorEffect,
  CoordinatorEvent,
  GraphParameters,
  PlatformEffect,
  PlatformEvent,
  SessionParameters,
} from '../../core/secagg/session.ts';
import { PROTOCOL_VERSION } from '../../core/secagg/session.ts';
import { encodeBody } from '../../core/wire/body-codec.ts';
import { sealEnvelope } from '../../core/wire/envelope.ts';
import type { FrameSigner } from '../../core/wire/signing.ts';

export interface SessionCase {
  readonly n: number;
  readonly d: number;
  readonly graph: GraphParameters;
  readonly threshold: number;
  readonly tNoise: number;
  readonly ringBits: number;
  /** Number of platforms that deal shares and never upload. */
  readonly dropped: number;
  readonly engine: CryptoEngine;
  /** One vector of `d` ring elements per platform. Absent: a few random patterns in turn. */
  readonly vectors?: readonly Uint32Array[];
}

export interface SessionMeasure {
  readonly coordinatorMs: number;
  /** Time of the opening alone: rebuilding secrets and removing masks. */
  readonly openingMs: number;
  /** Mean over the platforms that stayed, at most {@link MOST_TIMED} of them. */
  readonly platformMs: number;
  /** Mean bytes over the platforms that stayed, envelopes included. */
  readonly bytesUp: number;
  /** Bytes of shares and reveals, per neighbour. */
  readonly bytesPerNeighbour: number;
}

/**
 * User and system time of this process, in ms. Other processes' load does not count, and only the garbage collector has
 * threads of its own.
 */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const PATTERNS = 7;
/**
 * Most platforms that are timed. The others share their results of signature checks and what follows from public bytes alone,
 * because a session would otherwise take hours.
 */
const MOST_TIMED = 100;

/** A queue from which taking an item does not move the others. */
class Queue<Item> {
  readonly #items: Item[] = [];
  #taken = 0;

  push(item: Item): void {
    this.#items.push(item);
  }

  next(): Item | undefined {
    const item = this.#items[this.#taken];
    if (this.#taken === this.#items.length) {
      this.#items.length = this.#taken = 0;
      return undefined;
    }
    this.#taken += 1;
    return item;
  }
}

/** An engine that checks every signature only once, for platforms that are not timed. */
function remembering(engine: CryptoEngine): CryptoEngine {
  const known = new Map<string, boolean>();
  return {
    ...engine,
    verify(message, signature, identity) {
      const key = Buffer.concat([signature, identity]).toString('latin1');
      const valid = known.get(key) ?? engine.verify(message, signature, identity);
      known.set(key, valid);
      return valid;
    },
  };
}

/** Runs a session and checks its sum. */
export function measureSession(spec: SessionCase): SessionMeasure {
  const { n, d, engine } = spec;
  const people = Array.from({ length: n }, (_, i) => {
    const { publicKey, secretKey } = engine.signingKeyPair(seededRandom(`bench ${i}`).bytes(32));
    return { id: `p${String(i).padStart(5, '0')}`, identity: publicKey, secretKey };
  });
  const parameters: SessionParameters = {
    version: PROTOCOL_VERSION,
    federation: 'bench',
    round: 1,
    attempt: 1,
    modelHash: new Uint8Array(32),
    configHash: new Uint8Array(32),
    cohort: people.map(({ id, identity }) => ({ id, identity })),
    graph: spec.graph,
    threshold: spec.threshold,
    tNoise: spec.tNoise,
    colluders: 0,
    vectorLength: d,
    ringBits: spec.ringBits,
    chunkLength: 65536,
  };
  const patterns = spec.vectors ?? updatePatterns(d);
  // Every k-th platform drops out, so that losses are spread over the ring.
  const isDropped = (i: number): boolean =>
    Math.floor(((i + 1) * spec.dropped) / n) > Math.floor((i * spec.dropped) / n);
  const indexOf = new Map(people.map(({ id }, i) => [id, i]));
  const states: PlatformState[] = [];
  const isTimed = (i: number): boolean => i % Math.ceil(n / MOST_TIMED) === 0;
  const shared = { engine: remembering(engine), facts: new PublicFacts() };
  const platformMs = new Float64Array(n);
  const bytes = new Float64Array(n);
  const shareBytes = new Float64Array(n);
  const toPlatforms = new Queue<readonly [index: number, event: PlatformEvent]>();
  const toCoordinator = new Queue<CoordinatorEvent>();
  let coordinatorMs = 0;
  let openingMs = 0;
  let opening = false;
  const sums: Uint32Array[] = [];
  let outcome = '';

  const count = (index: number, message: PlatformMessage): void => {
    const size = framedBytes(people[index].id, message);
    bytes[index] += size;
    if (message.kind === 'share-keys' || message.kind === 'reveals') shareBytes[index] += size;
  };
  const post = (index: number, message: PlatformMessage): void => {
    count(index, message);
    toCoordinator.push({ kind: 'message', from: people[index].id, message });
  };
  const perform = (index: number, effects: readonly PlatformEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'abort') throw effect.error;
      if (effect.kind === 'send') post(index, effect.message);
      if (effect.kind !== 'upload' || isDropped(index)) continue;
      const chunks = effect.chunks[Symbol.iterator]();
      for (;;) {
        const begun = processorMs();
        const chunk = chunks.next();
        platformMs[index] += processorMs() - begun;
        if (chunk.done === true) break;
        count(index, chunk.value);
        coordinate({ kind: 'message', from: people[index].id, message: chunk.value });
      }
    }
  };
  let coordinator: CoordinatorState;
  let isGraceRunning = false as boolean;
  const performCoordinator = (effects: readonly CoordinatorEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'send') toPlatforms.push([indexOf.get(effect.to) ?? -1, effect.message]);
      if (effect.kind === 'broadcast') {
        for (const id of effect.to) toPlatforms.push([indexOf.get(id) ?? -1, effect.message]);
      }
      if (effect.kind === 'stage') opening = effect.stage === 'opening';
      if (effect.kind === 'continue') toCoordinator.push({ kind: 'continue' });
      if (effect.kind === 'grace') isGraceRunning = true;
      if (effect.kind === 'sum') sums.push(effect.sum);
      if (effect.kind === 'end') outcome = `${effect.outcome}: ${effect.text}`;
    }
  };
  const coordinate = (event: CoordinatorEvent): void => {
    const begun = processorMs();
    const [next, effects] = handleCoordinator(coordinator, event);
    const spent = processorMs() - begun;
    coordinatorMs += spent;
    if (opening) openingMs += spent;
    coordinator = next;
    performCoordinator(effects);
  };

  const [begun, effects] = createCoordinatorSession(parameters, { engine });
  coordinator = begun;
  performCoordinator(effects);
  people.forEach(({ id, secretKey }, i) => {
    const started = processorMs();
    const [state, first] = createPlatformSession(
      parameters,
      { id, secretKey },
      {
        ...(isTimed(i) ? { engine } : shared),
        random: seededRandom(`session ${i}`),
        floor: { platforms: 3, tNoise: 2, colluders: 0 },
        isEntered: () => false,
      },
    );
    platformMs[i] += processorMs() - started;
    states.push(state);
    perform(i, first);
    toPlatforms.push([i, { kind: 'update', vector: patterns[i % patterns.length] }]);
  });
  while (outcome === '') {
    const forPlatform = toPlatforms.next();
    if (forPlatform !== undefined) {
      const [index, event] = forPlatform;
      if (isDropped(index) && states[index].stage === 'masked-input') continue;
      const started = processorMs();
      const [state, more] = handlePlatform(states[index], event);
      platformMs[index] += processorMs() - started;
      states[index] = state;
      if (isDropped(index) && state.stage === 'masked-input') continue;
      perform(index, more);
      continue;
    }
    const event = toCoordinator.next();
    const timer = isGraceRunning
      ? ({ kind: 'grace' } as const)
      : ({ kind: 'deadline', stage: coordinator.stage } as const);
    if (event === undefined) isGraceRunning = false;
    coordinate(event ?? timer);
  }
  const kept = people.map((_, i) => i).filter((i) => !isDropped(i));
  if (sums.length !== 1) throw new Error(`the bench session ended with ${outcome}`);
  checkSum(sums[0], kept, patterns, spec.ringBits);
  const mean = (values: Float64Array, of = kept): number => of.reduce((total, i) => total + values[i], 0) / of.length;
  const degree = spec.graph.kind === 'complete' ? n - 1 : spec.graph.degree;
  return {
    coordinatorMs,
    openingMs,
    platformMs: mean(platformMs, kept.filter(isTimed)),
    bytesUp: mean(bytes),
    bytesPerNeighbour: mean(shareBytes) / degree,
  };
}

function updatePatterns(d: number): readonly Uint32Array[] {
  return Array.from({ length: PATTERNS }, (_, i) => {
    const bytes = seededRandom(`update ${i}`).bytes(4 * d);
    return new Uint32Array(bytes.buffer, 0, d);
  });
}

function checkSum(sum: Uint32Array, kept: readonly number[], vectors: readonly Uint32Array[], bits: number): void {
  const times = new Float64Array(vectors.length);
  for (const i of kept) times[i % vectors.length] += 1;
  for (let at = 0; at < sum.length; at++) {
    let expected = 0;
    for (let i = 0; i < vectors.length; i++) expected += times[i] * vectors[i][at];
    if (expected % 2 ** bits !== sum[at]) throw new Error(`the sum is wrong at ${at}`);
  }
}

const FRAME = { connection: new Uint8Array(16), sequence: 300, session: new Uint8Array(32) };
const unsigned = { sign: () => new Uint8Array(64) } as unknown as FrameSigner;

const chunkBytes = new Map<number, number>();

/**
 * Size of a message as core/wire frames it, signature included. Chunks of one length are framed once, because the
 * copies would cost more than the masks.
 */
function framedBytes(sender: string, message: PlatformMessage): number {
  if (message.kind !== 'masked-chunk') return frame(sender, message);
  const size = chunkBytes.get(message.bytes.length) ?? frame(sender, message);
  chunkBytes.set(message.bytes.length, size);
  return size;
}

function frame(sender: string, message: PlatformMessage): number {
  return sealEnvelope({ sender, ...FRAME }, encodeBody({ kind: 'secagg', message }), unsigned).length;
}

/** The lower limit: n vectors added without hiding anything. */
export function bareSumMs(n: number, d: number): number {
  const patterns = updatePatterns(d).map((pattern) => new Int32Array(pattern.buffer));
  const total = new Int32Array(d);
  const begun = processorMs();
  for (let i = 0; i < n; i++) {
    const vector = patterns[i % PATTERNS];
    for (let at = 0; at < d; at++) total[at] = (total[at] + vector[at]) | 0;
  }
  return processorMs() - begun;
}
