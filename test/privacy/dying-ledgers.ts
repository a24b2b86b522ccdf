/**
 * A coordinator and its platforms, as they run in production, over their real stores, with a point before anything that
 * is written or leaves: started as a process with a number, it kills itself at that point as `kill -9` would.
 */
import { appendFileSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { nodeEngine } from '../../core/crypto/node-engine.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { createChargedSums } from '../../core/privacy/plan/charged-sums.ts';
import type { SumQuery } from '../../core/privacy/mechanism/mechanism.ts';
import { discreteGaussian } from '../../core/privacy/mechanism/pipeline.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { attemptKey } from '../../core/secagg/parameters.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import type { PlatformLink } from '../../core/wire/transport.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import type { RoundsEnding } from '../../server/events.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import type { CoordinatorStore } from '../../server/store/coordinator-store.ts';
import { tinyFederation } from '../server/tiny-federation.ts';
import { overheard, takePart, watched } from './dying-parts.ts';
import type { TestPlatform } from './dying-parts.ts';

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
      const platform =
        other === undefined ? { plan: PLAN, identity, store: disk, ledger, leave } : otherPlatform(identity, other);
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

function otherPlatform(identity: Identity, store: PlatformStore): TestPlatform {
  return { plan: PLAN, identity, store, ledger: new OwnLedger(PLAN, identity.name, store), leave: () => undefined };
}

const [, file, folder, last] = process.argv;
if (file.endsWith('dying-ledgers.ts')) {
  let left = Number(last);
  void runFederation(folder, 'first', () => {
    if (left-- === 0) process.kill(process.pid, 'SIGKILL');
  });
}
