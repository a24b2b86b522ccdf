/**
 * Instance weighting: linked persons may differ from the persons who arrive. A logistic regression tells the two apart by their
 * released vectors, and linked persons who look like arrivals weigh more in a ridge regression.
 * @module
 */
import { Prng } from '../../random/prng.ts';
import { descend } from '../decoder/descent.ts';
import type { Fitting } from '../decoder/vector-readout.ts';
import { MOST_WEIGHT, weightedReadout } from '../decoder/weighted-readout.ts';

const about = {
  name: 'density-ratio',
  summary: 'ridge regression in which linked persons who look like arrivals weigh more',
  reference: 'Bickel, Brückner and Scheffer, JMLR 2009; Shimodaira, JSPI 2000',
};

export const densityRatio = weightedReadout(about, ratios);

/** p(arrival | x) / p(linked | x) of each linked person, capped, mean 1. */
function ratios({ arrivals, features, width }: Fitting): Float64Array {
  const linked = features.length / width;
  const arriving = arrivals.length / width;
  const logit = (parameters: Float64Array, x: Float64Array): number =>
    x.reduce((sum, value, i) => sum + value * parameters[i], parameters[width]);
  const parameters = new Float64Array(width + 1);
  descend(parameters, {
    rows: linked + arriving,
    epochs: 20,
    rate: 0.05,
    decay: 0.01,
    prng: new Prng(about.name),
    gradient(current, row, into) {
      const at = row < linked ? row : row - linked;
      const x = (row < linked ? features : arrivals).subarray(at * width, (at + 1) * width);
      const slope = 1 / (1 + Math.exp(-logit(current, x))) - (row < linked ? 0 : 1);
      for (let i = 0; i < width; i++) into[i] += slope * x[i];
      into[width] += slope;
    },
  });
  const out = Float64Array.from({ length: linked }, (_, p) =>
    Math.exp(logit(parameters, features.subarray(p * width, (p + 1) * width))),
  );
  const mean = out.reduce((sum, value) => sum + value, 0) / linked;
  return out.map((value) => Math.min(MOST_WEIGHT, value / mean));
}
