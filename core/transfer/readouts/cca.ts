/**
 * Canonical correlation analysis: only the few directions in which released vectors and target vectors are most
 * correlated carry anything over, each shrunk by its correlation.
 * @module
 */
import { z } from 'zod';
import { kernels } from '../../kernels/index.ts';
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';
import type { Fitting, Setting } from '../decoder/vector-readout.ts';
import { adjustable } from '../settings.ts';
import { thinSvd, whitened, whitening } from '../linear-algebra/thin-svd.ts';
import type { Whitening } from '../linear-algebra/thin-svd.ts';

interface Directions extends Setting {
  readonly directions: number;
  /**
   * Share of the mean variance that is added to each axis of the target. With much of it, wide axes count for more than narrow
   * ones, as in reduced-rank regression: narrow ones of few persons are correlated with anything.
   */
  readonly shrink: number;
}

interface CcaState {
  readonly source: Whitening;
  readonly mean: Float64Array /* [dimension] */;
  /** Canonical directions among whitened released vectors, in rows: [directions, source axes]. */
  readonly left: Float64Array;
  /** The item-space vector by which each of them moves a person, in rows: [directions, dimension]. */
  readonly right: Float64Array;
}

const settings: readonly Directions[] = [1, 2, 4, 8].flatMap((directions) =>
  [0.1, 10].map((shrink) => ({ text: `${directions} directions, shrinkage ${shrink}`, directions, shrink })),
);
const schema = z.strictObject({
  /** Share of the mean variance that is added to each axis of the released vectors. */
  shrink: z.number().min(0).max(10).default(0.0005),
});

/** @param correlated false: the widest axes of the released vectors, whatever they are correlated with. */
function ccaReadout(correlated: boolean, shrink: number): Readout {
  return vectorReadout({
    ...about,
    settings,
    fit: (given, setting) => fit(given, setting, correlated, shrink),
    predictor: (state) => ({ predict: (row) => predict(state, row) }),
  });
}

const about = {
  name: 'cca',
  summary: 'the few most correlated directions of released and target vectors',
  reference: 'Hotelling, Biometrika 1936; reduced-rank regression, Izenman, JMA 1975',
};

export const cca: Readout = adjustable(
  about.name,
  schema,
  { shrink: [0.0005, 0.005, 0.05, 0.5] },
  ({ shrink }): Readout => ({
    ...ccaReadout(true, shrink),
    ablation: { off: 'the widest directions in place of the most correlated ones', readout: ccaReadout(false, shrink) },
  }),
);

function fit(
  { dimension, factors, features, width }: Fitting,
  choice: Directions,
  correlated: boolean,
  shrink: number,
): CcaState {
  const source = whitening(features, width, shrink);
  const target = whitening(factors, dimension, choice.shrink);
  const k = source.deviations.length;
  const m = target.deviations.length;
  const rows = features.length / width;
  const x = whitened(source, features);
  const cross = kernels.crossProduct(x, k, whitened(target, factors), m).map((value) => value / rows);
  const count = Math.min(choice.directions, k, m);
  const left = correlated
    ? thinSvd(cross, k, m).left.slice(0, count * k)
    : Float64Array.from({ length: count * k }, (_, at) => (at % k === Math.floor(at / k) ? 1 : 0));
  // The regression of the whitened target on one direction is that direction's row of the cross-covariance.
  const right = new Float64Array((left.length / Math.max(1, k)) * dimension);
  for (let r = 0; r * k < left.length; r++) {
    for (let a = 0; a < m; a++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += left[r * k + i] * cross[i * m + a];
      const step = sum * target.deviations[a];
      for (let o = 0; o < dimension; o++) right[r * dimension + o] += step * target.axes[a * dimension + o];
    }
  }
  return { source, mean: target.mean, left, right };
}

function predict({ left, mean, right, source }: CcaState, row: Float64Array): Float64Array {
  const x = whitened(source, row);
  const out = mean.slice();
  const d = mean.length;
  for (let r = 0; r * d < right.length; r++) {
    let along = 0;
    for (let i = 0; i < x.length; i++) along += left[r * x.length + i] * x[i];
    for (let o = 0; o < d; o++) out[o] += along * right[r * d + o];
  }
  return out;
}
