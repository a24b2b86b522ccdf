/**
 * A readout that first reduces the features to a few of their directions and then is a ridge regression on these.
 * @module
 */
import type { Method, Readout } from './readout.ts';
import { applyLinearMap } from './ridge-path.ts';
import type { LinearMap } from './ridge-path.ts';
import { vectorReadout } from './vector-readout.ts';
import type { Fitting } from './vector-readout.ts';
import { weightedRidge } from './weighted-ridge.ts';

interface ReducedState {
  /** Directions in rows: [count, width]. */
  readonly axes: Float64Array;
  readonly map: LinearMap;
}

const settings = [2, 5, 10].flatMap((count) =>
  [0.1, 1].map((penalty) => ({ text: `${count} directions, penalty ${penalty}`, count, penalty })),
);

/** @param axesOf at most `count` directions of the features, in rows: [count, width] */
export function reducedRidge(method: Method, axesOf: (given: Fitting, count: number) => Float64Array): Readout {
  return vectorReadout({
    ...method,
    settings,
    fit(given, { count, penalty }): ReducedState {
      const axes = axesOf(given, Math.min(count, given.width));
      const kept = axes.length / given.width;
      const reduced = project(axes, given.features, given.width);
      return { axes, map: weightedRidge(reduced, kept, given.factors, given.dimension, penalty) };
    },
    predictor: ({ axes, map }: ReducedState) => ({
      predict: (row) => applyLinearMap(map, project(axes, row, row.length)),
    }),
  });
}

/** Rows of X on the directions: float64 [rows, count]. */
function project(axes: Float64Array, x: Float64Array, width: number): Float64Array {
  const count = axes.length / width;
  const out = new Float64Array((x.length / width) * count);
  for (let row = 0; row * width < x.length; row++) {
    for (let c = 0; c < count; c++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += axes[c * width + i] * x[row * width + i];
      out[row * count + c] = sum;
    }
  }
  return out;
}
