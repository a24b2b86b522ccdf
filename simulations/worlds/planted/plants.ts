/**
 * The planted world of each view, training, readout and item space, and the margins that it must keep there.
 * @module
 */
import { between, biased, idle, narrow, opposite, silent, tellers, turned, unlinked, wide } from './bridge-worlds.ts';
import { banded, BANDS, described, groups, pictured, rare, twoShops, VECTORS_MADE } from './encoder-worlds.ts';
import type { EncoderWorld } from './encoder-worlds.ts';
import { localMeanings } from './local-world.ts';
import { chains, titled } from './space-worlds.ts';
import type { AdaptationName } from '../../../core/transfer/training/towers/adaptation.ts';
import {
  fewTeachers,
  fiveShots,
  gifts,
  hidden,
  oneShot,
  opposites,
  threeShots,
  stages,
  witnesses,
  WITNESSES,
  wordOrder,
} from './tower-worlds.ts';
import type { PlantedWorld } from './planted.ts';
import { blurred, both, linear, niches, sectors } from './worlds.ts';

/** The gains in NDCG@10 that a method must keep on its world: the intervals lie above. */
export interface Margins {
  readonly method: string;
  /** Gain over the method itself with its mechanism switched off. */
  readonly overAblation: number;
  readonly overPrior: number;
  /** Gain over `ridge`; absent if the method promises nothing over it. */
  readonly overRidge?: number;
}

/** The plant of a readout or an item space. */
export interface Plant extends Margins {
  readonly world: PlantedWorld;
}

/** The plant of a view or a training. */
export interface EncoderPlant extends Margins {
  /** Expression of an encoder that has it, and settings that differ from the usual ones. */
  readonly encoder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly rounds?: number;
  /** Total epsilon; null: without noise. */
  readonly epsilon: number | null;
  readonly world: EncoderWorld;
  /** The decoder that reads it; absent: the usual one. */
  readonly decoder?: string;
  /** Settings without the mechanism; absent: the piece's own ablation. */
  readonly ablation?: { readonly off: string; readonly settings: Readonly<Record<string, unknown>> };
}

/** The plant of a setting that several trainings have. */
export interface MechanismPlant extends EncoderPlant {
  /** The setting as it is written behind the training's name; absent for a mechanism without a setting of its own. */
  readonly setting?: string;
  readonly summary: string;
  readonly reference: string;
  readonly ablation: NonNullable<EncoderPlant['ablation']>;
}

