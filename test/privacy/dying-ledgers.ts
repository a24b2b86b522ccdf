/**
 * A coordinator and its platforms, as they run in production, over their real stores, with a point before anything that
 * is written or leaves: started as a process with a number, it kills itself at that point as `kill -9` would.
 */
import { roundWorkOf } from '../../client/rounds/update.ts';
import { appendFileSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_FLOOR } from '../../client/policy.ts';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import { Participation } from '../../client/rounds/participation.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import type { PlatformModel } from '../../core/transfer/encoder.ts';
import type { Body } from '../../core/wire/body.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import type { CoordinatorEndpoint, CoordinatorTransport, PlatformLink } from '../../core/wire/transport.ts';
import { silentLog } from '../../host/log.ts';
import { systemClock } from '../../host/system.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import type { RoundsEnding } from '../../server/events.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import type { CoordinatorStore } from '../../server/store/coordinator-store.ts';
import { tinyFederation } from '../server/tiny-federation.ts';

const PARAMETERS = 4;
const own: SumQuery = {
  label: 'encoder',
  dimension: 3,
  clip: 1,
  repetitions: 1,
  relativeNoise: 1,
  scope: 'platform',
};
const round: SumQuery = { ...own, label: 'round', dimension: PARAMETERS, scope: 'federation' };

const tiny = tinyFederation({ parameters: PARAMETERS, epsilon: 2, rounds: { count: 3 } });

/** Its budget allows an encoder and one attempt whose sum may be opened. Its manifest has three rounds. */
export const PLAN: FederationPlan = {
  ...tiny.plan,
  privacy: planPrivacy({
    epsilon: 2,
    delta: tiny.manifest.privacy.delta,
    colluding: 0,
    dropouts: 0,
    maxPlatformsPerPerson: 2,
    refunds: 3,
    platforms: tiny.platforms.map(({ name }) => ({ name, personsAbout: 1000, queries: [own, round] })),
  }),
};

/** The platform under observation. */
export const PLATFORM = tiny.platforms[0].name;

export interface Stores {
  readonly coordinator: CoordinatorStore;
  readonly platform: PlatformStore;
  readonly others: ReadonlyMap<string, PlatformStore>;
}

export function openStores(folder: string): Stores {
  const federation = tiny.manifest.federation;
  const of = (platform: string): PlatformStore =>
    openPlatformStore(join(folder, `${platform}.db`), { federation, platform });
  return {
    coordinator: openCoordinatorStore(join(folder, 'coordinator.db'), { federation, parameters: PARAMETERS }),
    platform: of(PLATFORM),
    others: new Map(tiny.platforms.slice(1).map(({ name }) => [name, of(name)])),
  };
}

/** The key of an attempt, given as round/attempt, in a platform's store. */
export function keyOf(which: string): string {
  const [number, attempt] = which.split('/').map(Number);
  return attemptKey(nodeEngine, { federation: tiny.manifest.federation, round: number, attempt });
}

/** Lists everything that has left, one line each. A line is durable before the thing leaves. */
export const leftFile = (folder: string): string => join(folder, 'left');

/**
 * Prepares the encoder and runs rounds until there are no more; goes on where the stores say.
 * @param process distinguishes its keys and noise from those of an earlier process.
 * @param point is passed before everything that is written or leaves.
 */
export async function runFederation(folder: string, process: string, point: () => void): Promise<RoundsEnding> {
  const { coordinator: theirs, platform: ours, others } = openStores(folder);
  const file = openSync(leftFile(folder), 'a');
  const leave = (line: string): void => {
    point();
    appendFileSync(file, `${line}\n`);
    fsyncSync(file);
  };
  const network = new MemoryNetwork(setImmediate);
  const coordinator = createCoordinator({
    manifest: tiny.manifest,
    plan: PLAN,
    identity: tiny.coordinator,
    store: {
      ...theirs,
      ledger: watched(theirs.ledger, ['append'], point),
      rounds: watched(theirs.rounds, ['begin', 'end', 'complete'], point),
      sessions: watched(theirs.sessions, ['list', 'state'], point),
    },
    carrier: { kind: 'transport', make: (options) => overheard(network.coordinatorTransport(options), leave) },
    random: seededRandom(`coordinator ${process}`),
    rounds: { graceMs: 10, firstPauseMs: 1, lastPauseMs: 1, uploadGraceMs: 10, statementsMs: 500 },
  });
  const links: PlatformLink[] = [];
  // A coordinator's own timers do not keep its process running. Its port does, but there is none here.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const disk: PlatformStore = {
      ...ours,
      ledger: watched(ours.ledger, ['append'], point),
      sessions: watched(ours.sessions, ['enter', 'charging', 'reveal', 'giveUp', 'giveUpAll'], point),
      models: watched(ours.models, ['accept'], point),
      sums: watched(ours.sums, ['put'], point),
    };
    const ledger = new OwnLedger(PLAN, PLATFORM, disk);
    await prepare(disk, ledger, process, leave);
    await coordinator.start();
    for (const identity of tiny.platforms) {
      const other = others.get(identity.name);
      const platform = other === undefined ? { identity, store: disk, ledger, leave } : otherPlatform(identity, other);
      links.push(await takePart(network, platform, process));
    }
    return await coordinator.roundsOver;
  } finally {
    clearInterval(alive);
    for (const link of links) await link.close();
    await coordinator.stop();
    for (const store of [theirs, ours, ...others.values()]) store.close();
  }
}

