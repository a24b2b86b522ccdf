/**
 * From a manifest to everything a federation has agreed on: a public function, computed alike on every side.
 * @module
 */
import type { AdaptiveClip } from '../privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../privacy/plan/plan.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { strategyNamed } from '../transfer/registry.ts';
import type { PublicShape, SharedModel, SharedPlan, TransferStrategy } from '../transfer/strategy.ts';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { FederationError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { manifestHash, platformOf } from './manifest.ts';

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
  /** The plan of the version before; absent in the first version. */
  readonly previous?: FederationPlan;
}

/**
 * @throws TransferError TRANSFER_STRATEGY_UNKNOWN; whatever the strategy says of its settings; PrivacyError when the
 * policy cannot be planned for, with the numbers; FederationError MANIFEST_SUCCESSION.
 */
export function planFederation(manifest: Manifest): FederationPlan {
  const previous = manifest.previous && planFederation(manifest.previous.manifest);
  if (previous !== undefined) checkAttempts(previous, manifest);
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
    // The rounds that are left: earlier ones are counted with the version that made them.
    rounds: manifest.rounds.count - (manifest.previous?.rounds ?? 0),
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
    ...(manifest.rounds.graph && { graph: manifest.rounds.graph }),
    graphAttempts: Math.max(1, manifest.rounds.count * manifest.rounds.maxAttempts),
    ...(sampling !== undefined && { sampling }),
    ...(clipQuantile !== undefined && { clipQuantile }),
    ...(previous &&
      manifest.previous && { previous: { plan: previous.privacy, attempts: manifest.previous.attempts } }),
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      holder: platformOf(manifest, name).identity,
      personsAbout,
      clipWeight: clipWeights?.[name] ?? 1,
      queries: strategy.queries(shape, name, settings),
    })),
  });
  const parameters = adaptiveClipOf(privacy) === undefined ? trained : trained + 1;
  const plan = {
    manifest,
    manifestHash: manifestHash(manifest),
    strategy,
    settings,
    shape,
    shared,
    parameters,
    privacy,
  };
  if (previous === undefined) return plan;
  checkModel(previous, plan);
  return { ...plan, previous };
}

/** The plan of a version of the manifest: this one's or an earlier one's; undefined where there is none. */
export function planOfVersion(plan: FederationPlan, version: number): FederationPlan | undefined {
  for (let one: FederationPlan | undefined = plan; one !== undefined; one = one.previous) {
    if (one.manifest.version === version) return one;
  }
  return undefined;
}

/** @throws FederationError MANIFEST_SUCCESSION where more is left to the version before than it plans. */
function checkAttempts({ privacy, manifest: before }: FederationPlan, { version, previous }: Manifest): void {
  const planned = privacy.rounds + privacy.spareAttempts;
  if (previous === undefined || previous.attempts <= planned) return;
  throw refused(version, `leaves ${previous.attempts} attempts to version ${before.version}, which plans ${planned}`);
}

/** @throws FederationError MANIFEST_SUCCESSION where the shared model cannot go on. */
function checkModel(previous: FederationPlan, plan: FederationPlan): void {
  if (!previous.privacy.maskedSum) return;
  const { version } = plan.manifest;
  if (plan.privacy.rounds === 0) throw refused(version, 'has no round left: plan at least one more');
  const isSame =
    previous.parameters === plan.parameters &&
    canonicalJson(previous.shared.blocks) === canonicalJson(plan.shared.blocks);
  if (!isSame) throw refused(version, 'has a shared model of another shape: keep the strategy and its settings');
}

function refused(version: number, why: string): FederationError {
  return new FederationError('MANIFEST_SUCCESSION', `version ${version} ${why}`);
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
