/**
 * From a manifest to everything a federation has agreed on: a public function, computed alike on every side.
 * @module
 */
import { planPrivacy } from '../privacy/plan.ts';
import type { PrivacyPlan } from '../privacy/plan.ts';
import { strategyNamed } from '../transfer/registry.ts';
import type { PublicShape, SharedModel, SharedPlan, TransferStrategy } from '../transfer/strategy.ts';
import { FederationError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { manifestHash } from './manifest.ts';

export interface FederationPlan {
  readonly manifest: Manifest;
  readonly manifestHash: Uint8Array /* [32] */;
  readonly strategy: TransferStrategy;
  /** Checked and completed by the strategy. */
  readonly settings: object;
  readonly shape: PublicShape;
  readonly shared: SharedPlan;
  /** Parameters of the shared model; 0 for a strategy that shares nothing. */
  readonly parameters: number;
  readonly privacy: PrivacyPlan;
}

/**
 * @throws FederationError FEDERATION_RELEASE; TransferError TRANSFER_STRATEGY_UNKNOWN; whatever the strategy says of its settings; PrivacyError when the policy
 * cannot be planned for, with the numbers.
 */
export function planFederation(manifest: Manifest): FederationPlan {
  const strategy = strategyNamed(manifest.strategy.name);
  const settings = strategy.settings(manifest.strategy.settings);
  const sources = manifest.privacy.sources ?? manifest.platforms.map(({ name }) => name);
  const shape: PublicShape = {
    platforms: manifest.platforms.map(({ name, items, personsAbout }) => ({
      name,
      items,
      personsAbout,
      releases: sources.includes(name),
    })),
    maxPlatformsPerPerson: manifest.privacy.maxPlatformsPerPerson,
    rounds: manifest.rounds.count,
  };
  if (manifest.privacy.release === 'cohort') {
    throw new FederationError(
      'FEDERATION_RELEASE',
      'release mode cohort needs prototypes, which no strategy makes through charged sums yet: release with ldp',
    );
  }
  const shared = strategy.plan(shape, settings);
  const parameters = shared.blocks.reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0);
  const privacy = planPrivacy({
    epsilon: manifest.privacy.epsilon,
    delta: manifest.privacy.delta,
    colluding: manifest.privacy.colluding,
    dropouts: manifest.privacy.dropouts,
    maxPlatformsPerPerson: manifest.privacy.maxPlatformsPerPerson,
    spareAttempts: parameters > 0 ? manifest.rounds.spareAttempts : 0,
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      personsAbout,
      queries: strategy.queries(shape, name, settings),
    })),
  });
  return { manifest, manifestHash: manifestHash(manifest), strategy, settings, shape, shared, parameters, privacy };
}

/** The shared model before the first round. */
export function firstModel(plan: FederationPlan): SharedModel {
  return plan.strategy.initialModel(plan.shared, plan.manifest.seed);
}