export const encoderPlants: readonly EncoderPlant[] = [
  { method: 'plain-als', encoder: 'plain-als', epsilon: null, world: groups, overAblation: 0.15, overPrior: 0.2 },
  { method: 'subspace', encoder: 'subspace', epsilon: 8, world: groups, overAblation: 0.2, overPrior: 0.2 },
  { method: 'text', encoder: 'text', epsilon: null, world: described, overAblation: 0.15, overPrior: 0.2 },
  { method: 'vectors', encoder: 'vectors', epsilon: null, world: pictured, overAblation: 0.15, overPrior: 0.2 },
  {
    method: 'attributes',
    encoder: 'attributes',
    settings: { 'attributes.values': BANDS },
    epsilon: null,
    world: banded,
    overAblation: 0.2,
    overPrior: 0.2,
  },
  { method: 'projection', encoder: 'projection', epsilon: null, world: rare, overAblation: 0.1, overPrior: 0.1 },
  { method: 'history', encoder: 'history', epsilon: null, world: rare, overAblation: 0.1, overPrior: 0.1 },
  {
    method: 'autoencoder',
    encoder: 'subspace>autoencoder',
    settings: { 'subspace.dimension': 16, 'subspace.rank': 16, 'autoencoder.bottleneck': 4 },
    rounds: 20,
    epsilon: null,
    world: twoShops,
    overAblation: 0.08,
    overPrior: 0.1,
  },
  {
    method: 'shared-subspace',
    encoder: 'shared-subspace',
    settings: { 'shared-subspace.dimension': 8 },
    rounds: 2,
    epsilon: null,
    world: twoShops,
    overAblation: 0.2,
    overPrior: 0.2,
  },
  {
    method: 'gram',
    encoder: 'vectors+attributes>gram',
    settings: { 'vectors.numbers': 8, 'vectors.made': VECTORS_MADE, 'attributes.values': WITNESSES, 'gram.numbers': 3 },
    epsilon: 8,
    world: witnesses,
    overAblation: 0.1,
    overPrior: 0.15,
  },
  {
    method: 'two-towers',
    encoder: 'vectors>two-towers',
    settings: {
      'vectors.numbers': 6,
      'vectors.made': VECTORS_MADE,
      'two-towers.dimension': 8,
      'two-towers.hidden': 16,
      'two-towers.learningRate': 0.1,
      'two-towers.temperature': 1,
    },
    rounds: 60,
    epsilon: null,
    world: opposites,
    overAblation: 0.04,
    overPrior: 0.2,
  },
  {
    method: 'item-attention',
    encoder: 'vectors>item-attention',
    settings: {
      'vectors.numbers': 9,
      'vectors.made': VECTORS_MADE,
      'item-attention.learningRate': 0.2,
      'item-attention.temperature': 1,
    },
    rounds: 20,
    epsilon: null,
    world: gifts,
    overAblation: 0.02,
    overPrior: 0.3,
  },
  {
    method: 'gru',
    encoder: 'vectors>gru',
    settings: { 'vectors.numbers': 8, 'vectors.made': VECTORS_MADE },
    rounds: 20,
    epsilon: null,
    world: stages,
    overAblation: 0.06,
    overPrior: 0.1,
  },
  {
    method: 'text-cnn',
    encoder: 'text>text-cnn',
    settings: { 'text.numbers': 8, 'text-cnn.filters': 8, 'text-cnn.negatives': 8 },
    rounds: 30,
    epsilon: null,
    world: wordOrder,
    overAblation: 0.03,
    overPrior: 0.2,
  },
  {
    method: 'meta',
    encoder: 'vectors>meta',
    settings: { 'vectors.numbers': 8, 'vectors.made': VECTORS_MADE },
    rounds: 10,
    epsilon: null,
    world: stages,
    overAblation: 0.08,
    overPrior: 0.08,
  },
  {
    method: 'tuned-head',
    encoder: 'vectors>tuned-head',
    settings: { 'vectors.numbers': 48, 'vectors.made': VECTORS_MADE, 'tuned-head.dimension': 8 },
    rounds: 15,
    epsilon: null,
    world: hidden,
    overAblation: 0.05,
    overPrior: 0.3,
  },
];

/** Trained and untrained `meta`, at one number of items of a person. */
function ofMeta(
  method: string,
  world: EncoderWorld,
  margins: Pick<Margins, 'overAblation' | 'overPrior'>,
): MechanismPlant {
  return {
    method,
    summary: `the training of \`meta\`, read after as many items of a person`,
    reference: 'Finn et al., ICML 2017',
    encoder: 'vectors>meta',
    settings: { 'vectors.numbers': 48, 'vectors.made': VECTORS_MADE, 'meta.dimension': 8 },
    ablation: { off: 'start and map as they start, not trained', settings: { 'meta.learningRate': 1e-9 } },
    rounds: 15,
    epsilon: null,
    world,
    ...margins,
  };
}

/** One way of adaptation, and the same at weight 0: what it adds to the sum is the same. */
function ofAdaptation(
  adaptation: AdaptationName,
  terms: Pick<MechanismPlant, 'summary' | 'reference' | 'rounds'> & { readonly lambda: number },
): MechanismPlant {
  const { lambda, ...rest } = terms;
  return {
    method: adaptation,
    setting: `adaptation=${adaptation}`,
    ...rest,
    encoder: 'vectors>tuned-head',
    decoder: 'pooled',
    settings: {
      'vectors.numbers': 8,
      'vectors.made': VECTORS_MADE,
      'tuned-head.dimension': 8,
      'tuned-head.nearness': 'distance',
      'tuned-head.temperature': 1,
      'tuned-head.longest': 10,
      'tuned-head.negatives': 12,
      'tuned-head.adaptation': adaptation,
      'tuned-head.lambda': lambda,
    },
    ablation: { off: 'lambda 0', settings: { 'tuned-head.lambda': 0 } },
    epsilon: null,
    world: localMeanings,
    overAblation: 0.05,
    overPrior: 0.05,
  };
}

