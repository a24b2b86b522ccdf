/**
 * A federation that goes from version 1 of its manifest to version 2, in which one platform joins. Started as a process with
 * a number, it kills itself at that point, as `kill -9` would. Another process continues from the stores and from what has
 * left, as the organisations would.
 */
import { appendFileSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnLedger } from '../../client/rounds/own-ledger.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { openSqliteStore as openPlatformStore } from '../../client/store/sqlite.ts';
import { signedBy } from '../../core/federation/co-signature.ts';
import { draftManifest, following } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { planFederation } from '../../core/federation/plan.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { recordSigned, takeVersion } from '../../core/federation/versions.ts';
import { Accounts } from '../../core/privacy/ledger/accounts.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import type { PlatformLink } from '../../core/wire/transport.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import { openSqliteStore as openCoordinatorStore } from '../../server/store/sqlite.ts';
import type { CoordinatorStore } from '../../server/store/coordinator-store.ts';
import { overheard, takePart, watched } from '../privacy/dying-parts.ts';

const random = seededRandom('dying switch');
const coordinatorIdentity = generateIdentity('coordinator', random);
const identities = ['p0', 'p1', 'p2', 'p3'].map((name) => generateIdentity(name, random));
const FIRST = identities.slice(0, 3);

const shared = {
  federation: 'switching',
  seed: 'switching',
  coordinator: coordinatorIdentity,
  encoder: encoderSpec('shared-trunk', {
    'autoencoder.hidden': 1,
    'autoencoder.bottleneck': 4,
    'subspace.steps': 1,
  }),
  privacy: { epsilon: 8, release: 'none' },
  rounds: { count: 4, spareAttempts: 2, refunds: 4, stageTimeoutMs: 2000, trainTimeoutMs: 2000 },
} as const;
const members = (of: readonly Identity[]) => of.map((identity) => ({ identity, items: 20, personsAbout: 100 }));

/** Attempts that version 2 leaves to version 1: its two rounds, and two that are lost. */
export const LEFT = 4;
export const ROUNDS = 4;
const one: Manifest = draftManifest({ ...shared, platforms: members(FIRST) });
const two: Manifest = draftManifest({
  ...shared,
  ...following(one, { attempts: LEFT, rounds: 1 }),
  platforms: members(identities),
});
export const PLANS: readonly [FederationPlan, FederationPlan] = [planFederation(one), planFederation(two)];

export interface Stores {
  readonly coordinator: CoordinatorStore;
  readonly platforms: ReadonlyMap<string, PlatformStore>;
}

export function openStores(folder: string): Stores {
  const { federation } = one;
  const { parameters } = PLANS[0];
  return {
    coordinator: openCoordinatorStore(join(folder, 'coordinator.db'), { federation, parameters }),
    platforms: new Map(
      identities.map(({ name }) => [
        name,
        openPlatformStore(join(folder, `${name}.db`), { federation, platform: name }),
      ]),
    ),
  };
}

export function closeStores({ coordinator, platforms }: Stores): void {
  coordinator.close();
  for (const store of platforms.values()) store.close();
}

const leftFile = (folder: string): string => join(folder, 'left');

