/**
 * Derives everything that a federation has agreed on from its manifest. It is a public function, which every side
 * computes alike.
 * @module
 */
import type { AdaptiveClip } from '../privacy/mechanism/mechanism.ts';
import { planPrivacy } from '../privacy/plan/plan.ts';
import type { PrivacyPlan } from '../privacy/plan/privacy-plan.ts';
import { releaseBound } from '../release/registry.ts';
import { composeEncoder } from '../transfer/compose.ts';
import type { Encoder, PublicShape, SharedModel, SharedPlan } from '../transfer/encoder.ts';
import { TransferError } from '../transfer/errors.ts';
import { worstLaw } from '../transfer/law.ts';
import type { Law } from '../transfer/law.ts';
import { canonicalJson } from '../encoding/canonical-json.ts';
import { FederationError } from './errors.ts';
import { checkFarewells } from './farewell.ts';
import type { Manifest } from './manifest.ts';
import { contributorsOf, manifestHash, platformOf } from './manifest.ts';
import { checkPackages } from './packages.ts';

export interface FederationPlan {
  readonly manifest: Manifest;
  readonly manifestHash: Uint8Array /* [32] */;
  readonly encoder: Encoder;
  readonly shape: PublicShape;
  readonly shared: SharedPlan;
  /** Number of parameters of the shared model, including an adaptive clip; 0 for an encoder that shares nothing. */
  readonly parameters: number;
  /** True if the rounds come after the releases: linked persons teach a map (core/transfer/training/linked-map.ts). */
  readonly learnsMap: boolean;
  /** The worst law of the encoders of this version and of all earlier ones: a target may still hold their vectors. */
  readonly law: Law;
  /** Numbers of a raw representation that are a public projection of the person's own history, or hold it. */
  readonly ownNumbers: number;
  /** Items of the person's own history that a raw representation holds themselves. */
  readonly ownItems: number;
  readonly privacy: PrivacyPlan;
  /** The plan of the version before; absent in the first version. */
  readonly previous?: FederationPlan;
}

/** A platform that only takes the shared model must be able to use it without a source. @throws TransferError TRANSFER_SHAPE */
function checkTakers({ platforms }: Manifest, { itemVectors, name, spec }: Encoder): void {
  const taker = platforms.find(({ takes }) => takes === true);
  if (taker === undefined || itemVectors !== undefined || spec.map !== undefined) return;
  throw new TransferError(
    'TRANSFER_SHAPE',
    `"${taker.name}" only takes the shared model, and that of ${name} has no item vectors for it to use: choose shared-subspace or learn a map, or let "${taker.name}" contribute`,
  );
}

/**
 * @throws PackageError PACKAGE_NOT_ALLOWED, PACKAGE_DIFFERS; TransferError TRANSFER_PIECE, TRANSFER_SETTING, TRANSFER_LAW about the encoder; PrivacyError if the policy
 *   cannot be planned, with the numbers; FederationError MANIFEST_SUCCESSION, FAREWELL_INVALID.
 */
