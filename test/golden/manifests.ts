/**
 * The manifests whose plans and claims are pinned: every strategy and every release mode, with and without noise. All
 * keys come from fixed seeds, so a manifest has the same bytes and the same signatures in every run.
 * @module
 */
import { draftManifest, generateIdentity, seededRandom } from './product.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { Draft, Manifest } from './product.ts';

interface Sketch {
  /** Approximate number of persons per platform. There are as many platforms as entries. */
  readonly persons: readonly number[];
  readonly strategy: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly privacy: Draft['privacy'];
  readonly rounds?: Draft['rounds'];
}

const even = (platforms: number): readonly number[] => Array.from({ length: platforms }, () => 4000);
const uneven = (platforms: number): readonly number[] => Array.from({ length: platforms }, (_, i) => 300 * 2 ** i);

const SKETCHES: Readonly<Record<string, Sketch>> = {
  'bridge-raw-3': { persons: even(3), strategy: 'linear-bridge', privacy: { epsilon: 4, release: 'raw' } },
  'bridge-ldp-4': {
    persons: uneven(4),
    strategy: 'linear-bridge',
    privacy: { epsilon: 4, release: 'ldp', epsilon0: 4, maxPlatformsPerPerson: 1 },
  },
  'bridge-cohort-5': {
    persons: uneven(5),
    strategy: 'linear-bridge',
    privacy: { epsilon: 2, release: 'cohort', epsilon0: 2, maxPlatformsPerPerson: 3, sources: ['p00', 'p03'] },
  },
  'bridge-none-2-without-noise': {
    persons: even(2),
    strategy: 'linear-bridge',
    privacy: { epsilon: null, release: 'none' },
  },
  'subspace-raw-3': { persons: even(3), strategy: 'private-subspace', privacy: { epsilon: 1, release: 'raw' } },
  'subspace-ldp-4': {
    persons: uneven(4),
    strategy: 'private-subspace',
    privacy: { epsilon: 4, release: 'ldp', epsilon0: 8, maxPlatformsPerPerson: 3, sources: ['p00', 'p01', 'p02'] },
  },
  'subspace-cohort-6': {
    persons: uneven(6),
    strategy: 'private-subspace',
    settings: { 'subspace.rank': 6, 'subspace.steps': 1 },
    privacy: { epsilon: 8, delta: 1e-5, release: 'cohort', epsilon0: 6, maxPlatformsPerPerson: 2 },
  },
  'subspace-none-12': {
    persons: uneven(12),
    strategy: 'private-subspace',
    privacy: { epsilon: 4, release: 'none', colluding: 2, dropouts: 1, maxPlatformsPerPerson: 3 },
  },
  'subspace-raw-3-without-noise': {
    persons: even(3),
    strategy: 'private-subspace',
    privacy: { epsilon: null, release: 'raw', maxPlatformsPerPerson: 1 },
  },
  'trunk-raw-3': {
    persons: even(3),
    strategy: 'shared-trunk',
    privacy: { epsilon: 4, release: 'raw' },
    rounds: { count: 5 },
  },
  'trunk-ldp-7': {
    persons: uneven(7),
    strategy: 'shared-trunk',
    privacy: {
      epsilon: 8,
      delta: 1e-5,
      release: 'ldp',
      epsilon0: 4,
      colluding: 2,
      dropouts: 2,
      maxPlatformsPerPerson: 3,
    },
    rounds: { count: 10, spareAttempts: 2 },
  },
  'trunk-cohort-5-sampling': {
    persons: even(5),
    strategy: 'shared-trunk',
    privacy: { epsilon: 4, release: 'cohort', epsilon0: 4, colluding: 1, dropouts: 1, sampling: 0.2 },
    rounds: { count: 20 },
  },
  'trunk-none-12-clip-weights': {
    persons: uneven(12),
    strategy: 'shared-trunk',
    settings: { 'autoencoder.hidden': 16, 'autoencoder.optimiser': 'fedavg', 'autoencoder.learningRate': 1 },
    privacy: {
      epsilon: 4,
      release: 'none',
      colluding: 3,
      dropouts: 2,
      maxPlatformsPerPerson: 3,
      clipWeights: { p00: 0.5, p07: 2, p11: 4 },
    },
    rounds: { count: 3 },
  },
  'trunk-raw-4-clip-quantile': {
    persons: uneven(4),
    strategy: 'shared-trunk',
    privacy: { epsilon: 4, release: 'raw', dropouts: 1, maxPlatformsPerPerson: 1, clipQuantile: 0.5 },
    rounds: { count: 8, spareAttempts: 0 },
  },
  'trunk-ldp-9-sampling-and-clip-quantile': {
    persons: even(9),
    strategy: 'shared-trunk',
    privacy: {
      epsilon: 2,
      release: 'ldp',
      epsilon0: 4,
      colluding: 2,
      dropouts: 2,
      sampling: 0.05,
      clipQuantile: 0.3,
    },
    rounds: { count: 30 },
  },
  'trunk-raw-6-without-noise': {
    persons: even(6),
    strategy: 'shared-trunk',
    privacy: { epsilon: null, release: 'raw', maxPlatformsPerPerson: 3, clipQuantile: 0.5 },
    rounds: { count: 4 },
  },
  'trunk-raw-3-without-rounds': {
    persons: even(3),
    strategy: 'shared-trunk',
    privacy: { epsilon: 4, release: 'raw' },
    rounds: { count: 0 },
  },
};

/** Signed manifests by name. Platforms have the names p00, p01 and so on. */
export function goldenManifests(): ReadonlyMap<string, Manifest> {
  return new Map(Object.entries(SKETCHES).map(([name, sketch]) => [name, manifestFrom(name, sketch)]));
}

function manifestFrom(name: string, { persons, strategy, settings, privacy, rounds }: Sketch): Manifest {
  const identity = (who: string) => generateIdentity(who, seededRandom(`golden/${name}/${who}`));
  return draftManifest({
    federation: name,
    seed: `golden ${name}`,
    coordinator: identity('coordinator'),
    platforms: persons.map((personsAbout, index) => ({
      identity: identity(`p${String(index).padStart(2, '0')}`),
      items: 500 + 100 * index,
      personsAbout,
    })),
    encoder: encoderSpec(strategy, settings),
    privacy,
    ...(rounds && { rounds }),
  });
}
