/**
 * Ridge regression from the numbers of released vectors and their products to target factors: the linear mapping of
 * EMCDR, and the default decoder.
 * @module
 */
import { numberFeatures } from '../decoder/number-features.ts';
import { regressionReadout } from '../decoder/regression-readout.ts';
import type { Readout } from '../decoder/readout.ts';

const about = {
  name: 'ridge',
  summary: 'ridge regression from released numbers and their products to target factors and histories',
  reference: 'EMCDR, Man et al., IJCAI 2017, eq. 5; Hoerl and Kennard, Technometrics 1970',
  features: numberFeatures,
};

export const ridge: Readout = {
  ...regressionReadout(about),
  ablation: {
    off: 'a penalty so large that nothing is learned',
    readout: regressionReadout({ ...about, penalties: [1e9] }),
  },
};
