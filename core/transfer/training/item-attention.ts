/**
 * Attention over the items of a history: a person's vector is the weighted mean of the views' item vectors, and a small
 * network decides each item's weight by its vector. Untrained, all weights are the same.
 *
 * NAIS: He, He, Song, Liu, Jiang and Chua, TKDE 2018, eq. 5 and 6.
 * @module
 */
import { z } from 'zod';
import { attention } from '../network/attention.ts';
import type { Attention } from '../network/attention.ts';
import type { Training } from './training.ts';
import { asTheyAre, towerOver } from './towers/item-vectors.ts';
import { startOf } from './towers/start.ts';
import type { TowerSettings } from './towers/towers.ts';
import { towerDefaults, towers, towerSettings } from './towers/towers.ts';

export interface ItemAttentionSettings extends TowerSettings {
  /** Width of the layer that weighs an item. */
  readonly inner: number;
  /** Divides the logits of the weights. With a very large one all items weigh the same. */
  readonly evenness: number;
}

const defaults: ItemAttentionSettings = { ...towerDefaults, inner: 8, evenness: 1 };

const schema: z.ZodType<ItemAttentionSettings> = z.strictObject({
  ...towerSettings(defaults),
  inner: z.int().min(1).max(64).default(defaults.inner),
  evenness: z.number().min(0.01).max(1e9).default(defaults.evenness),
});

/** The layer that weighs the items of a history. */
function weighing(inputs: number, { evenness, inner }: ItemAttentionSettings): Attention {
  return attention(inputs, inner, { keys: 'keys', query: 'query' }, evenness);
}

export const itemAttention: Training<ItemAttentionSettings> = towers({
  name: 'item-attention',
  summary: 'how much each item of a history counts, decided by a small network that is trained in rounds',
  reference: 'NAIS, He et al., TKDE 2018, eq. 5 and 6; McMahan et al., ICLR 2018',
  defaults,
  ablation: { off: 'all items weigh the same', settings: { evenness: 1e9 } },
  schema,
  layers: (inputs, settings) => ({ dimension: inputs, items: [], person: weighing(inputs, settings) }),
  itemTower: (context) => towerOver(asTheyAre(context.width), context),
  initial: startOf({ random: ['keys'] }),
});
