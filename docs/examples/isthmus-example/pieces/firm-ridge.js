/** A readout: ridge regression with one firm penalty, so that no penalty is chosen on held-out persons. */
import { numberFeatures, regressionReadout } from 'isthmus/core/transfer';

export const firmRidge = regressionReadout({
  summary: 'ridge regression from released numbers with one penalty for everybody',
  reference: 'Hoerl and Kennard, Technometrics 1970',
  features: numberFeatures,
  penalties: [0.1],
});
