/**
 * A network with one hidden layer from released vectors to target vectors: the nonlinear mapping of EMCDR. A linear part
 * beside the hidden layer starts as a ridge regression, so that training only adds what a linear map cannot express.
 * @module
 */
import { z } from 'zod';
import { adjustable } from '../settings.ts';
import { fitNetwork, predictNetwork } from '../decoder/hidden-layer.ts';
import type { NetworkState } from '../decoder/hidden-layer.ts';
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';

interface Layers {
  readonly text: string;
  readonly hidden: number;
  readonly epochs: number;
}

function mlpReadout(choices: readonly Layers[], decay: number): Readout {
  return vectorReadout({
    ...about,
    settings: choices,
    fit: (given, { epochs, hidden }) => fitNetwork(given, { hidden, epochs, decay, penalty: 1 }, about.name),
    predictor: (state: NetworkState) => ({ predict: (row) => predictNetwork(state, row) }),
  });
}

const about = {
  name: 'mlp',
  summary: 'a network with one hidden layer from released to target vectors',
  reference: 'EMCDR, Man et al., IJCAI 2017, eq. 6; Kingma and Ba, ICLR 2015',
};

const schema = z.strictObject({
  hidden: z.int().min(1).max(256).default(32),
  decay: z.number().min(0).max(1).default(0.01),
});

const draws = { hidden: [16, 32, 64], decay: [0.001, 0.01, 0.1] };

const choicesOf = (hidden: number): readonly Layers[] =>
  [10, 40, 100].map((epochs) => ({ text: `${hidden} units, ${epochs} epochs`, hidden, epochs }));

export const mlp: Readout = adjustable(about.name, schema, draws, ({ decay, hidden }): Readout => ({
  ...mlpReadout(choicesOf(hidden), decay),
  ablation: {
    off: 'no hidden layer',
    readout: mlpReadout(
      choicesOf(hidden).map((choice) => ({ ...choice, hidden: 0 })),
      decay,
    ),
  },
}));
