/**
 * The space of implicit alternating least squares: the factors that encoders and baselines use too.
 * @module
 */
import type { SpaceMaker } from '../decoder/readout.ts';
import { factorSettings } from '../decoder/target-factors.ts';
import { startingSpace } from './folded.ts';

const about = {
  name: 'als',
  summary: 'factors of the target by implicit alternating least squares',
  reference: 'Hu, Koren and Volinsky, ICDM 2008; Rendle et al., RecSys 2022',
};

export const als: SpaceMaker = {
  ...about,
  make: (domain, factorise) => factorise(domain),
  ablation: {
    off: 'vectors as they start, not trained',
    space: { ...about, make: (domain) => startingSpace(domain, factorSettings.dimension) },
  },
};
