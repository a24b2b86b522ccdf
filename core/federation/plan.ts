/**
 * From a manifest to everything a federation has agreed on: a public function, computed alike on every side.
 * @module
 */
import type { AdaptiveClip } from '../privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../privacy/plan/plan.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { strategyNamed } from '../transfer/registry.ts';
import type { PublicShape, SharedModel, SharedPlan, TransferStrategy } from '../transfer/strategy.ts';
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
  /** Parameters of the shared model, an adaptive clip among them; 0 for a strategy that shares nothing. */
  readonly parameters: number;
  readonly privacy: PrivacyPlan;
}

/**
 * @throws TransferError TRANSFER_STRATEGY_UNKNOWN; whatever the strategy says of its settings; PrivacyError when the
 * policy cannot be planned for, with the numbers.
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
    release: { mode: manifest.privacy.release, epsilon0: manifest.privacy.epsilon0 },
  };
  const shared = strategy.plan(shape, settings);
  const trained = shared.blocks.reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0);
  const { sampling, clipQuantile, clipWeights } = manifest.privacy;
  const privacy = planPrivacy({
    epsilon: manifest.privacy.epsilon,
    delta: manifest.privacy.delta,
    colluding: manifest.privacy.colluding,
    dropouts: manifest.privacy.dropouts,
    maxPlatformsPerPerson: manifest.privacy.maxPlatformsPerPerson,
    spareAttempts: trained > 0 ? manifest.rounds.spareAttempts : 0,
    refunds: manifest.rounds.refunds,
    ...(sampling !== undefined && { sampling }),
    ...(clipQuantile !== undefined && { clipQuantile }),
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      personsAbout,
      clipWeight: clipWeights?.[name] ?? 1,
      queries: strategy.queries(shape, name, settings),
    })),
  });
  const parameters = adaptiveClipOf(privacy) === undefined ? trained : trained + 1;
  return { manifest, manifestHash: manifestHash(manifest), strategy, settings, shape, shared, parameters, privacy };
}

/** The shared model before the first round, the adaptive clip last where the manifest asks for one. */
export function firstModel(plan: FederationPlan): SharedModel {
  const trained = plan.strategy.initialModel(plan.shared, plan.manifest.seed);
  const clip = adaptiveClipOf(plan.privacy);
  if (clip === undefined) return trained;
  const model = new Float32Array(trained.length + 1);
  model.set(trained);
  model[trained.length] = clip.initial;
  return model;
}

/** The clip of the rounds, where it is one that adapts. */
function adaptiveClipOf({ sums }: PrivacyPlan): AdaptiveClip | undefined {
  const [planned = []] = Object.values(sums);
  return planned.find(({ scope }) => scope === 'federation')?.adaptiveClip;
}
