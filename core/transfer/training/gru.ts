/**
 * A recurrent network over the items of a history in their order: z is the mean of the views' item vectors, corrected by
 * the output of a gated recurrent unit. Untrained, the unit corrects nothing.
 *
 * GRU4Rec: Hidasi, Karatzoglou, Baltrunas and Tikk, ICLR 2016.
 * @module
 */
import { z } from 'zod';
import { dense } from '../network/dense.ts';
import { gru as recurrent } from '../network/gru.ts';
import { meanOf, sumOfSequences, thenDense } from '../network/sequences.ts';
import type { Training } from './training.ts';
import { asTheyAre, towerOver } from './towers/item-vectors.ts';
import { startOf } from './towers/start.ts';
import type { TowerSettings } from './towers/towers.ts';
import { towerDefaults, towers, towerSettings } from './towers/towers.ts';

export interface GruSettings extends TowerSettings {
  /** Numbers that the unit remembers. */
  readonly state: number;
}

const defaults: GruSettings = { ...towerDefaults, task: 'next', state: 16 };

const schema: z.ZodType<GruSettings> = z.strictObject({
  ...towerSettings(defaults),
  state: z.int().min(1).max(128).default(defaults.state),
});

export const gru: Training<GruSettings> = towers({
  name: 'gru',
  summary: 'what the order of a history says, by a small recurrent network that is trained in rounds',
  reference: 'GRU4Rec, Hidasi et al., ICLR 2016; Cho et al., EMNLP 2014; McMahan et al., ICLR 2018',
  defaults,
  ablation: { off: 'the order is shuffled', settings: { ordered: false } },
  schema,
  layers: (inputs, { state }) => ({
    dimension: inputs,
    items: [],
    person: sumOfSequences(
      meanOf(inputs),
      thenDense(
        recurrent(inputs, state, { gates: 'gates', candidate: 'candidate' }),
        dense(state, inputs, { weights: 'out' }),
      ),
    ),
  }),
  itemTower: (context) => towerOver(asTheyAre(context.width), context),
  initial: startOf({ random: ['gates', 'candidate'] }),
});