export function planFederation(manifest: Manifest): FederationPlan {
  checkPackages(manifest);
  const previous = manifest.previous && planFederation(manifest.previous.manifest);
  if (previous !== undefined) {
    checkAttempts(previous, manifest);
    checkFarewells(manifest, previous.privacy.refunds);
  }
  const encoder = composeEncoder(manifest.encoder);
  checkTakers(manifest, encoder);
  // A platform that only takes the shared model is in no sum. If it counted, the others would add too little noise.
  const contributors = contributorsOf(manifest);
  const sources = manifest.privacy.sources ?? contributors.map(({ name }) => name);
  const { vocabulary } = manifest;
  const shape: PublicShape = {
    platforms: contributors.map(({ name, items, personsAbout }) => ({
      name,
      items,
      personsAbout,
      releases: sources.includes(name),
    })),
    maxPlatformsPerPerson: manifest.privacy.maxPlatformsPerPerson,
    // This version plans only the remaining rounds. The plan counts completed rounds with the version that made them.
    rounds: manifest.rounds.count - (manifest.previous?.rounds ?? 0),
    release: { mode: manifest.privacy.release, epsilon0: manifest.privacy.epsilon0 },
    ...(vocabulary && { vocabulary: 'buckets' in vocabulary ? vocabulary.buckets : vocabulary.items }),
  };
  const shared = encoder.plan(shape);
  const trained = shared.blocks.reduce((sum, block) => sum + block.shape.reduce((a, b) => a * b, 1), 0);
  const { sampling, clipQuantile, clipWeights } = manifest.privacy;
  if (shared.stopping !== undefined && clipQuantile !== undefined) {
    throw new TransferError(
      'TRANSFER_SETTING',
      'patience compares the losses of different rounds, and with clipQuantile these have different weights: remove patience from the encoder, or clipQuantile',
    );
  }
  const clipsOtherwise =
    clipQuantile !== undefined ? 'clipQuantile' : clipWeights !== undefined ? 'clipWeights' : undefined;
  if (shared.means !== undefined && clipsOtherwise !== undefined) {
    // Under a smaller clip than the encoder's, a person with a longer gradient has a smaller weight.
    throw new TransferError(
      'TRANSFER_SETTING',
      `adaptation mmd gives every person the same weight in the mean of a platform, and ${clipsOtherwise} moves these weights: set adaptation to adversarial or none, or remove ${clipsOtherwise}`,
    );
  }
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
      manifest.previous && {
        previous: {
          plan: previous.privacy,
          attempts: manifest.previous.attempts,
          farewells: Object.keys(manifest.previous.farewells ?? {}),
        },
      }),
    platforms: shape.platforms.map(({ name, personsAbout }) => ({
      name,
      holder: platformOf(manifest, name).identity,
      personsAbout,
      clipWeight: clipWeights?.[name] ?? 1,
      queries: encoder.queries(shape, name),
    })),
  });
  const parameters = adaptiveClipOf(privacy) === undefined ? trained : trained + 1;
  const plan = {
    manifest,
    manifestHash: manifestHash(manifest),
    encoder,
    shape,
    shared,
    parameters,
    learnsMap: encoder.spec.map !== undefined,
    law: worstLaw([encoder.law, ...(previous === undefined ? [] : [previous.law])]),
    // A target may still hold vectors that it received under the version before.
    ownNumbers: Math.max(encoder.ownNumbers(shape), previous?.ownNumbers ?? 0),
    ownItems: Math.max(encoder.ownItems, previous?.ownItems ?? 0),
    privacy,
  };
  if (previous === undefined) return plan;
  checkMap(plan);
  checkModel(previous, plan);
  checkPromises(previous, plan);
  return { ...plan, previous };
}

/** The plan of this version of the manifest or of an earlier one; undefined if there is none. */
export function planOfVersion(plan: FederationPlan, version: number): FederationPlan | undefined {
  for (let one: FederationPlan | undefined = plan; one !== undefined; one = one.previous) {
    if (one.manifest.version === version) return one;
  }
  return undefined;
}

/** @throws FederationError MANIFEST_SUCCESSION if the version before keeps more attempts than it planned. */
function checkAttempts({ privacy, manifest: before }: FederationPlan, { version, previous }: Manifest): void {
  const planned = privacy.rounds + privacy.spareAttempts;
  if (previous === undefined || previous.attempts <= planned) return;
  throw refused(version, `leaves ${previous.attempts} attempts to version ${before.version}, which plans ${planned}`);
}

/** @throws TransferError TRANSFER_LAW if targets may hold vectors that were made from raw data, and would teach a map with them. */
function checkMap({ law, learnsMap, manifest: { version } }: FederationPlan): void {
  if (!learnsMap || law !== 'sealed-only') return;
  throw new TransferError(
    'TRANSFER_LAW',
    `version ${version} learns a map, and targets may hold vectors of an earlier version that were made from raw data: begin another federation`,
  );
}

