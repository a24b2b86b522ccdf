/**
 * Orthogonal Procrustes: released vectors and target vectors, both at unit variance on their principal axes, differ by a
 * rotation. A rotation has few numbers, and both kinds of axes are learned without links, so few linked persons suffice.
 * @module
 */
import { kernels } from '../../kernels/index.ts';
import type { Readout } from '../decoder/readout.ts';
import { vectorReadout } from '../decoder/vector-readout.ts';
import type { Fitting, Setting } from '../decoder/vector-readout.ts';
import { thinSvd, whitened, whitening } from '../linear-algebra/thin-svd.ts';
import type { Whitening } from '../linear-algebra/thin-svd.ts';

interface Axes extends Setting {
  /** Number of leading axes of the target that are predicted. */
  readonly axes: number;
}

interface ProcrustesState {
  readonly source: Whitening;
  readonly target: Whitening;
  /** Row-major [source axes, target axes]; orthonormal rows or columns, whichever are fewer. */
  readonly rotation: Float64Array;
  /** The least-squares scale of the rotated vector. */
  readonly scale: number;
}

/** Share of the mean variance that is added to narrow axes. */
const SHRINK = 0.2;

const settings: readonly Axes[] = [2, 4, 8, 16, 48].map((axes) => ({ text: `${axes} axes`, axes }));

function procrustesReadout(rotationOf: (cross: Float64Array, k: number, m: number) => Float64Array): Readout {
  return vectorReadout({
    ...about,
    settings,
    fit: (given, { axes }) => fit(given, axes, rotationOf),
    predictor: (state) => ({ predict: (row) => predict(state, row) }),
  });
}

const about = {
  name: 'procrustes',
  summary: 'a rotation from whitened released vectors to the target’s principal axes, for few linked persons',
  reference: 'Schönemann, Psychometrika 1966; SSCDR’s setting, Kang et al., CIKM 2019',
};

export const procrustes: Readout = {
  ...procrustesReadout((cross, k, m) => {
    const { left, right, values } = thinSvd(cross, k, m);
    return outerSum(left, right, values.length, k, m);
  }),
  ablation: {
    off: 'no rotation: axes are paired in their order',
    readout: procrustesReadout((_, k, m) =>
      Float64Array.from({ length: k * m }, (__, at) => (at % m === Math.floor(at / m) ? 1 : 0)),
    ),
  },
};

/** Uᵀ V for U [rank, k] and V [rank, m]. */
function outerSum(left: Float64Array, right: Float64Array, rank: number, k: number, m: number): Float64Array {
  return rank === 0 ? new Float64Array(k * m) : kernels.crossProduct(left, k, right, m);
}

function fit(
  { dimension, factors, features, task, width }: Fitting,
  axes: number,
  rotationOf: (cross: Float64Array, k: number, m: number) => Float64Array,
): ProcrustesState {
  const source = whitening(features, width, SHRINK);
  const everybody = whitening(Float64Array.from(task.space.persons), dimension, SHRINK);
  const m = Math.min(axes, everybody.deviations.length);
  const linked = whitening(factors, dimension).mean;
  const target = {
    mean: linked,
    axes: everybody.axes.subarray(0, m * dimension),
    deviations: everybody.deviations.subarray(0, m),
  };
  const x = whitened(source, features);
  const y = whitened(target, factors);
  const k = source.deviations.length;
  if (k === 0) return { source, target, rotation: new Float64Array(0), scale: 0 };
  const rotation = rotationOf(kernels.crossProduct(x, k, y, m), k, m);
  const turned = kernels.multiply(x, k, rotation, m);
  let cross = 0;
  let square = 0;
  turned.forEach((value, at) => {
    cross += value * y[at];
    square += value * value;
  });
  return { source, target, rotation, scale: square > 0 ? Math.max(0, cross / square) : 0 };
}

function predict({ rotation, scale, source, target }: ProcrustesState, row: Float64Array): Float64Array {
  const { axes, deviations, mean } = target;
  const out = mean.slice();
  const x = whitened(source, row);
  const d = mean.length;
  for (let r = 0; r < deviations.length; r++) {
    let turned = 0;
    for (let i = 0; i < x.length; i++) turned += x[i] * rotation[i * deviations.length + r];
    const step = scale * deviations[r] * turned;
    for (let o = 0; o < d; o++) out[o] += step * axes[r * d + o];
  }
  return out;
}
