/** A federation with a tiny encoder, whose platforms add any vector that a test gives them. */
import { generateIdentity } from '../../core/federation/identity.ts';
import type { Identity } from '../../core/federation/identity.ts';
import { draftManifest } from '../../core/federation/draft.ts';
import { manifestHash } from '../../core/federation/manifest.ts';
import type { Manifest } from '../../core/federation/manifest.ts';
import type { FederationPlan } from '../../core/federation/plan.ts';
import { planPrivacy } from '../../core/privacy/plan/plan.ts';
import { encoderNamed } from '../../core/transfer/compose.ts';
import type { Encoder } from '../../core/transfer/encoder.ts';
import { encoderSpec } from '../../core/transfer/expression.ts';
import type { Law } from '../../core/transfer/law.ts';
import { weightsOf, withNothingBehind } from '../../core/transfer/training/behind-weights.ts';
import { testRandom } from '../../compliance/wire-federation.ts';

export interface TinyFederation {
  readonly manifest: Manifest;
  readonly plan: FederationPlan;
  readonly coordinator: Identity;
  readonly platforms: readonly Identity[];
}

export interface TinySettings {
  readonly platforms?: number;
  readonly parameters?: number;
  readonly epsilon?: number | null;
  readonly dropouts?: number;
  readonly rounds?: Partial<Manifest['rounds']>;
  /** The encoder's law. Default: charged. */
  readonly law?: Law;
  /** Number of rounds for which the privacy plan is calibrated. Default: the manifest's. */
  readonly plannedRounds?: number;
  /** Rounds without a lower loss after which the rounds stop. The last two parameters are then their progress. */
  readonly patience?: number;
  /** F. Default: none. */
  readonly refunds?: number;
}

export function tinyFederation(settings: TinySettings = {}): TinyFederation {
  const { platforms = 3, parameters = 8, epsilon = null, dropouts = 0, rounds = {} } = settings;
  const random = testRandom('tiny');
  const coordinator = generateIdentity('coordinator', random);
  const identities = Array.from({ length: platforms }, (_, index) => generateIdentity(`p${String(index)}`, random));
  const manifest = draftManifest({
    federation: 'tiny',
    seed: 'tiny',
    coordinator,
    platforms: identities.map((identity) => ({ identity, items: 10, personsAbout: 1000 })),
    encoder: encoderSpec('linear-bridge'),
    privacy: { epsilon, dropouts },
    rounds: { count: 2, stageTimeoutMs: 2000, trainTimeoutMs: 2000, ...rounds },
  });
  return { manifest, plan: planOf(manifest, parameters, settings), coordinator, platforms: identities };
}

function planOf(manifest: Manifest, parameters: number, settings: TinySettings): FederationPlan {
  const { law = 'charged', patience, plannedRounds = manifest.rounds.count } = settings;
  const stopping = patience === undefined ? {} : { stopping: { patience } };
  const encoder: Encoder = {
    ...encoderNamed('linear-bridge'),
    name: 'tiny',
    law,
    queries: () => [],
    initialModel: () => withNothingBehind(stopping, weightsOf(stopping, new Float32Array(parameters))),
  };
  const shape = {
    platforms: manifest.platforms.map(({ name, items, personsAbout }) => ({
      name,
      items,
      personsAbout,
      releases: true,
    })),
    maxPlatformsPerPerson: 2,
    rounds: manifest.rounds.count,
  };
  const { epsilon, delta, colluding, dropouts } = manifest.privacy;
  const round = {
    label: 'round',
    dimension: parameters,
    clip: 1,
    repetitions: plannedRounds,
    relativeNoise: 1,
    scope: 'federation',
  } as const;
  return {
    manifest,
    manifestHash: manifestHash(manifest),
    encoder,
    shape,
    shared: {
      blocks: [{ name: 'all', shape: [parameters] }],
      optimiser: { name: 'fedavg', learningRate: 1 },
      denominator: 1,
      ...stopping,
    },
    parameters,
    learnsMap: false,
    law: 'charged',
    ownNumbers: 0,
    ownItems: 0,
    privacy: planPrivacy({
      epsilon,
      delta,
      colluding,
      dropouts,
      maxPlatformsPerPerson: 2,
      refunds: settings.refunds ?? 0,
      platforms: shape.platforms.map(({ name, personsAbout }) => ({ name, personsAbout, queries: [round] })),
    }),
  };
}