/** Everything that has left, one line each. */
export function leftIn(folder: string): readonly string[] {
  const file = leftFile(folder);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/**
 * Rounds by version 1, of which the last ones run while a signature is missing; the switch; the rounds that are left.
 * @param process distinguishes its keys and noise from those of an earlier process.
 * @param point is passed before everything that is written, and with its line before everything that leaves.
 * @param before completed rounds at the switch, from 1.
 */
export async function runSwitch(
  folder: string,
  process: string,
  point: (line?: string) => void,
  before = 2,
): Promise<void> {
  const opened = openStores(folder);
  const file = openSync(leftFile(folder), 'a');
  const leave = (line: string): void => {
    point(line);
    appendFileSync(file, `${line}\n`);
    fsyncSync(file);
  };
  const stores = watchedStores(opened, point);
  const rounds = (): number => opened.coordinator.rounds.latest()?.round ?? 0;
  const signed = (): readonly Identity[] =>
    identities.filter(({ name }) => leftIn(folder).includes(`signature ${name}`));
  const sign = ({ name }: Identity): void => {
    if (signed().some((identity) => identity.name === name)) return;
    const { ledger, versions } = stores.platforms.get(name)!;
    const charged = Accounts.of(ledger.entries());
    recordSigned(two, versions, name, (version) => charged.of(version).attempts);
    leave(`signature ${name}`);
  };
  const run = (version: 1 | 2, until: number): Promise<void> =>
    runRounds(PLANS[version - 1], { stores, until, leave, process: `${process} ${version}` });
  try {
    const isSwitched = opened.coordinator.versions.all().some((record) => record.version === 2);
    if (!isSwitched) {
      if (rounds() < 1) await run(1, 1);
      for (const identity of identities.slice(1)) sign(identity);
      // One signature is missing: nobody may use version 2, and rounds go on by version 1.
      refusesUnsigned(stores, signedBy(two, [coordinatorIdentity, ...signed().filter(({ name }) => name !== 'p0')]));
      if (rounds() < before) await run(1, before);
      sign(identities[0]);
    }
    leave('switch');
    await run(2, ROUNDS);
  } finally {
    closeStores(opened);
  }
}

function watchedStores({ coordinator, platforms }: Stores, point: () => void): Stores {
  return {
    coordinator: {
      ...coordinator,
      ledger: watched(coordinator.ledger, ['append'], point),
      rounds: watched(coordinator.rounds, ['begin', 'end', 'complete'], point),
      sessions: watched(coordinator.sessions, ['list', 'state'], point),
      versions: watched(coordinator.versions, ['append'], point),
    },
    platforms: new Map(
      [...platforms].map(([name, store]) => [
        name,
        // All members sign and switch at points. One of them has points in rounds as well.
        {
          ...store,
          versions: watched(store.versions, ['append'], point),
          ...(name === 'p0' && {
            ledger: watched(store.ledger, ['append'], point),
            sessions: watched(store.sessions, ['enter', 'charging', 'reveal', 'giveUp', 'giveUpAll'], point),
            models: watched(store.models, ['accept'], point),
          }),
        },
      ]),
    ),
  };
}

/** @throws Error if a manifest without all signatures is used, or leaves a trace. */
function refusesUnsigned({ coordinator }: Stores, manifest: Manifest): void {
  const before = JSON.stringify(coordinator.versions.all());
  try {
    createCoordinator({
      manifest: { ...manifest, signatures: { ...manifest.signatures, p0: '' } },
      identity: coordinatorIdentity,
      store: coordinator,
      carrier: { kind: 'transport', make: (options) => new MemoryNetwork(setImmediate).coordinatorTransport(options) },
    });
  } catch {
    if (JSON.stringify(coordinator.versions.all()) === before) return;
  }
  throw new Error('version 2 began without all signatures');
}

interface Run {
  readonly stores: Stores;
  /** Completed rounds at which both sides stop. */
  readonly until: number;
  readonly leave: (line: string) => void;
  readonly process: string;
}

/** @throws Error if rounds end before that. */
async function runRounds(plan: FederationPlan, { stores, until, leave, process }: Run): Promise<void> {
  const network = new MemoryNetwork(setImmediate);
  const coordinator = createCoordinator({
    manifest: plan.manifest,
    identity: coordinatorIdentity,
    store: stores.coordinator,
    carrier: { kind: 'transport', make: (options) => overheard(network.coordinatorTransport(options), leave) },
    random: seededRandom(`coordinator ${process}`),
    rounds: { graceMs: 10, firstPauseMs: 1, lastPauseMs: 1, uploadGraceMs: 10, statementsMs: 2000 },
  });
  const done = new Promise<void>((resolve, reject) => {
    coordinator.on((event) => {
      if (event.kind === 'attempt-ended' && event.completedRounds >= until) resolve();
      if (event.kind === 'rounds-over' && event.ending !== 'completed') reject(new Error(event.ending));
      if (event.kind === 'rounds-over') resolve();
    });
    void coordinator.failed.then(reject);
  });
  const links: PlatformLink[] = [];
  const alive = setInterval(() => undefined, 60_000);
  try {
    await coordinator.start();
    for (const { name } of plan.manifest.platforms) {
      const identity = identities.find((one) => one.name === name)!;
      const store = stores.platforms.get(name)!;
      const ledger = new OwnLedger(plan, name, store);
      takeVersion(plan.manifest, store.versions, name, (version) => ledger.attemptsOf(version));
      const quiet = (line: string): void => (name === 'p0' ? leave(line) : undefined);
      links.push(await takePart(network, { plan, identity, store, ledger, leave: quiet }, process));
    }
    await done;
  } finally {
    clearInterval(alive);
    for (const link of links) await link.close();
    await coordinator.stop();
  }
}

const [, file, folder, last] = process.argv;
if (file.endsWith('dying-switch.ts')) {
  // A number of points, or the beginning of a line.
  let left = /^\d+$/.test(last) ? Number(last) : Infinity;
  void runSwitch(folder, 'first', (line = '') => {
    if (left-- === 0 || (left > 1e9 && line.startsWith(last))) process.kill(process.pid, 'SIGKILL');
  });
}
