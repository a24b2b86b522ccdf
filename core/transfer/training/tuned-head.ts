/**
 * A tuned head: the item vectors of a pre-trained model stay as they are, and all platforms train one narrow linear map of
 * them together. A person's vector is the mean of what the map makes of the history's items. Pre-trained vectors hold much that no
 * taste depends on; untrained, the map is a random projection, which keeps a little of everything.
 *
 * Hou et al., KDD 2022 (UniSRec: a tuned map of frozen text vectors, for several domains); Houlsby et al., ICML 2019.
 * @module
 */
import { z } from 'zod';
import { dense } from '../network/dense.ts';
import { meanOf } from '../network/sequences.ts';
import type { Training } from './training.ts';
import { towerOver } from './towers/item-vectors.ts';
import { startOf } from './towers/start.ts';
import type { TowerSettings } from './towers/towers.ts';
import { towerDefaults, towers, towerSettings } from './towers/towers.ts';

export interface TunedHeadSettings extends TowerSettings {
  /** Numbers that the map makes of an item's vector. */
  readonly dimension: number;
}

const defaults: TunedHeadSettings = { ...towerDefaults, dimension: 16 };

const schema: z.ZodType<TunedHeadSettings> = z.strictObject({
  ...towerSettings(defaults),
  dimension: z.int().min(2).max(64).default(defaults.dimension),
});

export const tunedHead: Training<TunedHeadSettings> = towers({
  name: 'tuned-head',
  summary:
    'a narrow linear map of the vectors of a pre-trained model, trained in rounds while the model stays as it is',
  reference: 'UniSRec, Hou et al., KDD 2022; Houlsby et al., ICML 2019; McMahan et al., ICLR 2018',
  defaults,
  ablation: { off: 'a frozen head: the map as it starts', settings: { learningRate: 1e-9 } },
  schema,
  layers: (inputs, { dimension }) => ({
    dimension,
    items: dense(inputs, dimension, { weights: 'head' }).blocks,
    person: meanOf(dimension),
  }),
  itemTower: (context) => towerOver(dense(context.width, context.settings.dimension, { weights: 'head' }), context),
  initial: startOf({ project: ['head'] }),
});
