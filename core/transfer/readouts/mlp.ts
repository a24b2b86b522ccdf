/**
 * A network with one hidden layer from released vectors to target vectors: the nonlinear mapping of EMCDR. A linear part
 * beside the hidden layer starts as a ridge regression, so that training only adds what a linear map cannot express.
 * @module
 */
import { fitNetwork, predictNetwork } from '../decoder/hidden-layer.ts';
import type { NetworkState } from '../decoder/hidden-layer.ts';
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';

interface Layers {
  readonly text: string;
  readonly hidden: number;
  readonly epochs: number;
}

function mlpReadout(choices: readonly Layers[]): Readout {
  return vectorReadout({
    ...about,
    settings: choices,
    fit: (given, { epochs, hidden }) => fitNetwork(given, { hidden, epochs, decay: 0.01, penalty: 1 }, about.name),
    predictor: (state: NetworkState) => ({ predict: (row) => predictNetwork(state, row) }),
  });
}

const about = {
  name: 'mlp',
  summary: 'a network with one hidden layer from released to target vectors',
  reference: 'EMCDR, Man et al., IJCAI 2017, eq. 6; Kingma and Ba, ICLR 2015',
};

const choices = [10, 40, 100].map((epochs) => ({ text: `32 units, ${epochs} epochs`, hidden: 32, epochs }));

export const mlp: Readout = {
  ...mlpReadout(choices),
  ablation: { off: 'no hidden layer', readout: mlpReadout(choices.map((choice) => ({ ...choice, hidden: 0 }))) },
};
