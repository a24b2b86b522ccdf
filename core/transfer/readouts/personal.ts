/**
 * A personalised bridge: the linear map from released to target vectors is itself a function of the released vectors, a mixture
 * of a few maps whose weights the person's vectors decide. PTUPCDR's meta network writes the map in the same way, as a
 * combination of as many maps as its hidden layer has units; here that layer is a softmax.
 * @module
 */
import { fitGatedMaps, predictGated } from '../decoder/gated-maps.ts';
import type { GatedState } from '../decoder/gated-maps.ts';
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';

interface Bridges {
  readonly text: string;
  readonly maps: number;
  readonly epochs: number;
}

function personalReadout(choices: readonly Bridges[]): Readout {
  return vectorReadout({
    ...about,
    settings: choices,
    fit: (given, { epochs, maps }) =>
      fitGatedMaps(
        given,
        Array.from({ length: maps }, () => ({ offset: 0, width: given.width })),
        { epochs, decay: 0.01, penalty: 1, gated: true, spread: 0.3 },
        about.name,
      ),
    predictor: (state: GatedState) => ({ predict: (row) => predictGated(state, row, true) }),
  });
}

const about = {
  name: 'personal',
  summary: 'a bridge of one’s own: the linear map depends on the person’s released vectors',
  reference: 'PTUPCDR, Zhu et al., WSDM 2022, eq. 5 to 7; Jacobs et al., Neural Computation 1991',
};

const choices = [2, 4].flatMap((maps) =>
  [20, 60].map((epochs) => ({ text: `${maps} maps, ${epochs} epochs`, maps, epochs })),
);

export const personal: Readout = {
  ...personalReadout(choices),
  ablation: {
    off: 'one map for everybody',
    readout: personalReadout(choices.map((choice) => ({ ...choice, maps: 1 }))),
  },
};
