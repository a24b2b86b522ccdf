/** A federation of many small platforms, several agents to a process, over real sockets. Keys and data follow from names. */
import { createPlatform } from '../../client/platform.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { Platform } from '../../client/platform.ts';
import type { PlatformStore } from '../../client/store/platform-store.ts';
import { socketTransport } from '../../client/transport/socket-io.ts';
import type { Domain } from '../../core/data/domain.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import type { Draft } from '../../core/federation/draft.ts';
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import { wireIdentity } from '../../core/federation/wire-identity.ts';
import { seededRandom } from '../../core/random/seeded.ts';
import { oneSource } from '../../core/random/streams.ts';
import { silentLog } from '../../host/log.ts';
import { systemClock, systemRandom } from '../../host/system.ts';
import { syntheticWorld } from '../../simulations/worlds/synthetic.ts';

const ITEMS = 60;
const PERSONS = 20;

export function namesOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `p${String(i).padStart(3, '0')}`);
}

export function identityOf(name: string): Identity {
  return generateIdentity(name, seededRandom(`many agents ${name}`));
}

export function manifestOfMany(
  count: number,
  privacy: Partial<Draft['privacy']>,
  rounds: NonNullable<Draft['rounds']>,
): Manifest {
  return draftManifest({
    federation: 'many',
    seed: 'many',
    coordinator: identityOf('coordinator'),
    platforms: namesOf(count).map((name) => ({ identity: identityOf(name), items: ITEMS, personsAbout: PERSONS })),
    encoder: encoderSpec('shared-trunk', { 'autoencoder.hidden': 4, 'autoencoder.bottleneck': 4, 'subspace.steps': 1 }),
    privacy: { epsilon: 8, release: 'none', ...privacy },
    rounds,
  });
}

function domainOf(name: string): Domain {
  const { domains } = syntheticWorld({
    seed: name,
    platforms: [name, `${name}-other`],
    ...{ persons: PERSONS, items: ITEMS, overlap: 1, meanHistory: 5, tasteDimensions: 2 },
    ...{ sharedTaste: 0.5, tasteStrength: 1, popularityExponent: 0.6 },
  });
  return domains[0];
}

/** One agent as a process runs it, on a store that the caller opens and closes. */
export function agentOf(name: string, manifest: Manifest, url: string, store: PlatformStore): Platform {
  const identity = identityOf(name);
  return createPlatform({
    manifest,
    identity,
    domain: domainOf(name),
    store,
    transport: socketTransport({
      url,
      identity: wireIdentity(manifest, identity),
      clock: systemClock,
      random: systemRandom,
      firstPauseMs: 50,
    }),
    log: silentLog,
    clock: systemClock,
    random: oneSource(systemRandom),
    receives: false,
  });
}
