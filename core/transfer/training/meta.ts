/**
 * Meta-learning: all platforms train the vector from which every person starts, and a linear map of the views' item vectors,
 * so that a few steps on the first items of a history already tell the rest. z is the start after those steps.
 *
 * First-order MAML, Finn, Abbeel and Levine, ICML 2017, with only the person's vector adapted, as MeLU, Lee et al., KDD 2019,
 * adapts only the last layers; or Reptile, Nichol, Achiam and Schulman 2018. Under person-level privacy: Li, Khodak, Caldas and Talwalkar, ICLR 2020.
 * @module
 */
import { z } from 'zod';
import { adapted, OUTER_STEPS } from '../network/adapted.ts';
import type { OuterStep } from '../network/adapted.ts';
import { dense } from '../network/dense.ts';
import type { Training } from './training.ts';
import { towerOver } from './towers/item-vectors.ts';
import { startOf } from './towers/start.ts';
import type { TowerSettings } from './towers/towers.ts';
import { towerDefaults, towers, towerSettings } from './towers/towers.ts';

export interface MetaSettings extends TowerSettings {
  /** Length of the person's and of each item's vector. */
  readonly dimension: number;
  /** Steps on a person's own items; with 0 everybody has the same vector. */
  readonly steps: number;
  /** Step size. */
  readonly rate: number;
  /** The signal that moves the start: the loss after the steps (first-order MAML), or the point that the steps reach (Reptile). */
  readonly outer: OuterStep;
}

const defaults: MetaSettings = { ...towerDefaults, dimension: 16, steps: 3, rate: 0.5, outer: 'maml' };

const schema: z.ZodType<MetaSettings> = z.strictObject({
  ...towerSettings(defaults),
  dimension: z.int().min(2).max(64).default(defaults.dimension),
  steps: z.int().min(0).max(20).default(defaults.steps),
  rate: z.number().min(0.001).max(10).default(defaults.rate),
  outer: z.enum(OUTER_STEPS).default(defaults.outer),
});

export const meta: Training<MetaSettings> = towers({
  name: 'meta',
  summary: 'a start from which a few steps on a person’s own first items lead far, trained in rounds',
  reference: 'MAML, Finn et al., ICML 2017; MeLU, Lee et al., KDD 2019; Li et al., ICLR 2020',
  defaults,
  ablation: { off: 'no steps on own items', settings: { steps: 0 } },
  schema,
  layers: (inputs, { dimension, outer, rate, steps }) => ({
    dimension,
    items: dense(inputs, dimension, { weights: 'items' }).blocks,
    person: adapted(dimension, { outer, rate, steps }, 'start'),
  }),
  itemTower: (context) => towerOver(dense(context.width, context.settings.dimension, { weights: 'items' }), context),
  initial: startOf({ project: ['items'] }),
});