/** Names of the platforms that teach, in their order. */
function teachersOf({ shape: { platforms } }: FederationPlan): string {
  const teaching = platforms.filter(({ releases }) => releases);
  return teaching.map(({ name }) => name).join(', ');
}

/** @throws FederationError MANIFEST_SUCCESSION if the shared model cannot continue in this version. */
function checkModel(previous: FederationPlan, plan: FederationPlan): void {
  if (!previous.privacy.maskedSum) return;
  const { version } = plan.manifest;
  if (plan.privacy.rounds === 0) throw refused(version, 'has no round left: plan at least one more');
  const [compared, comparing] = [previous, plan].map(teachersOf);
  // As many others would have the same shape, and read places that stand for those before.
  if (previous.shared.comparesPlatforms && plan.shared.comparesPlatforms && compared !== comparing) {
    const why = `compares ${comparing} where version ${previous.manifest.version} compares ${compared} (adaptation), each in a place of its own in the shared model`;
    throw refused(version, `${why}: keep these, in their order, or begin another federation`);
  }
  const isSame =
    previous.parameters === plan.parameters &&
    canonicalJson(previous.shared.blocks) === canonicalJson(plan.shared.blocks);
  if (!isSame) throw refused(version, 'has a shared model of another shape: keep the encoder and its settings');
  const [before, after] = [previous.manifest, plan.manifest].map(({ vocabulary }) => canonicalJson(vocabulary ?? null));
  // With another vocabulary the shared model's coordinates would stand for other items.
  if (before !== after) throw refused(version, 'names another vocabulary: keep it, or begin another federation');
  const [madeBefore, madeAfter] = [previous, plan].map(({ encoder }) =>
    canonicalJson(encoder.spec.views.map(({ settings }) => settings?.['made'] ?? null)),
  );
  if (madeBefore === madeAfter) return;
  throw refused(
    version,
    'names other item vectors, which the shared model does not know: keep vectors.made, or begin another federation',
  );
}

/**
 * Checks the bound on one code. A target may still hold codes of the version before, and this version's statement covers
 * them too.
 * @throws FederationError MANIFEST_SUCCESSION if the version before allowed a larger epsilon per code.
 */
function checkPromises({ manifest: before }: FederationPlan, { manifest }: FederationPlan): void {
  if (mostOfOneCode(before) <= mostOfOneCode(manifest)) return;
  throw refused(
    manifest.version,
    `releases by ${modeText(manifest)}, and a platform may hold what it received by ${modeText(before)} in the same epoch. Keep it as it was, or begin another federation`,
  );
}

/** Epsilon of one released code: 0 if the mode sends nothing, Infinity if nothing bounds it. */
function mostOfOneCode({ privacy: { release, epsilon0 } }: Manifest): number {
  switch (releaseBound(release)) {
    case 'nothing-sent':
      return 0;
    case 'unbounded':
      return Infinity;
    case 'epsilon0':
      return epsilon0 ?? Infinity;
  }
}

function modeText({ privacy: { release, epsilon0 } }: Manifest): string {
  return epsilon0 === null ? release : `${release} with epsilon0 ${epsilon0}`;
}

function refused(version: number, why: string): FederationError {
  return new FederationError('MANIFEST_SUCCESSION', `version ${version} ${why}`);
}

/** The shared model before the first round. An adaptive clip, if the manifest asks for one, is its last parameter. */
export function firstModel(plan: FederationPlan): SharedModel {
  const trained = plan.encoder.initialModel(plan.shared, plan.manifest.seed);
  const clip = adaptiveClipOf(plan.privacy);
  if (clip === undefined) return trained;
  const model = new Float32Array(trained.length + 1);
  model.set(trained);
  model[trained.length] = clip.initial;
  return model;
}

/** The adaptive clip of the rounds; undefined if the clip is fixed. */
function adaptiveClipOf({ sums }: PrivacyPlan): AdaptiveClip | undefined {
  const [planned = []] = Object.values(sums);
  return planned.find(({ scope }) => scope === 'federation')?.adaptiveClip;
}