/** The encoder's sum has only one person, so that it is mostly noise. */
async function prepare(
  store: PlatformStore,
  ledger: OwnLedger,
  process: string,
  leave: (line: string) => void,
): Promise<void> {
  const sums = createChargedSums({
    plan: PLAN.privacy,
    platform: PLATFORM,
    mechanism: discreteGaussian,
    random: seededStreams(`noise of ${process}`),
    charge: (charge) => ledger.charge(charge),
    drawn: store.sums,
  });
  for (let n = 1; n <= own.repetitions; n++) {
    const values = await sums.release('encoder', [{ values: Float32Array.of(1, 0, 0) }]);
    leave(`encoder ${n} ${values.join(' ')}`);
  }
}

interface TestPlatform {
  readonly identity: Identity;
  readonly store: PlatformStore;
  readonly ledger: OwnLedger;
  readonly leave: (line: string) => void;
}

function otherPlatform(identity: Identity, store: PlatformStore): TestPlatform {
  return { identity, store, ledger: new OwnLedger(PLAN, identity.name, store), leave: () => undefined };
}

const model: Pick<PlatformModel, 'adopt' | 'contributions'> = {
  adopt: () => Promise.resolve(),
  contributions: () => [{ values: new Float32Array(PARAMETERS).fill(0.1) }],
};

/** Joins the rounds, with the platform's real code. */
async function takePart(network: MemoryNetwork, platform: TestPlatform, process: string): Promise<PlatformLink> {
  const { identity, store, ledger, leave } = platform;
  const attempts = new Map<string, string>();
  const participation = new Participation({
    plan: PLAN,
    identity,
    floor: DEFAULT_FLOOR,
    store,
    ledger,
    mechanism: discreteGaussian,
    engine: nodeEngine,
    random: seededStreams(`${identity.name} ${process}`),
    log: silentLog,
    emit: () => undefined,
    send(body, session = new Uint8Array(0)) {
      const key = hex(session);
      if (body.kind === 'secagg' && body.message.kind === 'advertise-keys') leave(`keys ${key}`);
      if (body.kind === 'secagg' && body.message.kind === 'masked-chunk') leave(`update ${attempts.get(key) ?? ''}`);
      if (body.kind === 'secagg' && body.message.kind === 'reveals') leave(`shares ${attempts.get(key) ?? ''}`);
      if (body.kind === 'statement') leave(`statement ${body.round}/${body.attempt}`);
      return link.send(body, session);
    },
    onAdopted: () => Promise.resolve(),
    onError: (error) => {
      throw error;
    },
    persons: 1,
  });
  await participation.join(roundWorkOf(model as PlatformModel));
  const link = network
    .platformTransport({
      identity: wireIdentity(tiny.manifest, identity),
      clock: systemClock,
      random: seededRandom(`wire ${identity.name} ${process}`),
      firstPauseMs: 1,
    })
    .connect({
      onBody(body, session) {
        if (body.kind === 'attempt-start') {
          attempts.set(hex(session), `${body.round}/${body.attempt}`);
          participation.onAttemptStart(body);
        }
        if (body.kind === 'attempt-end') participation.onAttemptEnd(body);
        if (body.kind === 'last-keys') participation.onLastKeys(body);
        if (body.kind === 'ledger-sync') participation.onLedgerSync(body);
        if (body.kind === 'secagg') participation.onSecagg(body, session);
      },
      onState(state) {
        if (state.kind !== 'online' || state.resumed) return;
        participation.onNewLink();
        void link.send({ kind: 'status', stage: 'ready', fraction: 0, prepared: true });
      },
      onFailure: () => undefined,
      onDefect: (error) => {
        throw error;
      },
    });
  return link;
}

/**
 * The transport. It adds a line before the first upload is granted, before the survivors are sent, and before a new
 * shared model is sent.
 */
function overheard(transport: CoordinatorTransport, leave: (line: string) => void): CoordinatorTransport {
  const attempts = new Map<string, string>();
  const hear = (body: Body, session: Uint8Array = new Uint8Array(0)): void => {
    if (body.kind === 'attempt-start') attempts.set(hex(session), `${body.round}/${body.attempt}`);
    const granted = body.kind === 'secagg' && body.message.kind === 'upload-grant' && body.message.next === 0;
    if (granted && !attempts.has(`granted ${hex(session)}`)) {
      attempts.set(`granted ${hex(session)}`, '');
      leave(`grant ${attempts.get(hex(session)) ?? ''}`);
    }
    if (body.kind === 'secagg' && body.message.kind === 'survivors')
      leave(`survivors ${attempts.get(hex(session)) ?? ''}`);
    if (body.kind === 'attempt-end' && body.outcome === 'completed') leave(`model ${body.round}`);
  };
  return {
    name: transport.name,
    async listen(handlers) {
      const endpoint: CoordinatorEndpoint = await transport.listen(handlers);
      return {
        ...endpoint,
        send(platform, body, session) {
          hear(body, session);
          return endpoint.send(platform, body, session);
        },
        broadcast(platforms, body, session) {
          hear(body, session);
          endpoint.broadcast(platforms, body, session);
        },
      };
    },
  };
}

/** The same store, with a point before each of these writes. */
function watched<Store extends object>(store: Store, writes: readonly (keyof Store)[], point: () => void): Store {
  return new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]): unknown => {
        if (writes.includes(name as keyof Store)) point();
        return Reflect.apply(found, target, given) as unknown;
      };
    },
  });
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

const [, file, folder, last] = process.argv;
if (file.endsWith('dying-ledgers.ts')) {
  let left = Number(last);
  void runFederation(folder, 'first', () => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  });
}
