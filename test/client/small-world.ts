/** A small federation on a synthetic world, in one process, with everything a platform needs. */
import { setImmediate as turn } from 'node:timers/promises';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { PlatformOptions } from '../../client/options.ts';
import { createMemoryStore } from '../../client/store/memory.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { unsafeSharedKeyPseudonyms } from '../../core/crypto/pseudonym.ts';
import type { Domain } from '../../core/data/domain.ts';
import { coldSplit } from '../../core/evaluation/split.ts';
import type { ColdSplit } from '../../core/evaluation/split.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { seededStreams } from '../../core/random/streams.ts';
import { MemoryNetwork } from '../../core/wire/memory-transport.ts';
import { silentLog } from '../../host/log.ts';
import { systemClock } from '../../host/system.ts';
import { createCoordinator } from '../../server/coordinator.ts';
import type { Coordinator } from '../../server/options.ts';
import type { CoordinatorStore } from '../../server/store/coordinator-store.ts';
import { memoryStore } from '../../server/store/memory.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';

export interface SmallWorld {
  readonly manifest: Manifest;
  /** Identity of the coordinator or a platform. */
  identity(name: string): Identity;
  readonly network: MemoryNetwork;
  readonly coordinatorStore: CoordinatorStore;
  /** Each call makes a new one on the same store. */
  coordinator(): Coordinator;
  readonly domains: ReadonlyMap<string, Domain>;
  readonly split: ColdSplit;
  readonly stores: ReadonlyMap<string, PlatformStore>;
  options(name: string, changes?: Partial<PlatformOptions>): PlatformOptions;
}

export const NEVER = 4_000_000_000;

export function smallWorld(
  draft: Partial<Omit<Draft, 'coordinator' | 'platforms'>> = {},
  names: readonly string[] = ['books', 'films'],
  { spareItems = 0, isOneCatalogue = false }: { readonly spareItems?: number; readonly isOneCatalogue?: boolean } = {},
): SmallWorld {
  const random = seededRandom('small world');
  const world = syntheticWorld({
    seed: '1',
    platforms: names,
    isOneCatalogue,
    persons: 400,
    items: 250,
    overlap: 0.8,
    meanHistory: 12,
    tasteDimensions: 3,
    sharedTaste: 0.9,
    tasteStrength: 2,
    popularityExponent: 0.6,
  });
  const [target, ...sources] = world.domains;
  const split = coldSplit(target, sources, { seed: 1 });
  const domains = new Map([split.target, ...sources].map((domain) => [domain.name, domain]));
  const identities = new Map(['coordinator', ...names].map((name) => [name, generateIdentity(name, random)]));
  const of = (name: string): Identity => identities.get(name)!;
  const manifest = draftManifest({
    federation: 'small',
    seed: 'small',
    coordinator: of('coordinator'),
    platforms: names.map((name) => ({
      identity: of(name),
      items: domains.get(name)!.catalogue.length + spareItems,
      personsAbout: 400,
    })),
    encoder: draft.encoder ?? encoderSpec('linear-bridge', { 'plain-als.dimension': 8 }),
    privacy: draft.privacy ?? { epsilon: 4 },
    ...(draft.vocabulary && { vocabulary: draft.vocabulary }),
    ...(draft.rounds && { rounds: draft.rounds }),
  });
  let starts = 0;
  const network = new MemoryNetwork((task) => void setImmediate(task));
  const coordinatorStore = memoryStore();
  const stores = new Map(names.map((name) => [name, createMemoryStore()]));
  const pseudonyms = unsafeSharedKeyPseudonyms(new Uint8Array(32).fill(7));
  for (const [name, store] of stores) {
    const consents = names
      .filter((receiver) => receiver !== name)
      .flatMap((receiver) =>
        domains.get(name)!.persons.map((person) => ({ person, target: receiver, epoch: 1, expires: NEVER })),
      );
    store.consents.add(consents);
  }
  return {
    manifest,
    identity: of,
    network,
    coordinatorStore,
    coordinator: () =>
      createCoordinator({
        manifest,
        identity: of('coordinator'),
        store: coordinatorStore,
        carrier: { kind: 'transport', make: (end) => network.coordinatorTransport(end) },
        random: seededRandom('coordinator'),
        rounds: { firstPauseMs: 5, graceMs: 20 },
      }),
    domains,
    split,
    stores,
    options: (name, changes = {}) => ({
      manifest,
      identity: of(name),
      domain: domains.get(name)!,
      store: stores.get(name)!,
      transport: network.platformTransport({
        identity: wireIdentity(manifest, of(name)),
        clock: systemClock,
        random: seededRandom(`wire ${name} ${starts}`),
        firstPauseMs: 5,
      }),
      log: silentLog,
      clock: systemClock,
      // A process that starts again draws other randomness: repeated letter ids, keys or masks would be a reuse.
      random: seededStreams(`platform ${name} ${(starts += 1)}`),
      pseudonyms,
      ...changes,
    }),
  };
}

/** Runs everything that is due. */
export async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