export const mechanismPlants: readonly MechanismPlant[] = [
  {
    method: 'early-stopping',
    setting: 'patience',
    summary:
      '`patience` of a training by two towers: rounds stop when the loss of held-out persons, charged with the round, falls no more',
    reference: 'Prechelt, Neural Networks: Tricks of the Trade 1998; the loss as in Andrew et al., NeurIPS 2021',
    encoder: 'vectors>two-towers',
    settings: {
      'vectors.numbers': 48,
      'vectors.made': VECTORS_MADE,
      'two-towers.temperature': 1,
      'two-towers.learningRate': 0.1,
      'two-towers.patience': 3,
    },
    ablation: { off: 'all rounds are run', settings: { 'two-towers.patience': null } },
    rounds: 20,
    epsilon: 4,
    world: fewTeachers,
    overAblation: 0.15,
    overPrior: 0.2,
  },
  ofAdaptation('mmd', {
    summary:
      '`adaptation=mmd` of a training by two towers: the means of features of the platforms’ persons are pulled together, by means that each round releases',
    reference: 'Long et al., ICML 2015 (DAN); Rahimi and Recht, NIPS 2007; Harder et al., AISTATS 2021 (DP-MERF)',
    rounds: 60,
    lambda: 100,
  }),
  ofAdaptation('adversarial', {
    summary:
      '`adaptation=adversarial` of a training by two towers: a classifier of platforms is trained, and the towers against it',
    reference: 'Ganin et al., JMLR 2016 (DANN)',
    rounds: 40,
    lambda: 30,
  }),
  // The gain of the training grows with the number of items.
  ofMeta('meta-1-shot', oneShot, { overAblation: 0, overPrior: 0.04 }),
  ofMeta('meta-3-shots', threeShots, { overAblation: 0.03, overPrior: 0.12 }),
  ofMeta('meta-5-shots', fiveShots, { overAblation: 0.06, overPrior: 0.2 }),
];

export const plants: readonly Plant[] = [
  { method: 'ridge', world: linear, overAblation: 0.1, overPrior: 0.1 },
  { method: 'kernel', world: sectors, overAblation: 0.1, overPrior: 0.1, overRidge: 0.05 },
  { method: 'memory', world: niches, overAblation: 0.1, overPrior: 0.1, overRidge: 0.02 },
  { method: 'stack', world: both, overAblation: 0.01, overPrior: 0.1, overRidge: 0.01 },
  { method: 'procrustes', world: turned, overAblation: 0.05, overPrior: 0.05, overRidge: 0.002 },
  { method: 'bayes', world: silent, overAblation: 0.01, overPrior: 0.1, overRidge: 0.005 },
  { method: 'attention', world: tellers, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { method: 'mlp', world: sectors, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { method: 'personal', world: opposite, overAblation: 0.1, overPrior: 0.1, overRidge: 0.05 },
  { method: 'cca', world: narrow, overAblation: 0.03, overPrior: 0.03, overRidge: 0.005 },
  { method: 'collective', world: silent, overAblation: 0.1, overPrior: 0.1 },
  // `pca` and `lda` missed a margin over `ridge` on the seeds of verify.ts.
  { method: 'pca', world: wide, overAblation: 0.1, overPrior: 0.1 },
  { method: 'lda', world: narrow, overAblation: 0.03, overPrior: 0.03 },
  { method: 'information', world: idle, overAblation: 0.1, overPrior: 0.1, overRidge: 0.01 },
  { method: 'density-ratio', world: biased, overAblation: 0.02, overPrior: 0.05, overRidge: 0.01 },
  { method: 'mean-matching', world: between, overAblation: 0.05, overPrior: 0.08, overRidge: 0.05 },
  { method: 'pooled', world: unlinked, overAblation: 0.1, overPrior: 0.1, overRidge: 0.1 },
  { method: 'als', world: linear, overAblation: 0.02, overPrior: 0.1 },
  { method: 'bpr', world: linear, overAblation: 0.05, overPrior: 0.1 },
  { method: 'lightgcn', world: chains, overAblation: 0.002, overPrior: 0.04 },
  { method: 'deepwalk', world: niches, overAblation: 0.02, overPrior: 0.1, overRidge: 0.01 },
  { method: 'content', world: titled, overAblation: 0.05, overPrior: 0.1, overRidge: 0.02 },
  { method: 'fine-tune', world: blurred, overAblation: 0.02, overPrior: 0.1, overRidge: 0.02 },
];

/** @throws RangeError for a method without a planted world. */
export function plantOf(method: string): Plant | EncoderPlant {
  const found = [...encoderPlants, ...mechanismPlants, ...plants].find((plant) => plant.method === method);
  if (found === undefined) throw new RangeError(`no planted world for ${method}: add one to plants.ts`);
  return found;
}
