/**
 * The space of implicit alternating least squares: the factors that encoders and baselines use too.
 * @module
 */
import type { SpaceMaker } from '../decoder/readout.ts';

export const als: SpaceMaker = {
  name: 'als',
  summary: 'factors of the target by implicit alternating least squares',
  reference: 'Hu, Koren and Volinsky, ICDM 2008; Rendle et al., RecSys 2022',
  make: (domain, factorise) => factorise(domain),
};
