/**
 * Two towers: a network with one hidden layer turns an item's vector into w, and another turns the mean of a history's w
 * into z. Both pass their leading inputs on beside the hidden layer, so that untrained towers compare what the views know.
 *
 * Yi et al., RecSys 2019; Huang et al., CIKM 2013 (DSSM).
 * @module
 */
import { z } from 'zod';
import { bend, chain, dense, sum } from '../network/dense.ts';
import type { Layer } from '../network/layer.ts';
import { meanOf, thenDense } from '../network/sequences.ts';
import type { Training } from './training.ts';
import { towerOver } from './towers/item-vectors.ts';
import { startOf } from './towers/start.ts';
import type { TowerSettings } from './towers/towers.ts';
import { towerDefaults, towers, towerSettings } from './towers/towers.ts';

export interface TwoTowersSettings extends TowerSettings {
  /** Length of both towers' vectors. */
  readonly dimension: number;
  /** Width of the hidden layer of each tower. */
  readonly hidden: number;
}

const defaults: TwoTowersSettings = { ...towerDefaults, dimension: 16, hidden: 32 };

const schema: z.ZodType<TwoTowersSettings> = z.strictObject({
  ...towerSettings(defaults),
  dimension: z.int().min(2).max(64).default(defaults.dimension),
  hidden: z.int().min(1).max(512).default(defaults.hidden),
});

/** A hidden layer beside a direct connection. @param prefix of its blocks' names. */
function tower(inputs: number, hidden: number, outputs: number, prefix: string): Layer {
  return sum(
    dense(inputs, outputs, { weights: `${prefix}-pass` }),
    chain(
      dense(inputs, hidden, { weights: `${prefix}-in`, bias: `${prefix}-in-bias` }),
      bend(hidden),
      dense(hidden, outputs, { weights: `${prefix}-out`, bias: `${prefix}-out-bias` }),
    ),
  );
}

const itemLayer = (inputs: number, { dimension, hidden }: TwoTowersSettings): Layer =>
  tower(inputs, hidden, dimension, 'item');

export const twoTowers: Training<TwoTowersSettings> = towers({
  name: 'two-towers',
  summary: 'two small networks, of persons and of items, trained in rounds to tell what a person has from negatives',
  reference: 'Yi et al., RecSys 2019; Huang et al., CIKM 2013; McMahan et al., ICLR 2018',
  defaults,
  ablation: { off: 'the towers as they start, not trained', settings: { learningRate: 1e-9 } },
  schema,
  layers(inputs, settings) {
    const { dimension, hidden } = settings;
    return {
      dimension,
      items: itemLayer(inputs, settings).blocks,
      person: thenDense(meanOf(dimension), tower(dimension, hidden, dimension, 'person')),
    };
  },
  itemTower: (context) => towerOver(itemLayer(context.width, context.settings), context),
  initial: startOf({
    pass: ['item-pass', 'person-pass'],
    random: ['item-in', 'item-in-bias', 'item-out', 'person-in', 'person-in-bias'],
  }),
});
